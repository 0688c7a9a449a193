import { type Json, sameJson } from '../../../contract/json.ts';
import { instead, show } from '../../../suite/judgement.ts';
import type { Report } from '../../../suite/monitor.ts';
import type { Call } from '../../../suite/recording.ts';
import type { Frame, WireEvent } from '../../../wire/event.ts';
import { messageOf, type Scope } from '../message.ts';
import { ByUpdate, tells } from './by-update.ts';

/** A call of the worker, and the position at which it began; `seq` is where it was over. */
export interface Update extends Call {
  readonly began: number;
}

/** What a viewer was owed of a job's updates of one type, and what it got. */
export interface Deliveries {
  readonly type: 'progress' | 'checkpoint';
  readonly scope: Scope;
  readonly stream: 'job' | 'space';
  /** The job's name, for messages. */
  readonly job: string;
  /** What this viewer was owed for certain. */
  readonly due: readonly Update[];
  /** All that was sent: a call under way while the viewer joined may or may not reach it. */
  readonly sent: readonly Update[];
  readonly got: readonly Frame[];
  /** Bodies of all requests for such an update, by whomever, that were not refused. */
  readonly asked: () => readonly Json[];
  /** The last event of the viewer, which shows what is missing. */
  readonly last: WireEvent;
}

/** Judges the updates of one job and type that one viewer got by the calls of its worker. */
export function judgeDeliveries(deliveries: Deliveries, report: Report): void {
  const { type, scope, due } = deliveries;
  if (due.length > 0) judgeNumber(deliveries, report);
  if (type === 'checkpoint' && scope === 'stripped') judgeUntold(deliveries, report);
  else judgeData(deliveries, report);
}

/** What is broken where an update is lost. */
function owedBy({ type, stream }: Deliveries): readonly string[] {
  if (stream === 'space') return ['E40'];
  return type === 'progress' ? ['E31', 'E22'] : ['E32', 'E22'];
}

/** What is broken where an update is not as it was sent. */
function keptBy({ type, stream, scope }: Deliveries): readonly string[] {
  if (scope === 'stripped') return ['E5', 'E14'];
  if (stream === 'space') return ['E43'];
  return type === 'progress' ? ['E7', 'E5'] : ['E50', 'E7'];
}

function judgeNumber(deliveries: Deliveries, report: Report): void {
  const { type, job, due, got, last } = deliveries;
  const ids = owedBy(deliveries);
  for (const id of ids) report.saw(id, last);
  const there = answered(deliveries);
  if (there >= due.length) return;
  const expected = `${due.length} ${type} events of ${job}, one for each call of the worker`;
  for (const id of ids)
    report.find(id, { rule: `lost ${type}`, expected, actual: `${there}` }, got.at(-1) ?? last);
}

/** How many of the calls an event came of; one that tells of no call at all may have been of any. */
function answered({ due, sent, got }: Deliveries): number {
  const calls = new ByUpdate(sent, ({ body }) => body);
  const left = new ByUpdate(due, ({ body }) => body);
  const taken = new ByUpdate<Frame>([], dataOf);
  return got.filter((frame) => {
    const data = dataOf(frame);
    if (calls.of(data).length === 0) return true;
    taken.add(frame, data);
    return taken.of(data).length <= left.of(data).length;
  }).length;
}

/** Events whose data is hidden can be counted, and nothing else. */
function judgeUntold({ type, sent, got, asked }: Deliveries, report: Report): void {
  for (const [at, frame] of got.entries()) {
    report.saw('E22i', frame);
    if (at < sent.length) continue;
    const most = Math.max(sent.length, asked().length);
    if (at < most) continue;
    report.find(
      'E22i',
      { rule: `unasked ${type}`, expected: `${most} of them`, actual: `number ${at + 1}` },
      frame,
    );
  }
}

function judgeData(deliveries: Deliveries, report: Report): void {
  const { type, due, sent, got, asked } = deliveries;
  const keeps = keptBy(deliveries);
  const inOrder = type === 'progress' ? ['E31i', 'E22i'] : ['E22i'];
  const allCalls = new ByUpdate(sent, ({ body }) => body);
  const seen = new ByUpdate<Frame>([], dataOf);
  let latest: Update | undefined;
  for (const [at, frame] of got.entries()) {
    const data = dataOf(frame);
    const calls = allCalls.of(data);
    report.saw('E22i', frame);
    if (sent.length > 0) for (const id of keeps) report.saw(id, frame);
    const isAsked =
      calls.some(({ body }) => sameJson(body, data)) || asked().some((body) => sameJson(body, data));
    if (!isAsked && got.length > sent.length) {
      const expected = `${sent.length} of them`;
      report.find('E22i', { rule: `unasked ${type}`, expected, actual: show(data) }, frame);
    } else if (!isAsked) {
      const finding = {
        rule: `changed ${type}`,
        expected: `data ${show(due[at]?.body)}`,
        ...instead(data, '/data'),
      };
      for (const id of keeps) report.find(id, finding, frame);
    }
    const before = seen.of(data).length;
    seen.add(frame, data);
    const [call] = calls;
    if (!call) continue;
    if (before >= calls.length && before >= asked().filter((body) => tells(data, body)).length) {
      const finding = {
        rule: 'twice',
        expected: 'each call of the worker once',
        actual: `${show(data)} again`,
      };
      report.find('E22i', finding, frame);
      continue;
    }
    // Of calls alike nobody knows which one an event is of.
    if (calls.length > 1) continue;
    if (latest) for (const id of inOrder) report.saw(id, frame);
    if (latest && latest.began > call.seq) {
      const finding = {
        rule: 'order',
        expected: 'the order of the calls',
        actual: `${show(data)} after a later one`,
      };
      for (const id of inOrder) report.find(id, finding, frame);
    } else latest = call;
  }
}

function dataOf(frame: Frame): Json | undefined {
  return messageOf(frame)?.data;
}
