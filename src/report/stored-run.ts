import type { CaseResult, Header, RunEvent, VerdictEvent } from '../conform/run-event.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import { checkFormat } from '../contract/format.ts';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import { outcomes } from '../suite/judgement.ts';
import { resultOf } from './json.ts';

/** A run that was written down, as its reporters were told of it. */
export interface StoredRun {
  readonly events: readonly RunEvent[];
  /** False where the run was interrupted, or the file ends before it does. */
  readonly complete: boolean;
}

const noResult = 'no result of conform; write one with --reporter json=FILE or ndjson=FILE';

/**
 * Reads a result (JSON) or a stream (NDJSON) of `conform`; which of them it is, it says itself.
 * @throws InputError where it is neither, and where it is of a run that has not ended, unless `partial` asks for that.
 */
export function readStoredRun(file: string, text: string, contract: Contract, partial = false): StoredRun {
  const whole = parsed(text);
  const result = isObject(whole) && whole.event === undefined ? whole : undefined;
  const stored = result ? ofResult(file, result, contract) : ofStream(file, text, contract);
  if (!stored.complete && !partial) {
    throw new InputError(
      `${file}: is of a run that did not end, and would look like a whole one; --partial shows what there is of it`,
    );
  }
  return stored;
}

function ofResult(file: string, value: JsonObject, contract: Contract): StoredRun {
  checkFormat(contract.formats, 'result', { file, value, lineOf: () => 1 });
  const { targets, cases, openPoints, complete, ...rest } = value as unknown as Result;
  const {
    verdict,
    exit,
    reason,
    knownOnly,
    scope,
    totals,
    durationMs,
    baseline,
    repeat,
    exercised,
    ...start
  } = rest;
  const header: Header = {
    event: 'header',
    ...start,
    targets: targets.map(({ name, surface, dialect, role, url, at }) => ({
      ...{ name, surface, dialect, url, at },
      ...(role === undefined ? {} : { role }),
    })),
    scenes: new Set(cases.map(({ target, scene }) => `${target} ${scene}`)).size,
    checks: cases.reduce((sum, { checks }) => sum + checks.length, 0),
  };
  const end: VerdictEvent = {
    event: 'verdict',
    ...{ verdict, exit, reason, knownOnly, scope, totals, durationMs, openPoints },
    targets: targets.map((one) => ({
      target: one.name,
      ...{ verdict: one.verdict, exit: one.exit, reason: one.reason, knownOnly: one.knownOnly },
      ...{ scope: one.scope, totals: one.totals },
    })),
    ...(baseline === undefined ? {} : { baseline }),
    ...(repeat === undefined ? {} : { repeat }),
    ...(exercised === undefined ? {} : { exercised }),
  };
  const told = cases.map((one): CaseResult => ({ ...one, event: 'case' }));
  return { events: [header, ...told, end, { event: 'footer', complete, cases: cases.length }], complete };
}

type JudgedTarget = Header['targets'][number] & VerdictEvent['targets'][number];
type Result = Omit<Header, 'event' | 'targets' | 'scenes' | 'checks'> &
  Omit<VerdictEvent, 'event' | 'targets'> & {
    readonly targets: readonly JudgedTarget[];
    readonly cases: readonly Omit<CaseResult, 'event'>[];
    readonly complete: boolean;
  };

/** Lines up to the first that is cut off: what a killed run has left. */
function ofStream(file: string, text: string, contract: Contract): StoredRun {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const events: RunEvent[] = [];
  for (const [at, line] of lines.entries()) {
    const value = parsed(line);
    if (!isObject(value) || typeof value.event !== 'string') {
      if (at > 0 && at === lines.length - 1) break;
      throw new InputError(`${file}:${at + 1}: ${noResult}`);
    }
    events.push(value as unknown as RunEvent);
  }
  const [header] = events;
  if (header?.event !== 'header') throw new InputError(`${file}:1: ${noResult}`);
  if (!Array.isArray(header.targets)) throw new InputError(`${file}:1: ${noResult}`);
  const cases = events.filter((event) => event.event === 'case');
  const verdict = events.find((event) => event.event === 'verdict') ?? unended(header, cases);
  if (!Array.isArray(verdict.targets)) throw new InputError(`${file}: ${noResult}`);
  const footer = events.find((event) => event.event === 'footer');
  const complete = footer?.complete === true;
  // What is shown of a stream is held to the same format as a result.
  const value = resultOf({
    header,
    verdict,
    cases,
    footer: { event: 'footer', complete, cases: cases.length },
  });
  return ofResult(file, value as unknown as JsonObject, contract);
}

/** The verdict on a run whose end nobody wrote down: nothing is known but what failed. */
function unended({ targets }: Header, cases: readonly CaseResult[]): VerdictEvent {
  const of = (some: readonly CaseResult[]) => ({
    verdict: 'incomplete' as const,
    exit: 3 as const,
    reason: 'the stream ends before the run does',
    knownOnly: false,
    scope: 'partial' as const,
    totals: totalsOf(some.flatMap(({ checks = [] }) => checks)),
  });
  return {
    event: 'verdict',
    ...of(cases),
    targets: targets.map(({ name }) => ({
      target: name,
      ...of(cases.filter(({ target }) => target === name)),
    })),
    openPoints: [],
    durationMs: 0,
  };
}

function totalsOf(checks: CaseResult['checks']): VerdictEvent['totals'] {
  const row = (level: string) =>
    Object.fromEntries(
      outcomes.map((outcome) => [
        outcome,
        checks.filter((check) => check.level === level && check.outcome === outcome).length,
      ]),
    ) as VerdictEvent['totals']['must'];
  return { must: row('MUST'), should: row('SHOULD'), may: row('MAY') };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
