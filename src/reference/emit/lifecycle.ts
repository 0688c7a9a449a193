import type { Json } from '../../contract/json.ts';
import type { EmitRules, Transition } from '../../contract/rules.ts';
import type { Timers } from '../surface-server.ts';
import type { Announcer } from './announcer.ts';
import { clocks, type Verb } from './automaton.ts';
import type { Job, JobSpec } from './job.ts';
import type { EmitPolicies } from './policies.ts';
import type { Store } from './store.ts';
import { ulid } from './ulid.ts';

/** What happens to jobs, whoever causes it: a producer, a worker, or time. */
export interface Lifecycle {
  readonly create: (space: string, spec: JobSpec) => Job;
  /** Hands out up to `count` pending jobs, the longest waiting first. */
  readonly poll: (space: string, count: number) => readonly Job[];
  /** False where the automaton does not allow the verb now. */
  readonly perform: (job: Job, verb: Verb, input?: Json) => boolean;
}

interface Parts {
  readonly rules: EmitRules;
  readonly policies: EmitPolicies;
  readonly store: Store;
  readonly announcer: Announcer;
  readonly timers: Timers;
  /** Told of each job that has ended, after its viewers. */
  readonly onEnd: (job: Job) => void;
}

export function createLifecycle({ rules, policies, store, announcer, timers, onEnd }: Parts): Lifecycle {
  const { automaton } = rules;
  const running = new WeakMap<Job, { readonly cancel: () => void }>();

  /** Every state with a clock in the automaton has `timeoutSeconds`; any activity starts it anew. */
  const startClock = (job: Job): void => {
    running.get(job)?.cancel();
    const clock = clocks.find((verb) =>
      automaton.transitions.some(({ from, on }) => from === job.status && on === verb),
    );
    if (!clock) return;
    running.set(
      job,
      timers.set(job.id, policies.timeout(job, clock), () => perform(job, clock)),
    );
  };

  const note = (job: Job, { on, to, event }: Transition, input: Json | undefined): void => {
    if (event === 'completed') job.result = input ?? null;
    if (on === 'fail') job.error = typeof input === 'string' ? input : 'Job failed';
    if (on === 'execution-clock') job.error = 'Execution timed out';
    if (event === 'retried') job.attempt += 1;
    job.status = to;
  };

  const perform = (job: Job, verb: Verb, input?: Json): boolean => {
    const step = policies.transition(job, verb);
    if (!step) return false;
    note(job, step, input);
    const waits = store.pending(job.space);
    if (step.to === automaton.initial) waits.add(job);
    else waits.delete(job);
    startClock(job);
    if (step.event !== null) announcer.announce(step.event, job, input);
    if (automaton.terminal.includes(step.to)) {
      store.ended(job);
      onEnd(job);
    }
    return true;
  };

  return {
    create(space, spec) {
      const now = Date.now();
      const job: Job = {
        ...spec,
        id: ulid(now),
        space,
        createdAt: new Date(now).toISOString(),
        status: automaton.initial,
        attempt: 0,
        result: null,
        error: null,
        history: [],
        lastTick: now,
      };
      store.add(job);
      store.pending(space).add(job);
      announcer.announce(policies.announce(), job);
      return job;
    },
    poll(space, count) {
      const first: Job[] = [];
      for (const job of store.pending(space)) {
        if (first.length === count) break;
        first.push(job);
      }
      return first.filter((job) => perform(job, 'poll'));
    },
    perform,
  };
}
