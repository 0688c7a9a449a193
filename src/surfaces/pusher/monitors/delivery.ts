import { isObject } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { began } from '../../../suite/began.ts';
import { insteadText } from '../../../suite/judgement.ts';
import { type Monitor, monitor, type Report } from '../../../suite/monitor.ts';
import type { Call } from '../../../suite/recording.ts';
import type { Frame, WireEvent } from '../../../wire/event.ts';
import { carries, channelOf, eventOf, isChannelEvent, isOurs, subscriptionAnswer } from '../message.ts';

interface Owed {
  readonly name: string;
  readonly channel: string;
  readonly data: string;
  /** When it was asked for, and when that was answered: positions in the recording. */
  readonly began: number;
  readonly seq: number;
}

/**
 * What we published ourselves reaches every connection that was on its channel, once, unchanged, and
 * on each channel in the order in which one was asked for when another had been accepted. Nothing else is judged of it.
 */
export function delivery(rules: PusherRules): Monitor {
  const { everyone, once, order } = rules.delivery;
  const { unchanged } = rules.triggerApi.accepted;
  return monitor({
    id: 'pusher/always/delivery',
    title: 'what was published reaches every subscriber once, in order and unchanged',
    surface: 'pusher',
    per: 'connection',
    checks: [...everyone, ...once, ...order, ...unchanged],
    notStreamed: 'it holds what was published against the whole recording',
    start: () => ({
      frames: [] as Frame[],
      joined: new Map<string, number>(),
      closed: Number.POSITIVE_INFINITY,
    }),
    step(state, event, _report, { recording }) {
      if (event.kind === 'closed') state.closed = event.seq;
      if (event.kind !== 'frame') return;
      const channel = channelOf(event);
      if (
        channel !== undefined &&
        subscriptionAnswer(event, channel) === 'granted' &&
        !state.joined.has(channel)
      )
        state.joined.set(channel, event.seq);
      if (isChannelEvent(event) && isOurs(recording, event)) state.frames.push(event);
    },
    end(state, last, report, { recording }) {
      const calls = Object.values(recording.jobs).flatMap((job) => job.calls);
      const owed = calls
        .filter((call) => call.verb === 'publish' && call.accepted)
        .flatMap((call) => owedBy(call, began(recording.events, call.seq)))
        .sort((a, b) => a.seq - b.seq)
        .filter(({ seq }) => seq < state.closed)
        .filter(({ channel, began: asked }) => {
          const from = state.joined.get(channel);
          return from !== undefined && from < asked;
        });
      const left = wasLeft(recording.events, last.peer);
      judge(
        owed.filter(({ channel }) => !left.has(channel)),
        state.frames,
        last,
        report,
        { everyone, once, order, unchanged },
      );
    },
  });
}

function owedBy(call: Call, asked: number): Owed[] {
  const { body, seq } = call;
  if (!isObject(body) || !Array.isArray(body.channels) || body.except !== null) return [];
  const { name, data } = body;
  if (typeof name !== 'string' || typeof data !== 'string') return [];
  return body.channels.flatMap((channel) =>
    typeof channel === 'string' ? [{ name, channel, data, began: asked, seq }] : [],
  );
}

/** Channels that a connection has left of its own accord: what it is owed of them is not judged here. */
function wasLeft(events: readonly WireEvent[], peer: string): ReadonlySet<string> {
  const channels = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'sent' || event.peer !== peer || !event.text.includes('pusher:unsubscribe')) continue;
    const [, channel] = /"channel":"([^"]*)"/.exec(event.text) ?? [];
    if (channel !== undefined) channels.add(channel);
  }
  return channels;
}

function judge(
  owed: readonly Owed[],
  frames: readonly Frame[],
  last: WireEvent,
  report: Report,
  ids: Readonly<Record<'everyone' | 'once' | 'order' | 'unchanged', readonly string[]>>,
): void {
  /** By channel, in the order of the answers: the last of the frames of all up to there. */
  const came = new Map<string, { readonly seq: number; readonly latest: number }[]>();
  for (const one of owed) {
    // Whether its channel is on it, and whether its data is a string, are matters of their own.
    const of = (frame: Frame): boolean =>
      eventOf(frame) === one.name && (channelOf(frame) ?? one.channel) === one.channel;
    const same = frames.filter((frame) => of(frame) && carries(frame, one.data));
    for (const id of [...ids.everyone, ...ids.once, ...ids.order, ...ids.unchanged]) report.saw(id, last);
    const [first] = same;
    if (!first) {
      // It came in another shape, or not at all: its serial number or nonce tells which.
      const changed = frames.find((frame) => of(frame) && isAlike(frame, one.data));
      const finding = changed
        ? {
            rule: 'changed',
            expected: `data ${insteadText(one.data).actual}`,
            ...insteadText(changed.text),
            pointer: '/data',
          }
        : { rule: 'lost', expected: `${one.name} on ${one.channel}`, actual: 'nothing of it' };
      for (const id of changed ? ids.unchanged : ids.everyone) report.find(id, finding, changed ?? last);
      continue;
    }
    if (same.length > 1)
      for (const id of ids.once)
        report.find(
          id,
          { rule: 'twice', expected: 'one of it', actual: String(same.length) },
          same[1] ?? first,
        );
    const onChannel = came.get(one.channel) ?? [];
    came.set(one.channel, onChannel);
    // Of two that were under way at once nobody knows which the server took first.
    const earlier = onChannel.findLast(({ seq }) => seq < one.began);
    if (earlier && first.seq < earlier.latest)
      for (const id of ids.order)
        report.find(
          id,
          { rule: 'order', expected: 'the order of publication', actual: 'it came before an earlier one' },
          first,
        );
    const { latest = first.seq } = onChannel.at(-1) ?? {};
    onChannel.push({ seq: one.seq, latest: Math.max(latest, first.seq) });
  }
}

/** The same event in another shape: half of its data, or all of it once more encoded, still shows its serial. */
function isAlike(frame: Frame, data: string): boolean {
  const mark = /"serial":(\d+)/.exec(data)?.[1];
  if (mark === undefined) return true;
  return new RegExp(`serial\\W+${mark}\\b`).test(frame.text);
}
