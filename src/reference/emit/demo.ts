import { InputError } from '../../contract/contract.ts';
import type { Flow, FlowStep } from '../../contract/flow.ts';
import { isObject, type Json } from '../../contract/json.ts';
import { didYouMean } from '../near-matches.ts';
import { clocks } from './automaton.ts';
import type { Job } from './job.ts';
import type { Lifecycle } from './lifecycle.ts';
import { demoSpace } from './tokens.ts';

/** Milliseconds between two steps: slow enough to watch. */
const pace = 500;

export interface Demo {
  readonly name: string;
  readonly loop: boolean;
}

/**
 * Plays a flow of the specs on the demo space, once or for ever, so that a client developer sees jobs.
 * The returned function stops it.
 * @throws InputError where no flow has that name.
 */
export function playFlow(
  flows: readonly Flow[],
  demo: Demo,
  lifecycle: Lifecycle,
  log: (line: string) => void,
): () => void {
  const playable = flows.filter(({ actor }) => actor === 'worker');
  const flow = playable.find(({ id }) => id === demo.name || id === `emit/${demo.name}`);
  if (!flow) {
    const names = playable.map(({ id }) => id.replace('emit/', ''));
    throw new InputError(
      `--flow ${demo.name}: no such flow; ${didYouMean(demo.name, names)}; all: ${names.join(', ')}`,
    );
  }
  const steps = flow.steps.flatMap((step) => Array.from({ length: step.times ?? 1 }, () => step));
  let job: Job | undefined;
  let at = 0;
  const timer = setInterval(() => {
    if (!job) {
      job = create(flow, lifecycle);
      log(`flow ${demo.name}: job ${job.id} in space ${demoSpace.id}`);
      return;
    }
    const step = steps[at];
    at += 1;
    if (step) return act(step, job, lifecycle, Math.round((100 * at) / steps.length));
    if (!demo.loop) return clearInterval(timer);
    job = undefined;
    at = 0;
  }, pace);
  timer.unref();
  return () => clearInterval(timer);
}

function create(flow: Flow, lifecycle: Lifecycle): Job {
  const { maxRetries = 3, timeoutSeconds = 300 } = flow.job;
  return lifecycle.create(demoSpace.id, {
    name: flow.id.replace('emit/', ''),
    payload: filled(flow.job.payload ?? null),
    maxRetries: Number(maxRetries),
    timeoutSeconds: Number(timeoutSeconds),
  });
}

function act({ verb, with: input }: FlowStep, job: Job, lifecycle: Lifecycle, percent: number): void {
  if (verb === undefined || verb === 'create') return;
  if (verb === 'clock') {
    for (const clock of clocks) if (lifecycle.perform(job, clock)) return;
    return;
  }
  const value = filled(input ?? (verb === 'progress' ? { percent, message: `${percent} % done` } : {}));
  if (verb === 'fail')
    lifecycle.perform(job, verb, isObject(value) && value.error ? value.error : 'Job failed');
  else lifecycle.perform(job, verb, value);
}

/** What a flow plants as a canary is a plain word here. */
function filled(value: Json): Json {
  if (typeof value === 'string') return value.replace(/^\$(\w+)$/, 'a sample $1');
  if (Array.isArray(value)) return value.map(filled);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each)]));
}
