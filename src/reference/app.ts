import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { largestMessage } from './handshake.ts';

/** The HTTP application before any surface has added its routes: limits, CORS, and JSON for every error. */
export function createApp(log: (line: string) => void): Hono {
  const app = new Hono();
  const forPages = cors({ origin: '*', allowHeaders: ['authorization', 'content-type', 'x-api-key'] });
  // Pages of anybody may be clients, but nobody's page may turn the clock.
  app.use((c, next) => (c.req.path === '/control' ? next() : forPages(c, next)));
  const tooLarge = (c: Context) => c.json({ error: `The body is larger than ${largestMessage} bytes` }, 413);
  const counting = bodyLimit({ maxSize: largestMessage, onError: tooLarge });
  app.use((c, next) => {
    // Where the length is told, the HTTP parser holds the sender to it; only a body in chunks must be counted.
    const told = c.req.header('content-length');
    if (c.req.header('transfer-encoding') !== undefined) return counting(c, next);
    return Promise.resolve(Number(told ?? 0) > largestMessage ? tooLarge(c) : next());
  });
  app.notFound((c) => c.json({ error: `There is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((cause, c) => {
    log(`${c.req.method} ${c.req.path} failed: ${cause.stack ?? cause.message}`);
    return c.json({ error: 'Internal error' }, 500);
  });
  return app;
}
