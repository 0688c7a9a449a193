import type { Json } from '../contract/json.ts';
import { shapeOf, shapeOfText } from './shape.ts';

/** Something the target did that it must not have done. */
export interface Finding {
  /** What is broken; one word or two that stay the same from run to run. */
  readonly rule: string;
  readonly expected: string;
  readonly actual: string;
  /** Position in the recording of the event that shows it. */
  readonly frame?: number;
  /** JSON pointer into the message. */
  readonly pointer?: string;
  /** What kind of value was there, without the value; where absent, it is derived from the words of `actual`. */
  readonly shape?: string;
  /** The scene whose recording `frame` points into. */
  readonly scene?: string;
}

/** How a target answered an open point, as seen in one place. */
export interface Reading {
  readonly point: string;
  readonly value: string;
  readonly frame?: number;
  /** The scene whose recording `frame` points into. */
  readonly scene?: string;
}

/** What a pure judge says of one check. `rests` are the peers whose frames it rests on. */
export type Judgement =
  | {
      readonly kind: 'passed';
      readonly rests: readonly string[];
      readonly readings?: readonly Reading[];
      readonly note?: string;
    }
  | { readonly kind: 'failed'; readonly findings: readonly Finding[]; readonly rests?: readonly string[] }
  | { readonly kind: 'untestable'; readonly reason: string }
  | { readonly kind: 'not-applicable'; readonly reason: string };

/** Outcomes of a check, worst first. */
export const outcomes = [
  'failed',
  'error',
  'untestable',
  'ambiguous',
  'excluded',
  'not-run',
  'not-applicable',
  'passed',
] as const;

export type Outcome = (typeof outcomes)[number];

/** The worse of two outcomes. */
export function worse(a: Outcome, b: Outcome): Outcome {
  return outcomes.indexOf(a) <= outcomes.indexOf(b) ? a : b;
}

export function passed(
  rests: readonly string[],
  more: { readings?: readonly Reading[]; note?: string } = {},
): Judgement {
  return { kind: 'passed', rests: [...new Set(rests)], ...more };
}

export function failed(...findings: readonly Finding[]): Judgement {
  return { kind: 'failed', findings };
}

export function untestable(reason: string): Judgement {
  return { kind: 'untestable', reason };
}

/** All of several judgements: one failure fails, one that could not be tested cannot be told. */
export function all(judgements: readonly Judgement[]): Judgement {
  const findings = judgements.flatMap((judgement) => (judgement.kind === 'failed' ? judgement.findings : []));
  if (findings.length > 0) return { kind: 'failed', findings };
  const open = judgements.find((judgement) => judgement.kind === 'untestable');
  if (open) return open;
  const held = judgements.filter((judgement) => judgement.kind === 'passed');
  if (held.length === 0) return untestable('nothing was seen that could be judged');
  const readings = held.flatMap((judgement) => judgement.readings ?? []);
  return passed(
    held.flatMap((judgement) => judgement.rests),
    readings.length > 0 ? { readings } : {},
  );
}

/** A value as a finding shows it: short, on one line. */
export function show(value: Json | undefined, most = 160): string {
  if (value === undefined) return 'absent';
  const text = written(value);
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}

/** What a finding tells of a value that is not the expected one. */
export function instead(
  value: Json | undefined,
  pointer?: string,
): Pick<Finding, 'actual' | 'pointer' | 'shape'> {
  return { actual: show(value), shape: shapeOf(value), ...(pointer === undefined ? {} : { pointer }) };
}

/** What a finding tells of a text that the target chose: its beginning, and what kind of text it is. */
export function insteadText(text: string, most = 160): Pick<Finding, 'actual' | 'shape'> {
  return { actual: text.slice(0, most), shape: shapeOfText(text) };
}

/** What can be parsed need not be writable: deep nesting is read step by step, and written by recursion. */
function written(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '[nested too deeply to be shown]';
  }
}
