import { type Finding, failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import type { Recording } from '../../src/suite/recording.ts';
import type { View } from '../../src/suite/view.ts';
import { closeOf, dialAfter, dialsOf } from '../../src/surfaces/clients/seen.ts';
import type { WireEvent } from '../../src/wire/event.ts';

/** A finding about one event. */
export function wrong(rule: string, expected: string, actual: string, event?: WireEvent): Judgement {
  const finding: Finding = { rule, expected, actual, shape: rule, ...(event ? { frame: event.seq } : {}) };
  return failed(finding);
}

/** How long after the end of a connection the client came back: milliseconds. */
export function gapAfter(recording: Recording, peer: string): number | undefined {
  const closed = closeOf(recording, peer);
  const next = closed && dialAfter(recording, closed.seq);
  return next && next.at - closed.at;
}

/** The steps that a judgement needs; the first that was missed decides. */
export function needs(view: View, ...steps: readonly string[]): void {
  for (const step of steps) view.step(step);
}

/** Judges that a client did not come back after a close; it must have come back after another one before. */
export function staysAway(view: View, peer: string, watched: string): Judgement {
  const { recording } = view;
  needs(view, watched, 'stopped');
  const closed = closeOf(recording, peer);
  if (!closed) return untestable(`${peer} was not closed`);
  const before = dialsOf(recording).find((dial) => dial.peer === peer);
  const again = dialsOf(recording).find((dial) => dial.seq > closed.seq && dial.url === before?.url);
  if (!again) return passed([peer]);
  const after = Math.round(again.at - closed.at);
  return wrong(
    'comes-back',
    'it stays away, or asks for something else',
    `it is back after ${after} ms, unchanged`,
    again,
  );
}

/** The growth of a row of gaps: the mean factor from one to the next. */
export function growthOf(gaps: readonly number[]): number {
  const [first, last] = [gaps[0] ?? 0, gaps.at(-1) ?? 0];
  return (last / first) ** (1 / (gaps.length - 1));
}
