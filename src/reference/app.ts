import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { bodyLimit } from './body-limit.ts';

/** The HTTP application before any surface has added its routes: limits, CORS, and JSON for every error. */
export function createApp(log: (line: string) => void): Hono {
  const app = new Hono();
  const forPages = cors({ origin: '*', allowHeaders: ['authorization', 'content-type', 'x-api-key'] });
  // Pages of anybody may be clients, but nobody's page may turn the clock.
  app.use((c, next) => (c.req.path === '/control' ? next() : forPages(c, next)));
  app.use(bodyLimit);
  app.notFound((c) => c.json({ error: `There is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((cause, c) => {
    log(`${c.req.method} ${c.req.path} failed: ${cause.stack ?? cause.message}`);
    return c.json({ error: 'Internal error' }, 500);
  });
  return app;
}
