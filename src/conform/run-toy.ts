import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { judge } from '../suite/case.ts';
import { failed, type Judgement, passed } from '../suite/judgement.ts';
import { monitor } from '../suite/monitor.ts';
import type { AnyScene } from '../suite/scene.ts';
import type { View } from '../suite/view.ts';
import type { EmitTarget } from '../target/target.ts';
import { type OnAPort, onAPort } from '../wire/on-a-port.ts';
import type { TargetPlan } from './plan.ts';
import { type RunOptions, type RunResult, run } from './run.ts';
import type { Reporter, RunEvent } from './run-event.ts';
import { planToy, type Toy, toyRequirement, toyTarget } from './toy-suite.ts';

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

/** What most toys are about: one MUST, one SHOULD. */
export const requirements = [toyRequirement('E1'), toyRequirement('E1i', { level: 'SHOULD' })];

export const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };
export const pass = (): Judgement => passed(['viewer']);
export const fail = (): Judgement => failed(finding);

/** Scenes with a case each, of the same name. */
export function suiteOf(
  ...rows: readonly (readonly [AnyScene, ((view: View) => Judgement)?, string?])[]
): Toy {
  return {
    scenes: rows.map(([scene]) => scene),
    cases: rows.map(([scene, judgeOne = pass, requirement = 'E1']) =>
      judge(scene, scene.id.replace('/', '/case-of-'), scene.id, { [requirement]: judgeOne }),
    ),
  };
}

/** Judges every frame, and finds nothing wrong with any. */
export const watching = monitor({
  id: 'emit/always/watching',
  title: 'watching',
  surface: 'emit',
  per: 'run',
  checks: ['E1'],
  start: () => ({}),
  step: (_, event, report) => event.kind === 'frame' && report.saw('E1', event),
});

/** Runs a toy on a server of its own, from its start to its end. */
export async function runToy(toy: Toy, options: Partial<RunOptions> = {}, more: Partial<EmitTarget> = {}) {
  const server = await echoServer();
  const targets = [toyTarget({ urls: { ws: server.url }, ...more })];
  const result = await runPlans(planToy({ requirements, ...toy }, targets), options);
  await server.close();
  return { server, ...result };
}

/** Case → outcome, where each case has one check. */
export function outcomesOf({ checks }: RunResult): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map((check) => [check.case, check.outcome]));
}
