import type { Context, Hono } from 'hono';
import { isObject, type Json } from '../../contract/json.ts';
import { readBody } from '../json-body.ts';
import { type App, type Bearer, bearerToken } from './apps.ts';
import type { AuthRequest } from './authorization.ts';
import { bodyText, send } from './http-replies.ts';
import type { Hub } from './hub.ts';
import type { PusherPolicies, Reply } from './policies.ts';

interface Parts {
  readonly path: string;
  readonly policies: PusherPolicies;
  readonly tokens: ReadonlyMap<string, Bearer>;
  readonly hubOf: (app: App) => Hub;
}

/** `/broadcasting/auth`: one endpoint for both apps, told apart by the token. */
export function mountChannelAuth(server: Hono, { path, policies, tokens, hubOf }: Parts): void {
  const decide = (request: AuthRequest): Reply => {
    const decision = policies.authorizeRequest(request);
    if ('status' in decision) return { status: decision.status, body: { message: decision.message } };
    const { app, socketId, channel } = decision;
    if (request.bearer) hubOf(app).find(socketId)?.authorizedBy.set(channel, request.bearer.token);
    return { status: 200, body: { auth: policies.signChannel(app, socketId, channel) } };
  };
  server.all(path, async (c) => {
    const request = await readRequest(c, tokens);
    const reply = policies.authReply(decide(request), request);
    return send(c, reply.status === 405 ? { ...reply, headers: { allow: 'POST', ...reply.headers } } : reply);
  });
}

async function readRequest(c: Context, tokens: ReadonlyMap<string, Bearer>): Promise<AuthRequest> {
  const authorization = c.req.header('authorization');
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  const encoding =
    c.req.method === 'GET'
      ? 'query'
      : type === 'application/json'
        ? 'json'
        : type === 'application/x-www-form-urlencoded'
          ? 'form'
          : 'other';
  const field = fieldReader(encoding, encoding === 'query' ? new URL(c.req.url).search : await bodyText(c));
  return {
    method: c.req.method,
    encoding,
    authorization,
    bearer: tokens.get(bearerToken(authorization) ?? ''),
    socketId: field('socket_id'),
    channel: field('channel_name'),
  };
}

function fieldReader(encoding: AuthRequest['encoding'], text: string): (name: string) => Json | undefined {
  if (encoding === 'json') {
    const { value } = readBody(text);
    return (name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
  }
  const fields = new URLSearchParams(text);
  return (name) => fields.get(name) ?? undefined;
}
