import { isObject, type Json, parseJson, sameJson } from '../../../contract/json.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import { instead, show } from '../../../suite/judgement.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Call, Job } from '../../../suite/recording.ts';
import type { Frame, WireEvent } from '../../../wire/event.ts';
import { jobOf, messageOf, scopeOf, streamOf, typeOf } from '../message.ts';
import { isSent } from '../withheld.ts';

interface Memory {
  /** Position from which this viewer is owed everything: its init, or the opening of a space stream. */
  owedFrom: number | undefined;
  closedAt: number | undefined;
  readonly frames: Frame[];
}

/**
 * What a viewer was owed, it got: each accepted call of the worker made while it was watching is one
 * event, once, with the data of that call, in the order of the calls.
 */
export function completeness(rules: EmitRules): Monitor {
  const eventOf = (verb: string): string | undefined =>
    rules.automaton.transitions.find((one) => one.on === verb && one.event !== null)?.event ?? undefined;
  return monitor<Memory>({
    id: 'emit/always/nothing-lost',
    title: 'every call of the worker reaches every viewer once, in order and unchanged',
    surface: 'emit',
    per: 'connection',
    checks: ['E22', 'E22i', 'E31', 'E31i', 'E32', 'E5', 'E14', 'E7', 'E50', 'E40', 'E43'],
    notStreamed: 'it holds calls of a worker against the whole recording',
    start: () => ({ owedFrom: undefined, closedAt: undefined, frames: [] }),
    step(memory, event, _report, { recording }) {
      const stream = streamOf(recording, event.peer);
      if (!stream) return;
      if (event.kind === 'closed') memory.closedAt = event.seq;
      if (stream === 'space' && event.kind === 'opened') memory.owedFrom = event.seq;
      if (event.kind !== 'frame') return;
      if (typeOf(event) === 'init' && stream === 'job') memory.owedFrom ??= event.seq;
      memory.frames.push(event);
    },
    end(memory, last, report, { recording }) {
      const stream = streamOf(recording, last.peer);
      const scope = scopeOf(recording, last.peer);
      if (!stream || !scope || memory.owedFrom === undefined) return;
      const from = memory.owedFrom;
      for (const job of Object.values(recording.jobs)) {
        const mine =
          stream === 'job'
            ? recording.peers[last.peer]?.about.job === job.id
            : recording.peers[last.peer]?.about.space === job.where;
        if (!mine) continue;
        for (const verb of ['progress', 'checkpoint']) {
          const type = eventOf(verb);
          if (type === undefined || !isSent(rules, type, scope)) continue;
          const owed = job.calls.filter(
            (call) => call.verb === verb && call.accepted && began(recording.events, call.seq) > from,
          );
          // A server that hangs up owes everything up to the end of the job, and is judged for hanging up elsewhere.
          const ended = memory.frames.some((frame) => rules.events[typeOf(frame) ?? '']?.terminal === true);
          const wasOpen =
            memory.closedAt === undefined || ended || closedByUs(recording.events, memory.closedAt);
          const until = memory.closedAt ?? Number.POSITIVE_INFINITY;
          const due = owed.filter((call) => call.seq < until);
          const got = memory.frames.filter(
            (frame) =>
              typeOf(frame) === type &&
              jobOf(recording, frame) === job.id &&
              // What follows the end of its job is another rule's business.
              !memory.frames.some(
                (end) => end.seq < frame.seq && isEnd(rules, end, jobOf(recording, end), job),
              ),
          );
          if (due.length === 0 || !wasOpen) continue;
          const sent = job.calls
            .filter((call) => call.verb === verb && mayHaveBeenTaken(recording.events, call))
            .map((call) => call.body);
          judgeDeliveries({
            type,
            scope,
            stream,
            job,
            due: due.map((call) => call.body),
            sent,
            got,
            last,
            report,
            timesSent: (n) => Math.max(1, timesSent(recording.events, job, n)),
          });
        }
      }
    },
  });
}

/** A call without an answer may have been taken all the same. */
function mayHaveBeenTaken(events: readonly WireEvent[], { accepted, seq }: Call): boolean {
  const event = events[seq];
  return accepted || (event?.kind === 'exchange' && event.status === 0);
}

/** How many requests for a job's progress, by whomever, bore a number and were not refused. */
function timesSent(events: readonly WireEvent[], job: Job, n: number): number {
  return events.filter((event) => {
    if (event.kind !== 'exchange' || event.method !== 'POST' || event.status >= 300) return false;
    const body = event.url.includes(`${job.id}/progress`) ? parseJson(event.requestBody ?? '') : undefined;
    return isObject(body) && body.n === n;
  }).length;
}

/** An exchange is recorded when it is over; it began as many milliseconds before as it took. */
function began(events: readonly WireEvent[], seq: number): number {
  const event = events[seq];
  if (event?.kind !== 'exchange') return seq;
  const start = event.at - event.ms;
  let at = seq;
  while (at > 0 && (events[at - 1]?.at ?? 0) >= start) at -= 1;
  return at;
}

function isEnd(rules: EmitRules, frame: Frame, about: string | undefined, job: Job): boolean {
  return about === job.id && rules.events[typeOf(frame) ?? '']?.terminal === true;
}

function closedByUs(events: readonly WireEvent[], seq: number): boolean {
  const event = events[seq];
  return event?.kind === 'closed' && event.by === 'us';
}

function judgeDeliveries(facts: {
  readonly type: string;
  readonly scope: 'full' | 'stripped';
  readonly stream: 'job' | 'space';
  readonly job: Job;
  /** What this viewer was owed for certain. */
  readonly due: readonly Json[];
  /** All that was sent: a call under way while the viewer joined may or may not reach it. */
  readonly sent: readonly Json[];
  readonly got: readonly Frame[];
  readonly timesSent: (n: number) => number;
  readonly last: WireEvent;
  readonly report: Parameters<NonNullable<Monitor['end']>>[2];
}): void {
  const { type, scope, stream, job, due, sent, got, last, report, timesSent } = facts;
  const ids = stream === 'space' ? ['E40'] : type === 'progress' ? ['E31', 'E22'] : ['E32', 'E22'];
  for (const id of ids) report.saw(id, last);
  if (got.length < due.length) {
    const finding = {
      rule: `lost ${type}`,
      expected: `${due.length} ${type} events of ${job.name}, one for each call of the worker`,
      actual: `${got.length}`,
    };
    for (const id of ids) report.find(id, finding, got.at(-1) ?? last);
  }
  if (type === 'checkpoint' && scope === 'stripped') return;
  const datas = got.map((frame) => messageOf(frame)?.data);
  const keeps =
    type === 'progress'
      ? scope === 'stripped'
        ? ['E5', 'E14']
        : stream === 'space'
          ? ['E43']
          : ['E7', 'E5']
      : stream === 'space'
        ? ['E43']
        : ['E50', 'E7'];
  got.forEach((frame, at) => {
    for (const id of keeps) report.saw(id, frame);
    const data = datas[at];
    if (sent.some((body) => sameJson(body, data))) return;
    if (got.length > sent.length) {
      const finding = { rule: `unasked ${type}`, expected: `${sent.length} of them`, actual: show(data) };
      report.find('E22i', finding, frame);
      return;
    }
    const nearest = due[at];
    for (const id of keeps) {
      report.find(
        id,
        { rule: `changed ${type}`, expected: `data ${show(nearest)}`, ...instead(data, '/data') },
        frame,
      );
    }
  });
  if (type !== 'progress') return;
  const numbers = datas.map((data) => (isObject(data) && typeof data.n === 'number' ? data.n : undefined));
  numbers.forEach((n, at) => {
    const frame = got[at];
    const before = numbers.slice(0, at).filter((one) => one !== undefined);
    if (n === undefined || !frame || before.length === 0) return;
    report.saw('E31i', frame);
    report.saw('E22i', frame);
    const highest = Math.max(...before);
    if (before.filter((one) => one === n).length >= timesSent(n)) {
      const finding = {
        rule: 'twice',
        expected: 'each call of the worker once',
        actual: `progress ${n} again`,
      };
      report.find('E22i', finding, frame);
    } else if (n < highest) {
      const finding = {
        rule: 'order',
        expected: `progress ${highest + 1} or later`,
        actual: `progress ${n}`,
      };
      for (const id of ['E31i', 'E22i']) report.find(id, finding, frame);
    }
  });
}
