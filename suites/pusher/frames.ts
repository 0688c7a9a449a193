import {
  type Finding,
  failed,
  instead,
  type Judgement,
  type Reading,
  untestable,
} from '../../src/suite/judgement.ts';
import type { View } from '../../src/suite/view.ts';
import {
  dataOf,
  eventOf,
  protocolEvent,
  requestOf,
  subscriptionAnswer,
} from '../../src/surfaces/pusher/message.ts';
import type { Exchange, Frame, WireEvent } from '../../src/wire/event.ts';

/** How a connection ended, where the other side ended it. */
export function endOf(view: View, peer: string): Extract<WireEvent, { kind: 'closed' }> | undefined {
  return view
    .of(peer)
    .find(
      (event): event is Extract<WireEvent, { kind: 'closed' }> =>
        event.kind === 'closed' && event.by === 'them',
    );
}

/** The greeting of a connection. */
export function greetingOf(view: View, peer: string): Frame | undefined {
  return view.frames(peer, (frame) => eventOf(frame) === protocolEvent.established)[0];
}

/** Frames of one connection about one job. */
export function framesAbout(view: View, peer: string, job: string): readonly Frame[] {
  const { id } = view.job(job);
  return view.frames(peer, (frame) => requestOf(frame) === id);
}

/** The first answer to a channel's subscription from a position on. */
export function answerOf(
  view: View,
  peer: string,
  channel: string,
  from: number,
): { readonly frame: Frame; readonly answer: 'granted' | 'refused' } | undefined {
  for (const frame of view.frames(peer, (one) => one.seq >= from)) {
    const answer = subscriptionAnswer(frame, channel);
    if (answer) return { frame, answer };
  }
  return undefined;
}

/** Why an answer says nothing about what was asked: there was none, or the server was busy. */
export function cannotTell({ status, error }: Exchange): string | undefined {
  if (status === 0) return error ?? 'no answer';
  return status === 429 || status >= 500 ? `the target answered ${status}` : undefined;
}

/** The exchange that a step made. */
export function exchangeOf(view: View, step: string): Exchange {
  const event = view.recording.events[view.step(step).events[0] ?? -1];
  if (event?.kind !== 'exchange') throw new Error(`no exchange in step ${step}`);
  return event;
}

/** Where a server that was reached gave no answer in time, or none that is one: what it did instead. */
export function noAnswer(exchange: Exchange): { readonly rule: string; readonly actual: string } | undefined {
  const { timedOut, garbled, error = 'no answer' } = exchange;
  if (timedOut) return { rule: 'silent', actual: error };
  return garbled ? { rule: 'garbled', actual: error } : undefined;
}

/** What a frame says, for a finding. */
export function said(frame: Frame | undefined): Seen {
  return frame ? instead(frame.message ?? frame.text) : { actual: 'nothing' };
}

/** What was there instead: words of ours, or a value of the target's with its shape. */
type Seen = Pick<Finding, 'actual' | 'shape'>;

/** A finding about one frame. */
export function wrong(rule: string, expected: string, seen: string | Seen, event?: WireEvent): Judgement {
  const actual = typeof seen === 'string' ? { actual: seen } : seen;
  return failed({ rule, expected, ...actual, ...(event ? { frame: event.seq } : {}) });
}

/** A reading, as part of a pass. */
export function reading(point: string, value: string, event?: WireEvent): Reading {
  return { point, value, ...(event ? { frame: event.seq } : {}) };
}

/** Why a connection shows nothing of what came later: it was never one that could. Undefined: it was. */
export function neverThere(view: View, peer: string): Judgement | undefined {
  const proof = view.maybeStep(`proof ${peer}`);
  return proof?.outcome === 'ok' ? undefined : untestable(proof?.reason ?? `${peer} was never established`);
}

/** That a connection was still there after all that happened: its last ping was answered. */
export function stillThere(view: View, peer: string, step: string): Judgement | undefined {
  const never = neverThere(view, peer);
  if (never) return never;
  const pong = view.maybeStep(step);
  if (!pong) return untestable(`not reached: ${step}`);
  if (pong.outcome === 'ok') return undefined;
  const closed = endOf(view, peer);
  const answersPings = view.recording.steps.some(({ verb, outcome }) => verb === 'ping' && outcome === 'ok');
  if (!closed && !answersPings) return untestable('no ping is answered on any connection');
  return wrong('gone', `${peer} stays in use`, closed ? `closed with ${closed.code}` : 'no pong', closed);
}

export { dataOf };
