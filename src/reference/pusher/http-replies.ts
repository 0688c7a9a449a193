import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Json } from '../../contract/json.ts';
import type { Reply } from './policies.ts';

/** Sends a reply: JSON, unless it says another content type itself. */
export function send(c: Context, { status, body, headers = {} }: Reply): Response {
  const text = typeof body === 'string' && 'content-type' in headers ? body : JSON.stringify(body);
  return c.body(text, status as ContentfulStatusCode, { 'content-type': 'application/json', ...headers });
}

/** The shape in which the job API reports what it refuses. */
export function failure(status: number, message: string, errors: Json = []): Reply {
  return { status, body: { data: null, message, errors, statusCode: status } };
}

/** The body of a request as text; empty where it breaks off. */
export async function bodyText(c: Context): Promise<string> {
  try {
    return await c.req.text();
  } catch {
    return '';
  }
}
