import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Level } from '../contract/requirement.ts';
import { outcomes } from '../suite/judgement.ts';
import { aResult } from './a-result.ts';
import type { CheckResult } from './check-result.ts';
import { type VerdictOptions, verdictOf } from './verdict.ts';

interface Row {
  readonly fits: (results: readonly CheckResult[], options: VerdictOptions) => boolean;
  readonly verdict: string;
  readonly exit: number;
}

const gates = ({ level }: CheckResult, options: VerdictOptions): boolean =>
  level === 'MUST' || (level === 'SHOULD' && options.level === 'should');

/** The table of the README, written down once more: the first row that fits. */
const table: readonly Row[] = [
  {
    fits: (results, options) =>
      results.some((one) => gates(one, options) && one.outcome === 'failed' && one.known === undefined) ||
      results.some((one) => gates(one, options) && one.flaky === true) ||
      options.staleBaseline.length > 0,
    verdict: 'non-conformant',
    exit: 1,
  },
  {
    fits: (results, { interrupted, unreachable, unwritten }) =>
      results.some(({ level, outcome }) => outcome === 'error' && level !== 'MAY') ||
      interrupted ||
      unreachable.length > 0 ||
      unwritten.length > 0,
    verdict: 'incomplete',
    exit: 3,
  },
  {
    fits: (results) => results.some(({ level, outcome }) => level === 'MUST' && outcome === 'untestable'),
    verdict: 'incomplete',
    exit: 4,
  },
  // "or no check judged"
  {
    fits: (results) => !results.some(({ outcome }) => ['passed', 'failed', 'ambiguous'].includes(outcome)),
    verdict: 'incomplete',
    exit: 3,
  },
  {
    fits: (results, options) => results.some((one) => gates(one, options) && one.outcome === 'failed'),
    verdict: 'non-conformant',
    exit: 0,
  },
  { fits: () => true, verdict: 'conformant', exit: 0 },
];

const levels = fc.constantFrom<Level>('MUST', 'SHOULD', 'MAY');
const results = fc.array(
  fc
    .record({
      outcome: fc.oneof(
        {
          weight: 3,
          arbitrary: fc.constantFrom('passed' as const, 'not-applicable' as const, 'not-run' as const),
        },
        fc.constantFrom(...outcomes),
      ),
      level: levels,
      known: fc.boolean(),
      flaky: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    })
    .map(({ outcome, level, known, flaky }) =>
      aResult(outcome, {
        level,
        ...(known && outcome === 'failed' ? { known: 'we know' } : {}),
        ...(flaky ? { flaky } : {}),
      }),
    ),
  { maxLength: 8 },
);
const rarely = fc.integer({ min: 0, max: 7 }).map((n) => (n === 0 ? ['a reason'] : []));
const options = fc.record<VerdictOptions>({
  level: fc.constantFrom('must', 'should'),
  staleBaseline: rarely,
  unreachable: rarely,
  interrupted: rarely.map(({ length }) => length > 0),
  unwritten: rarely,
});

it('the verdict is the first row of the table that fits, whatever the checks came to', () => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(results, options, (some, circumstances) => {
      const at = table.findIndex(({ fits }) => fits(some, circumstances));
      seen.add(at);
      const { exit, knownOnly, verdict } = verdictOf(some, circumstances);
      expect([verdict, exit, knownOnly]).toEqual([table[at]?.verdict, table[at]?.exit, at === 4]);
    }),
    { numRuns: 3000 },
  );
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

it('the order in which checks come makes no difference', () => {
  fc.assert(
    fc.property(results, options, (some, circumstances) => {
      const { verdict, exit, totals, scope } = verdictOf(some, circumstances);
      expect(verdictOf([...some].reverse(), circumstances)).toMatchObject({ verdict, exit, totals, scope });
    }),
  );
});
