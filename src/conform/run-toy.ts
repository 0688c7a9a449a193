import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { type OnAPort, onAPort } from '../wire/on-a-port.ts';
import type { TargetPlan } from './plan.ts';
import { type RunOptions, type RunResult, run } from './run.ts';
import type { Reporter, RunEvent } from './run-event.ts';

/** A server that says back whatever it is told, and dies when it is told to, or pinged; for tests. */
export async function echoServer(
  options: { readonly diesOfPings?: boolean } = {},
): Promise<OnAPort & { readonly url: string; readonly most: () => number }> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const listening = await onAPort(server);
  let most = 0;
  sockets.on('connection', (socket) => {
    most = Math.max(most, sockets.clients.size);
    socket.on('message', (data, binary) => {
      // Who says nothing only looks whether we are there.
      if (options.diesOfPings) socket.on('ping', () => void listening.close());
      if (String(data) === 'die') void listening.close();
      else socket.send(data, { binary });
    });
  });
  return { ...listening, url: `ws://127.0.0.1:${listening.port}`, most: () => most };
}

/** Keeps every event that a run tells. */
export function keeper(): Reporter & { readonly events: RunEvent[] } {
  const events: RunEvent[] = [];
  return { name: 'keeper', events, on: (event) => void events.push(event) };
}

/** Runs plans as the command line would without options. */
export async function runPlans(
  plans: readonly TargetPlan[],
  options: Partial<RunOptions> = {},
): Promise<RunResult & { readonly events: readonly RunEvent[] }> {
  const kept = keeper();
  const result = await run(plans, {
    jobs: 16,
    seed: 1,
    // The drain lasts 200 ms at least; nothing here is so slow.
    multiplier: 0.1,
    level: 'must',
    slow: false,
    bail: false,
    waitMs: 0,
    repeat: 1,
    version: '0.0.0',
    contractHash: 'abc',
    command: 'plumbline conform',
    signal: new AbortController().signal,
    ...options,
    reporters: [...(options.reporters ?? []), kept],
  });
  return { ...result, events: kept.events };
}
