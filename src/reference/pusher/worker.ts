import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Automaton } from '../../contract/rules.ts';
import type { Timers } from '../surface-server.ts';
import type { DialectOf } from './apps.ts';
import type { Job, Status } from './job.ts';
import type { PusherPolicies } from './policies.ts';
import { jpeg } from './previews.ts';
import type { Publish } from './publisher.ts';
import type { Results } from './results.ts';
import type { Webhooks } from './webhooks.ts';

/** One move of a job. */
export interface Step {
  readonly to: Status;
  readonly progress?: number;
  readonly preview?: boolean;
}

/** Moves jobs along the automaton of their dialect, and has each change announced. */
export interface Worker {
  /** Announces a job that was just submitted, and sees to it unless it is held. */
  readonly take: (job: Job) => void;
  /** Moves a job one step; false where its automaton has no such step. */
  readonly step: (job: Job, step: Step) => boolean;
}

interface Parts {
  readonly rules: PusherRules;
  readonly policies: PusherPolicies;
  readonly reading: (point: string) => string;
  readonly timers: Timers;
  readonly dialectOf: DialectOf;
  readonly publish: Publish;
  readonly results: Results;
  readonly webhooks: Webhooks;
  readonly log: (line: string) => void;
}

export function createWorker(parts: Parts): Worker {
  const { rules, policies, reading, timers, dialectOf, publish, results, webhooks, log } = parts;

  const announce = (job: Job): void => {
    const dialect = dialectOf(job.app);
    for (const update of policies.announce(job, dialect)) {
      publish({
        app: job.app,
        channel: rules.names.channel.replace('{id}', job.client.id),
        name: rules.names.event,
        data: JSON.stringify(policies.present(update, dialect)),
        job,
      });
    }
  };

  const step = (job: Job, { to, progress, preview }: Step): boolean => {
    if (!allows(dialectOf(job.app).automaton, job.status, to)) return false;
    const moved = job.status !== to;
    if (moved) job.previous = job.status;
    job.status = to;
    job.progress = to === 'done' ? 100 : Math.max(job.progress, progress ?? job.progress);
    job.preview =
      preview === true && job.kind === 'image'
        ? jpeg(job.progress * 2.5, job.script.previewBytes)
        : undefined;
    const early = job.app.dialect === 'modelbeam' && reading('A3') === 'url';
    if (to === 'done' || (early && to !== 'error')) job.resultUrl ??= results.url(job);
    if (to === 'error') job.errorCode = 'PROCESSING_ERROR';
    announce(job);
    if (moved) webhooks.tell(job);
    log(`pusher: job ${job.id} is ${to}`);
    return true;
  };

  const work = (job: Job, [next, ...rest]: readonly Step[]): void => {
    if (!next) return;
    timers.set(job.id, job.script.stageMs, () => {
      step(job, next);
      work(job, rest);
    });
  };

  return {
    take(job) {
      announce(job);
      if (!job.script.hold) work(job, plan(job, reading));
    },
    step,
  };
}

/** The way of a job that nobody holds. Only where nobody scripted it may it leave anything out (A5). */
function plan({ app, kind, script }: Job, reading: (point: string) => string): readonly Step[] {
  const skips = app.dialect === 'modelbeam' && script.updates === undefined ? reading('A5') : 'all-shown';
  const count = skips === 'in_progress-skipped' ? 0 : (script.updates ?? 3);
  const updates = Array.from({ length: count }, (_, at): Step => {
    const progress = Math.round(((at + 1) / (count + 1)) * 10_000) / 100;
    return { to: 'in_progress', progress, preview: script.previews && kind === 'image' };
  });
  const begun: readonly Step[] = skips === 'processing-skipped' ? [] : [{ to: 'processing' }];
  if (!script.fails) return [...begun, ...updates, { to: 'done' }];
  const late: readonly Step[] =
    app.dialect === 'dryapi' && reading('A6') === 'done-follows' ? [{ to: 'done' }] : [];
  return [...begun, ...updates.slice(0, 1), { to: 'error' }, ...late];
}

function allows({ transitions }: Automaton, from: Status, to: Status): boolean {
  return transitions.some((transition) => transition.from === from && transition.to === to);
}
