import { type Json, parseJson } from '../../../contract/json.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import { began } from '../../../suite/began.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Call, Job, Recording } from '../../../suite/recording.ts';
import type { Frame, WireEvent } from '../../../wire/event.ts';
import { eventRule } from '../event-rule.ts';
import { jobOf, scopeOf, streamOf, typeOf } from '../message.ts';
import { isSent } from '../withheld.ts';
import { judgeDeliveries } from './deliveries.ts';

interface Memory {
  /** Position from which this viewer is owed everything: its init, or the opening of a space stream. */
  owedFrom: number | undefined;
  closedAt: number | undefined;
  /** By job. */
  readonly frames: Map<string, Frame[]>;
}

/** Calls of a worker each of which is an event. */
const updates = ['progress', 'checkpoint'] as const;

/**
 * What a viewer was owed, it got: each accepted call of the worker made while it was watching is one
 * event, once, with the data of that call, in the order of the calls.
 */
export function completeness(rules: EmitRules): Monitor {
  return monitor<Memory>({
    id: 'emit/always/nothing-lost',
    title: 'every call of the worker reaches every viewer once, in order and unchanged',
    surface: 'emit',
    per: 'connection',
    checks: ['E22', 'E22i', 'E31', 'E31i', 'E32', 'E5', 'E14', 'E7', 'E50', 'E40', 'E43'],
    notStreamed: 'it holds calls of a worker against the whole recording',
    start: () => ({ owedFrom: undefined, closedAt: undefined, frames: new Map() }),
    step(memory, event, _report, { recording }) {
      if (event.kind === 'closed') memory.closedAt = event.seq;
      if (event.kind === 'opened' && streamOf(recording, event.peer) === 'space') memory.owedFrom = event.seq;
      if (event.kind !== 'frame') return;
      if (typeOf(event) === 'init') memory.owedFrom ??= event.seq;
      const job = jobOf(recording, event);
      if (job === undefined) return;
      const frames = memory.frames.get(job);
      if (frames) frames.push(event);
      else memory.frames.set(job, [event]);
    },
    end(memory, last, report, { recording }) {
      const stream = streamOf(recording, last.peer);
      const scope = scopeOf(recording, last.peer);
      const { owedFrom, closedAt } = memory;
      if (!stream || !scope || owedFrom === undefined) return;
      const { events } = recording;
      for (const job of Object.values(recording.jobs)) {
        // Of a job that others work on, nobody here knows what there was to tell.
        if (job.calls.length === 0 || !isWatched(recording, last.peer, job)) continue;
        const about = memory.frames.get(job.id) ?? [];
        const end = about.find((frame) => eventRule(rules, typeOf(frame))?.terminal);
        // A server that hangs up owes everything up to the end of the job, and is judged for hanging up elsewhere.
        if (closedAt !== undefined && !end && !isClosedByUs(events[closedAt])) continue;
        // What follows the end of its job is another rule's business.
        const owed = end ? about.slice(0, about.indexOf(end)) : about;
        for (const type of updates) {
          if (!isSent(rules, type, scope)) continue;
          const sent = job.calls
            .filter((call) => call.verb === type && mayHaveBeenTaken(events, call))
            .map((call) => ({ ...call, began: began(events, call.seq) }));
          judgeDeliveries(
            {
              type,
              scope,
              stream,
              job: job.name,
              due: sent.filter(
                ({ accepted, began, seq }) =>
                  accepted && began > owedFrom && (closedAt === undefined || seq < closedAt),
              ),
              sent,
              got: owed.filter((frame) => typeOf(frame) === type),
              asked: () => bodiesAsked(events, pathOf(rules, type, job)),
              last,
            },
            report,
          );
        }
      }
    },
  });
}

function isWatched({ peers }: Recording, peer: string, { id, where }: Job): boolean {
  const about = peers[peer]?.about;
  return about?.stream === 'job' ? about.job === id : about?.space === where;
}

/** A call without an answer may have been taken all the same. */
function mayHaveBeenTaken(events: readonly WireEvent[], { accepted, seq }: Call): boolean {
  const event = events[seq];
  return accepted || (event?.kind === 'exchange' && event.status === 0);
}

function pathOf({ rest }: EmitRules, verb: string, job: Job): string {
  return rest[verb]?.path.replace('{job}', encodeURIComponent(job.id)) ?? '';
}

/** What was sent to a path, by whomever, and not refused. */
function bodiesAsked(events: readonly WireEvent[], path: string): readonly Json[] {
  return events.flatMap((event) => {
    if (event.kind !== 'exchange' || event.status >= 300 || !event.url.endsWith(path)) return [];
    return parseJson(event.requestBody ?? '') ?? [];
  });
}

function isClosedByUs(event: WireEvent | undefined): boolean {
  return event?.kind === 'closed' && event.by === 'us';
}
