import type { Json } from '../../contract/json.ts';
import { type Frame, frameOf } from '../outbox.ts';
import type { EmitEvent, Job } from './job.ts';
import type { EmitPolicies } from './policies.ts';
import type { Viewer, Viewers } from './viewers.ts';

/** Events of a job that REST remembers. */
const historyKept = 1000;

/** Turns what happens into events, and shows them to whoever watches. */
export interface Announcer {
  /** An event of a job as it is now. */
  readonly event: (type: string, job: Job, input?: Json) => EmitEvent;
  /** Makes an event, writes it into the job's history and sends it to all viewers. */
  readonly announce: (type: string, job: Job, input?: Json) => void;
  /** Sends events to one viewer alone. */
  readonly show: (viewer: Viewer, events: readonly EmitEvent[]) => void;
}

export function createAnnouncer(policies: EmitPolicies, viewers: Viewers): Announcer {
  const pasts = new WeakMap<Job, { waiting: readonly EmitEvent[]; readonly counts: Map<string, number> }>();

  const event = (type: string, job: Job, input?: Json): EmitEvent => {
    job.lastTick = policies.tick(job.lastTick, Date.now());
    const data = policies.data(type, job, input);
    const timestamp = new Date(job.lastTick).toISOString();
    const common = { jobId: job.id, jobName: job.name, type, status: job.status };
    return policies.shape(
      data === undefined ? { ...common, timestamp } : { ...common, data, timestamp },
      job,
    );
  };

  const inOrder = (next: EmitEvent, job: Job): readonly EmitEvent[] => {
    const past = pasts.get(job) ?? { waiting: [], counts: new Map<string, number>() };
    pasts.set(job, past);
    const ofType = past.counts.get(next.type) ?? 0;
    past.counts.set(next.type, ofType + 1);
    const { now, waiting } = policies.order(next, { waiting: past.waiting, ofType });
    past.waiting = waiting;
    return now;
  };

  const frame = (shown: EmitEvent, { scope, stream }: Viewer): Frame =>
    frameOf(policies.encode(policies.envelope(policies.strip(shown, scope), stream)));

  return {
    event,
    announce(type, job, input) {
      const happened = event(type, job, input);
      job.history.push(happened);
      if (job.history.length > historyKept) job.history.shift();
      for (const shown of inOrder(happened, job)) {
        // Viewers of one kind of stream and one scope see the same bytes.
        const frames = new Map<string, Frame>();
        for (const viewer of policies.audience(shown, job, viewers)) {
          const kind = `${viewer.stream} ${viewer.scope}`;
          const made = frames.get(kind) ?? frame(shown, viewer);
          frames.set(kind, made);
          viewer.outbox.send(made);
        }
      }
    },
    show(viewer, events) {
      for (const shown of events) viewer.outbox.send(frame(shown, viewer));
    },
  };
}
