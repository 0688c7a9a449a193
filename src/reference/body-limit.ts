import type { MiddlewareHandler } from 'hono';
import { largestMessage } from './handshake.ts';

/**
 * Refuses a body that is too large, however it is sent. Hono's own takes a body of no declared length apart and puts it
 * back together with a Request that is none where the server made a lightweight one: a 500 for every chunked request.
 */
export const bodyLimit: MiddlewareHandler = async (c, next) => {
  const tooLarge = () => c.json({ error: `The body is larger than ${largestMessage} bytes` }, 413);
  // Where the length is told, the HTTP parser holds the sender to it; to touch the body would make a web stream of it.
  if (c.req.header('transfer-encoding') === undefined) {
    return Number(c.req.header('content-length') ?? 0) > largestMessage ? tooLarge() : next();
  }
  const { body, headers, method } = c.req.raw;
  if (!body) return next();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > largestMessage) return tooLarge();
    chunks.push(chunk);
  }
  const whole = size === 0 ? {} : { body: Buffer.concat(chunks) };
  c.req.raw = new Request(c.req.url, { method, headers, ...whole });
  return next();
};
