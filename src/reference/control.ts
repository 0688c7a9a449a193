import type { Hono } from 'hono';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import { readBody } from './json-body.ts';
import type { SurfaceServer, Timers } from './surface-server.ts';

/** What `POST /control` takes: specs/formats/control.schema.json in words. */
const operations = [
  { op: 'advance', job: 'a job id', seconds: 'a number', does: "moves one job's timers on" },
  {
    op: 'advance',
    connection: 'the nonce of its upgrade header',
    seconds: 'a number',
    does: "moves one connection's timers on",
  },
  { op: 'revoke', token: 'a token', does: 'makes a token good for nothing' },
  { op: 'restore', token: 'a revoked token', does: 'makes it good again' },
] as const satisfies readonly JsonObject[];

type Outcome = { readonly status: 200 | 400 | 404; readonly body: Json };

/**
 * The routes by which a test moves timers and revokes tokens. Each command is for one job, connection or
 * token; the clock of everything else stays what it is.
 */
export function mountControl(app: Hono, surfaces: readonly SurfaceServer[], timers: Timers): void {
  app.get('/control', (c) => c.json({ operations }));
  app.post('/control', async (c) => {
    const body = readBody(await c.req.text());
    const { status, body: answer } = isObject(body.value)
      ? perform(body.value, surfaces, timers)
      : wrong(body.problem ?? 'a command is a JSON object');
    return c.json(answer, status);
  });
}

function perform(command: JsonObject, surfaces: readonly SurfaceServer[], timers: Timers): Outcome {
  switch (command.op) {
    case 'advance': {
      const { job, connection, seconds } = command;
      const owner = job ?? connection;
      if (typeof owner !== 'string' || (job !== undefined && connection !== undefined)) {
        return wrong('advance takes either a job or a connection, as a string');
      }
      if (typeof seconds !== 'number' || seconds < 0 || seconds > 1e9)
        return wrong('seconds is a number from 0 to 1e9');
      return { status: 200, body: { ok: true, ran: timers.advance(owner, seconds * 1000) } };
    }
    case 'revoke':
    case 'restore': {
      if (typeof command.token !== 'string') return wrong(`${command.op} takes a token, as a string`);
      for (const surface of surfaces) {
        const answer = surface.control(command);
        if (answer !== undefined) return { status: 200, body: answer };
      }
      return { status: 404, body: { ok: false, error: 'no surface has such a token' } };
    }
    default:
      return wrong(`op is one of ${[...new Set(operations.map(({ op }) => op))].join(', ')}`);
  }
}

function wrong(error: string): Outcome {
  return { status: 400, body: { ok: false, error } };
}
