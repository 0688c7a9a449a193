import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomes } from '../suite/judgement.ts';
import { aResult } from './a-result.ts';
import type { CheckResult } from './check-result.ts';
import { totalsOf, type VerdictOptions, verdictOf, worstExit } from './verdict.ts';

const quiet: VerdictOptions = {
  level: 'must',
  staleBaseline: [],
  unreachable: [],
  interrupted: false,
  unwritten: [],
};

const passed = aResult('passed');
const failed = aResult('failed');
const known = aResult('failed', { known: 'we know' });
const should = (outcome: CheckResult['outcome']): CheckResult => aResult(outcome, { level: 'SHOULD' });

/** Verdict, exit code and whether only known failures are left, of some results. */
function verdict(results: readonly CheckResult[], options: Partial<VerdictOptions> = {}) {
  const { verdict: word, exit, knownOnly } = verdictOf(results, { ...quiet, ...options });
  return [word, exit, knownOnly];
}

const conformant = ['conformant', 0, false];
const knownOnly = ['non-conformant', 0, true];
const nonConformant = ['non-conformant', 1, false];
const incomplete = ['incomplete', 3, false];
const untestable = ['incomplete', 4, false];

describe('row 1: non-conformant, exit 1', () => {
  it.each([
    ['a MUST check failed', [passed, failed], {}],
    ['one of several failures is not excused', [known, failed], {}],
    ['a SHOULD check failed where SHOULD gates', [passed, should('failed')], { level: 'should' }],
    [
      'a check is flaky, though it bears another outcome than failed',
      [aResult('error', { flaky: true })],
      {},
    ],
    ['a baseline entry is stale', [passed], { staleBaseline: ['mine x E1: expired'] }],
  ] as const)('%s', (_, results, options) => {
    expect(verdict(results, options)).toEqual(nonConformant);
  });
});

describe('row 2: incomplete, exit 3', () => {
  it.each([
    ['a check is an error', [passed, aResult('error')], {}],
    ['a SHOULD check is an error', [passed, should('error')], {}],
    ['the target was unreachable', [passed], { unreachable: ['mine: ECONNREFUSED'] }],
    ['the run was interrupted', [passed], { interrupted: true }],
    ['a report could not be written', [passed], { unwritten: ['json: EACCES'] }],
    ['no check was judged at all', [aResult('not-run'), aResult('excluded')], {}],
    ['there is no check', [], {}],
  ] as const)('%s', (_, results, options) => {
    expect(verdict(results, options)).toEqual(incomplete);
  });
});

describe('row 3: incomplete, exit 4', () => {
  it('a MUST check is untestable', () => {
    expect(verdict([passed, aResult('untestable')])).toEqual(untestable);
  });

  it('a SHOULD check that is untestable is not enough', () => {
    expect(verdict([passed, should('untestable')])).toEqual(conformant);
  });

  it('a SHOULD check that is untestable is not enough where SHOULD gates, either', () => {
    expect(verdict([passed, should('untestable')], { level: 'should' })).toEqual(conformant);
  });
});

describe('row 4: known failures only, exit 0', () => {
  it('every failure is excused', () => {
    expect(verdict([passed, known])).toEqual(knownOnly);
  });

  it('every SHOULD failure is excused where SHOULD gates', () => {
    expect(
      verdict([passed, aResult('failed', { level: 'SHOULD', known: 'we know' })], { level: 'should' }),
    ).toEqual(knownOnly);
  });
});

describe('row 5: conformant, exit 0', () => {
  it.each([
    ['everything passed', [passed]],
    ['a SHOULD check failed, which does not gate', [passed, should('failed')]],
    ['a MAY check failed, which never gates', [passed, aResult('failed', { level: 'MAY' })]],
    ['a MAY check could not be judged', [passed, aResult('error', { level: 'MAY', reason: 'it broke' })]],
    ['a MAY check is untestable', [passed, aResult('untestable', { level: 'MAY' })]],
    ['a point is ambiguous', [passed, should('ambiguous')]],
    [
      'what is left is excluded, not applicable or not run',
      [passed, aResult('excluded'), aResult('not-run')],
    ],
    [
      'a SHOULD check is flaky, which does not gate',
      [passed, aResult('failed', { level: 'SHOULD', flaky: true })],
    ],
  ] as const)('%s', (_, results) => {
    expect(verdict(results)).toEqual(conformant);
  });
});

describe('the first row that fits decides', () => {
  const error = aResult('error');
  const open = aResult('untestable');
  it.each([
    ['a failure over an error', [failed, error], {}, nonConformant],
    ['a failure over an unreachable target', [failed], { unreachable: ['mine: gone'] }, nonConformant],
    ['a failure over an interruption', [failed], { interrupted: true }, nonConformant],
    ['a failure over an unwritten report', [failed], { unwritten: ['json: full'] }, nonConformant],
    ['a failure over something untestable', [failed, open], {}, nonConformant],
    ['a stale entry over an error', [error], { staleBaseline: ['expired'] }, nonConformant],
    ['an error over something untestable', [error, open], {}, incomplete],
    ['an unwritten report over something untestable', [open], { unwritten: ['json: full'] }, incomplete],
    ['an error over known failures', [known, error], {}, incomplete],
    ['something untestable over known failures', [known, open], {}, untestable],
  ] as const)('%s', (_, results, options, expected) => {
    expect(verdict(results, options)).toEqual(expected);
  });

  it('whatever else there is: a failure that gates is never a success, and an error neither', () => {
    const any = fc.constantFrom(...outcomes).map((outcome) => aResult(outcome));
    fc.assert(
      fc.property(fc.array(any), fc.constantFrom(failed, error), (results, bad) => {
        expect(verdictOf([...results, bad], quiet).exit).not.toBe(0);
      }),
    );
  });
});

describe('the scope', () => {
  it('is partial where some check was not run', () => {
    expect(verdictOf([passed, aResult('not-run')], quiet).scope).toBe('partial');
  });

  it('is full where every check came to something', () => {
    expect(verdictOf([passed, aResult('untestable'), aResult('not-applicable')], quiet).scope).toBe('full');
  });
});

describe('the reason', () => {
  it.each([
    ['1 gating check failed', [failed], {}],
    ['2 gating checks failed', [failed, failed], {}],
    ['1 check could not be judged: it broke', [aResult('error', { reason: 'it broke' })], {}],
    ['1 MUST check untestable: no token', [aResult('untestable', { reason: 'no token' })], {}],
    ['target unreachable: mine: gone', [], { unreachable: ['mine: gone'] }],
    ['a report could not be written: json: full', [passed], { unwritten: ['json: full'] }],
    ['known failures only', [known], {}],
  ] as const)('%s', (reason, results, options) => {
    expect(verdictOf(results, { ...quiet, ...options }).reason).toBe(reason);
  });
});

it('counts each check once, by level and outcome', () => {
  const levels = fc.constantFrom('MUST' as const, 'SHOULD' as const, 'MAY' as const);
  const any = fc
    .tuple(fc.constantFrom(...outcomes), levels)
    .map(([outcome, level]) => aResult(outcome, { level }));
  fc.assert(
    fc.property(fc.array(any), (results) => {
      const totals = totalsOf(results);
      const sum = Object.values(totals)
        .flatMap((row) => Object.values(row))
        .reduce((a, b) => a + b, 0);
      expect(sum).toBe(results.length);
    }),
  );
});

it.each([
  [[0, 4, 3, 1], 1],
  [[0, 4, 3], 3],
  [[0, 4], 4],
  [[0, 0], 0],
  [[], 0],
] as const)('the worst of the exit codes %j is %d', (exits, worst) => {
  expect(worstExit(exits)).toBe(worst);
});

describe('the reason of an exit code', () => {
  const reason = (results: readonly CheckResult[], options: Partial<VerdictOptions> = {}): string =>
    verdictOf(results, { ...quiet, ...options }).reason;
  const told = (outcome: CheckResult['outcome'], why: string): CheckResult =>
    aResult(outcome, { reason: why });

  it('counts what failed, what is flaky, and names the first stale entry, and nothing that is not there', () => {
    const flaky = aResult('failed', { known: 'we know', flaky: true });
    const stale = ['mine x E1: expired', 'mine x E2: passed'];
    expect(reason([failed])).toBe('1 gating check failed');
    expect(reason([failed, failed])).toBe('2 gating checks failed');
    expect(reason([flaky])).toBe('1 check flaky');
    expect(reason([passed], { staleBaseline: stale })).toBe('mine x E1: expired');
    expect(reason([failed, flaky], { staleBaseline: stale })).toBe(
      '1 gating check failed; 1 check flaky; mine x E1: expired',
    );
  });

  it('names the first of several errors', () => {
    expect(reason([passed, told('error', 'out of memory'), told('error', 'out of disk')])).toBe(
      '2 checks could not be judged: out of memory',
    );
  });

  it('names the first MUST check that is untestable, whatever else is', () => {
    const first = told('untestable', 'no token');
    const other = aResult('untestable', { level: 'SHOULD', reason: 'no webhook' });
    expect(
      reason([aResult('passed', { reason: 'noted' }), other, first, told('untestable', 'no space')]),
    ).toBe('2 MUST checks untestable: no token');
  });
});
