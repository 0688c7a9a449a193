import { describe, expect, it } from 'vitest';
import type { Requirement } from '../contract/requirement.ts';
import { doubtful, type FaultRow, type KillMatrix, killMatrix } from './kill-matrix.ts';
import type { Cell, Subject, Trial, TrialResult } from './trial.ts';

function requirement(id: string, more: Partial<Requirement> = {}): Requirement {
  const source = { document: '1', title: 'Doc', section: 'One', at: 'specs/x:1' };
  const base = { surface: 'beam', level: 'MUST', basis: 'sentence', side: 'server' } as const;
  return { ...base, id, text: id, source, applies: {}, includes: [], group: [id], ...more };
}

const requirements = [
  requirement('B1'),
  requirement('B2', { includes: ['B1'] }),
  requirement('B3', { group: ['B3', 'B4'] }),
  requirement('B4', { group: ['B3', 'B4'] }),
  requirement('B5'),
];

const cell = (requirement: string, name = 'beam/a', dialect = 'document'): Cell => ({
  ...{ dialect, case: name, requirement, level: 'MUST' },
});

const failed = (...cells: Cell[]) => cells.map((one) => ({ ...one, found: 'something' }));

function result(subject: Subject, more: Partial<TrialResult> = {}, dialect = 'document'): TrialResult {
  const trial: Trial = { subject, surface: 'beam', dialect, secure: false };
  return { trial, failed: [], passed: [], ambiguous: [], errors: [], untestable: [], ...more };
}

const clean = (...passed: Cell[]): TrialResult => result({ kind: 'clean' }, { passed });
const broken = (id: string, ...cells: Cell[]): TrialResult =>
  result({ kind: 'fault', id }, { failed: failed(...cells) });

const fault = (id: string, ...breaks: string[]): FaultRow => ({
  ...{ id, surface: 'beam', breaks, says: 'it is broken', dialects: ['document'] },
});

function judged(
  faults: readonly FaultRow[],
  results: readonly TrialResult[],
  more: {
    readonly whole?: boolean;
    readonly requirements?: readonly Requirement[];
    readonly earlier?: Readonly<Record<string, string>>;
  } = {},
): KillMatrix {
  const dialects = { pusher: [], beam: ['document', 'beta9'], emit: [] };
  return killMatrix({ faults, results, requirements, dialects, whole: false, ...more });
}

const kinds = ({ problems }: KillMatrix): string[] => problems.map(({ kind }) => kind);

describe('a fault', () => {
  it('is killed by a check that failed for what it breaks', () => {
    const matrix = judged([fault('beam/x', 'B1')], [broken('beam/x', cell('B1'))]);
    expect(kinds(matrix)).toEqual([]);
    expect(matrix.faults).toMatchObject([
      { id: 'beam/x', killed: true, failed: { document: { B1: ['beam/a'] } } },
    ]);
  });

  it('is killed by another member of the group of what it breaks', () => {
    expect(kinds(judged([fault('beam/x', 'B3')], [broken('beam/x', cell('B4'))]))).toEqual([]);
  });

  it('may fail what it breaks at times, which kills it not', () => {
    const sometimes = { ...fault('beam/x', 'B1'), mayBreak: ['B5'] };
    expect(kinds(judged([sometimes], [broken('beam/x', cell('B1'))]))).toEqual([]);
    expect(kinds(judged([sometimes], [broken('beam/x', cell('B1'), cell('B5'))]))).toEqual([]);
    expect(kinds(judged([sometimes], [broken('beam/x', cell('B5'))]))).toEqual([
      'fault-survives',
      'break-not-failed',
    ]);
  });

  it('that breaks nothing but an open point is to be killed in every dialect', () => {
    const { dialects: _, ...ofPoint } = fault('beam/x', 'A16');
    const point = (dialect: string): Cell => ({
      ...cell('A16', 'beam/open-point/A16', dialect),
      level: 'SHOULD',
    });
    expect(kinds(judged([ofPoint], [broken('beam/x', point('document'))]))).toEqual(['fault-survives']);
    expect(
      kinds(judged([ofPoint], [broken('beam/x', point('document')), broken('beam/x', point('beta9'))])),
    ).toEqual([]);
  });

  it('survives where nothing failed', () => {
    const matrix = judged([fault('beam/x', 'B1')], [broken('beam/x')]);
    expect(kinds(matrix)).toEqual(['fault-survives', 'break-not-failed']);
    expect(matrix.totals).toMatchObject({ faults: 1, killed: 0 });
  });

  it('survives where it was not tried at all', () => {
    expect(kinds(judged([fault('beam/x', 'B1')], []))).toContain('fault-survives');
  });

  it('survives an error, which is a problem of its own', () => {
    const errors = [{ ...cell('B1'), reason: 'the judge broke' }];
    const matrix = judged([fault('beam/x', 'B1')], [result({ kind: 'fault', id: 'beam/x' }, { errors })]);
    expect(kinds(matrix)).toEqual(['fault-survives', 'break-not-failed', 'error']);
  });

  it('survives in the one dialect in which no check failed', () => {
    const everywhere = { ...fault('beam/x', 'B1'), dialects: ['document', 'beta9'] };
    expect(judged([everywhere], [broken('beam/x', cell('B1'))]).problems).toEqual([
      { kind: 'fault-survives', fault: 'beam/x', dialect: 'beta9' },
    ]);
  });

  it('must fail all that it lists', () => {
    const matrix = judged([fault('beam/x', 'B1', 'B5')], [broken('beam/x', cell('B1'))]);
    expect(matrix.problems).toEqual([{ kind: 'break-not-failed', fault: 'beam/x', requirement: 'B5' }]);
    expect(matrix.faults[0]?.killed).toBe(true);
  });

  it('may fail what includes what it breaks', () => {
    expect(kinds(judged([fault('beam/x', 'B1')], [broken('beam/x', cell('B1'), cell('B2'))]))).toEqual([]);
  });

  it('may not fail what is included in what it breaks, nor anything else', () => {
    const matrix = judged([fault('beam/x', 'B2')], [broken('beam/x', cell('B1'), cell('B2'), cell('B5'))]);
    expect(matrix.problems.map((one) => [one.kind, 'requirement' in one && one.requirement])).toEqual([
      ['fails-too-much', 'B1'],
      ['fails-too-much', 'B5'],
    ]);
    expect(matrix.faults[0]?.failed).toEqual({ document: { B2: ['beam/a'] } });
  });
});

describe('a MUST check', () => {
  const whole = { whole: true, requirements: [requirement('B1')] };

  it('that passes on the clean server must be failed by some fault', () => {
    const results = [clean(cell('B1'), cell('B1', 'beam/b')), broken('beam/x', cell('B1'))];
    expect(judged([fault('beam/x', 'B1')], results, whole).problems).toEqual([
      { kind: 'check-never-fails', dialect: 'document', case: 'beam/b', requirement: 'B1' },
    ]);
  });

  it('is not asked for in a part of the matrix', () => {
    const results = [clean(cell('B1', 'beam/b')), broken('beam/x', cell('B1'))];
    expect(kinds(judged([fault('beam/x', 'B1')], results))).toEqual([]);
  });

  it('is one for each dialect', () => {
    const results = [clean(cell('B1'), cell('B1', 'beam/a', 'beta9')), broken('beam/x', cell('B1'))];
    expect(kinds(judged([fault('beam/x', 'B1')], results, whole))).toEqual(['check-never-fails']);
  });

  it('must pass on the clean server', () => {
    const unclean = result(
      { kind: 'clean' },
      { failed: failed(cell('B1')), untestable: [{ ...cell('B5'), reason: 'no step' }] },
    );
    expect(kinds(judged([], [unclean]))).toEqual(['clean-not-passed', 'clean-not-passed']);
  });
});

describe('a MUST group', () => {
  const of = (row: Requirement): string[] => kinds(judged([], [], { whole: true, requirements: [row] }));

  it('of a server must be what some fault is for', () => {
    expect(of(requirement('B1'))).toEqual(['no-fault-for']);
    expect(of(requirement('B1', { side: 'auth' }))).toEqual(['no-fault-for']);
    expect(of(requirement('B1', { side: 'rest' }))).toEqual(['no-fault-for']);
  });

  it('is not covered by a fault that has it second', () => {
    const rows = [requirement('B1'), requirement('B5')];
    const results = [broken('beam/x', cell('B1'), cell('B5'))];
    const matrix = judged([fault('beam/x', 'B5', 'B1')], results, { whole: true, requirements: rows });
    expect(matrix.problems).toEqual([{ kind: 'no-fault-for', surface: 'beam', requirement: 'B1' }]);
  });

  it('is covered by a fault that is for another member', () => {
    const rows = requirements.filter(({ id }) => id === 'B3' || id === 'B4');
    const results = [broken('beam/x', cell('B3'))];
    expect(kinds(judged([fault('beam/x', 'B4')], results, { whole: true, requirements: rows }))).toEqual([]);
  });

  it('of clients and documents, what is not tested and what is no MUST need none', () => {
    expect(of(requirement('B1', { side: 'client' }))).toEqual([]);
    expect(of(requirement('B1', { side: 'document' }))).toEqual([]);
    expect(of(requirement('B1', { notTested: 'takes a day' }))).toEqual([]);
    expect(of(requirement('B1', { level: 'SHOULD' }))).toEqual([]);
  });
});

describe('an impostor', () => {
  const impostor = { kind: 'impostor', id: 'echo' } as const;

  it('passes no MUST check', () => {
    const matrix = judged([], [result(impostor, { passed: [cell('B1')] })]);
    expect(kinds(matrix)).toEqual(['impostor-passes']);
    expect(matrix.impostors).toMatchObject([{ id: 'echo', mustPassed: 1 }]);
  });

  it('may pass a SHOULD check', () => {
    expect(kinds(judged([], [result(impostor, { passed: [{ ...cell('B1'), level: 'SHOULD' }] })]))).toEqual(
      [],
    );
  });

  it('answers no open point', () => {
    const ambiguous = [{ ...cell('A1'), level: 'SHOULD' as const }];
    expect(kinds(judged([], [result(impostor, { ambiguous })]))).toEqual(['impostor-answers']);
  });

  it('may fail whatever it likes', () => {
    expect(kinds(judged([], [result(impostor, { failed: failed(cell('B1')) })]))).toEqual([]);
  });
});

it('is the same whatever the order in which trials came to their end', () => {
  const faults = [fault('beam/y', 'B1'), fault('beam/x', 'B1')];
  const results = [
    clean(cell('B1', 'beam/b'), cell('B1')),
    broken('beam/x', cell('B1', 'beam/b'), cell('B1')),
    broken('beam/y', cell('B1')),
    result({ kind: 'impostor', id: 'b' }),
    result({ kind: 'impostor', id: 'a' }),
  ];
  expect(judged([...faults].reverse(), [...results].reverse())).toEqual(judged(faults, results));
});

it('doubts what a busy machine can explain, and no survivor', () => {
  const trials: Trial[] = ['beam/x', 'beam/y', 'beam/z', 'beam/w'].map((id) => ({
    ...{ subject: { kind: 'fault', id }, surface: 'beam', dialect: 'document', secure: false },
  }));
  const matrix = judged(
    [fault('beam/x', 'B1'), fault('beam/y', 'B1', 'B5'), fault('beam/z', 'B1'), fault('beam/w', 'B1')],
    [
      broken('beam/x', cell('B1'), cell('B5')),
      broken('beam/y', cell('B1')),
      broken('beam/z'),
      broken('beam/w', cell('B1')),
    ],
  );
  expect(doubtful(matrix.problems, trials)).toEqual([trials[0], trials[1]]);
});

describe('a dialect that extends another', () => {
  const earlier = { beta9: 'document' };
  const cleanBoth = [
    clean(cell('B1')),
    result({ kind: 'clean' }, { passed: [cell('B1', 'beam/a', 'beta9')] }, 'beta9'),
  ];

  it('shares the checks of the earlier one, and says so', () => {
    const results = [...cleanBoth, broken('beam/x', cell('B1'))];
    const { checks, totals } = judged([fault('beam/x', 'B1')], results, { earlier });
    expect(checks).toMatchObject([
      { dialect: 'beta9', failedBy: [], sharedWith: 'document' },
      { dialect: 'document', failedBy: ['beam/x'] },
    ]);
    expect(totals).toMatchObject({ mustChecks: 2, mustChecksThatFail: 2 });
  });

  it('has a check that never fails where the earlier one has none that does', () => {
    const other = result({ kind: 'clean' }, { passed: [cell('B1', 'beam/b', 'beta9')] }, 'beta9');
    const results = [clean(cell('B1')), other, broken('beam/x', cell('B1'))];
    const { totals } = judged([fault('beam/x', 'B1')], results, { earlier });
    expect(totals).toMatchObject({ mustChecks: 2, mustChecksThatFail: 1 });
  });
});
