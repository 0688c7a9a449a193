import type { Flow, FlowStep } from '../../contract/flow.ts';
import { isObject, type Json } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import { SceneStopped } from '../../suite/scene.ts';
import { defaultBody, type EmitVerbs } from './verbs.ts';
import { isSent } from './withheld.ts';

/** A step of a flow as it is performed: repeats told apart, numbered from 1. */
export interface FlowMove {
  readonly n: number;
  readonly step: FlowStep;
}

/** The steps of a flow, each repeat a move of its own. */
export function movesOf(flow: Flow): FlowMove[] {
  return flow.steps
    .flatMap((step) => Array.from({ length: step.times ?? 1 }, () => step))
    .map((step, at) => ({ n: at + 1, step }));
}

/** Name of the recorded step in which a move of a job was awaited. */
export function moveName(job: string, n: number): string {
  return `${job} ${n}`;
}

/**
 * Viewers beside the one that a flow is watched by. That the event was sent at all is the step's own
 * requirement; that these get it too is another.
 */
export function beside({ lowView }: EmitRules): Readonly<Record<string, Beside>> {
  return {
    low: { variant: 'two-scopes', owns: lowView.told[0] ?? 'E22', scope: 'stripped' },
    late: { variant: 'late-joiner', owns: 'E22', scope: 'full' },
    space: { variant: 'space-viewer', owns: 'E40', scope: 'full' },
  };
}

/** A viewer beside the main one, and what is broken where it is not sent what it should be. */
export interface Beside {
  readonly variant: string;
  readonly owns: string;
  readonly scope: 'full' | 'stripped';
}

/** After this many moves a late joiner joins, or a viewer comes back. */
export function midway(flow: Flow): number {
  return Math.ceil(movesOf(flow).length / 2);
}

/** Performs a flow with the viewers of a variant. The recording tells the rest. */
export async function performFlow(flow: Flow, variant: string, emit: EmitVerbs): Promise<void> {
  await emit.lease({ own: 1 });
  const names =
    variant === 'ten-interleaved' ? Array.from({ length: 10 }, (_, at) => `job${at + 1}`) : ['job'];
  const viewers = new Map(names.map((name) => [name, [] as string[]]));
  const options = {
    maxRetries: Number(flow.job.maxRetries ?? 3),
    ...(flow.job.timeoutSeconds === undefined ? {} : { timeoutSeconds: Number(flow.job.timeoutSeconds) }),
  };
  if (variant === 'space-viewer') await emit.watchSpace('space');
  for (const name of names) {
    await emit.job(name, options);
    const list = viewers.get(name) ?? [];
    const watch = async (peer: string, credential?: string): Promise<void> => {
      await emit.watch(peer, name, credential === undefined ? {} : { credential });
      list.push(peer);
    };
    await watch(names.length === 1 ? 'full' : `full ${name}`);
    if (variant === 'two-scopes') await watch('low', 'progress');
    if (variant === 'space-viewer') list.push('space');
  }
  const half = midway(flow);
  let begun = emit.position;
  for (const move of movesOf(flow)) {
    // A clock may run out while the event of the move before is still waited for.
    const from = move.step.verb === 'clock' ? begun : emit.position;
    begun = emit.position;
    for (const name of names) await performMove(emit, name, move, viewers.get(name) ?? [], from);
    if (move.n !== half) continue;
    if (variant === 'late-joiner') {
      await emit.watch('late', 'job');
      viewers.get('job')?.push('late');
    }
    if (variant === 'reconnect-midway') {
      await emit.cut('full');
      await emit.watch('again', 'job');
      viewers.set('job', ['again']);
    }
  }
  for (const peer of [...viewers.values()].flat()) await emit.ping(peer, `fence ${peer}`);
}

/** A move that the target did not take stops the scene; an event that did not come does not. */
async function performMove(
  emit: EmitVerbs,
  job: string,
  { n, step }: FlowMove,
  viewers: readonly string[],
  from: number,
): Promise<void> {
  if (step.verb === 'clock') await emit.clock(job, 1);
  else if (step.verb !== undefined) {
    const body = step.with === undefined ? defaultBody(step.verb, emit.nonce, n) : planted(step.with, emit);
    await emit.act(
      job,
      step.verb,
      step.verb === 'poll' || step.verb === 'ack' ? {} : body,
      `${step.verb} ${job} ${n}`,
    );
  }
  if (step.await === undefined) return;
  let seen = true;
  const others = beside(emit.rules);
  for (const [group, { owns, scope }] of Object.entries(others)) {
    if (viewers.includes(group) && isSent(emit.rules, step.await, scope))
      await emit.await(moveName(`${group} ${job}`, n), [group], job, step.await, { from, owns });
  }
  const main = viewers.filter((peer) => others[peer] === undefined);
  const owns = step.owns === undefined ? {} : { owns: step.owns };
  if (main.length > 0) seen = await emit.await(moveName(job, n), main, job, step.await, { from, ...owns });
  if (!seen && step.verb === 'clock') throw new SceneStopped(`the clock of ${job} brought no ${step.await}`);
}

/** `$name` anywhere in what a step carries stands for the canary of that name. */
export function planted(value: Json, canaries: { readonly canary: (name: string) => string }): Json {
  if (typeof value === 'string') return value.startsWith('$') ? canaries.canary(value.slice(1)) : value;
  if (Array.isArray(value)) return value.map((item) => planted(item, canaries));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, planted(item, canaries)]));
  return value;
}
