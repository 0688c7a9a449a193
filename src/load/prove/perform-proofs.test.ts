import { describe, expect, it } from 'vitest';
import { performProofs, provenText } from './perform-proofs.ts';
import { type Bench, holds, lookAgain, type Proof, type Row, same } from './proof.ts';
import { timed } from './quiet.ts';

const where = { proof: 'some', surface: 'pusher', driver: 'node' } as const;
const bench = { drivers: [], signal: new AbortController().signal } as unknown as Bench;

function proofOf(...rows: readonly Row[]): Proof {
  return { id: 'some', says: 'something', perform: async () => rows };
}

const right = same(where, 'lost', 3, 3);
const wrong = same(where, 'lost', 3, 2);
const noisy = timed(where, 'p50', 'under 1', '2', false, [0.1, 0.9]);

describe('what proofs come to', () => {
  it.each<[string, readonly Row[], number]>([
    ['all that holds', [right], 0],
    ['a number that is wrong', [right, wrong], 1],
    ['a time that was missed on a busy machine', [right, noisy], 0],
    ['a time that was missed on a quiet machine', [right, timed(where, 'p50', '', '', false, [0.1, 0.1])], 1],
    ['nothing but noise', [noisy], 3],
    ['nothing at all', [], 3],
  ])('%s', async (_what, rows, exit) => {
    expect((await performProofs(bench, [proofOf(...rows)])).exit).toBe(exit);
  });

  it.each<[string, readonly number[], Row['outcome']]>([
    ['at once', [3], 'holds'],
    ['at a second try alone', [2, 3], 'unsteady'],
    ['at neither of two tries', [2, 1], 'broken'],
  ])('what holds %s', async (_what, counts, outcome) => {
    const left = [...counts];
    const rows = await lookAgain({ say: () => {} }, 'it', async () => [
      same(where, 'lost', 3, left.shift()),
      same(where, 'owed', 9, 9),
    ]);
    expect(left).toEqual([]);
    expect(rows.map((row) => row.outcome)).toEqual([outcome, 'holds']);
    if (outcome === 'unsteady') expect(rows[0]).toMatchObject({ expected: '3', actual: '2, then 3' });
  });

  it('names what was asked at the first of two tries alone, and what broke at the second alone', async () => {
    const tries = [
      [wrong, same(where, 'verdict', 'fail', 'fail'), same(where, 'gone', 1, 2)],
      [right, same(where, 'verdict', 'fail', 'pass')],
    ];
    const rows = await lookAgain({ say: () => {} }, 'it', async () => tries.shift() ?? []);
    expect(rows.map(({ what, outcome }) => [what, outcome])).toEqual([
      ['lost', 'unsteady'],
      ['verdict', 'unsteady'],
      ['gone', 'broken'],
    ]);
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
  ])('exit where %i of many held at one of two tries: %i', async (count, exit) => {
    const unsteady = Array.from({ length: count }, (): Row => ({ ...right, outcome: 'unsteady' }));
    const proven = await performProofs(bench, [proofOf(right, ...unsteady)]);
    expect(proven.exit).toBe(exit);
    expect(provenText(proven)).toContain(`${count} held at one of two tries`);
  });

  it('a proof that could not be tried takes nothing from another', async () => {
    const broken: Proof = { ...proofOf(), perform: () => Promise.reject(new Error('no server')) };
    const proven = await performProofs(bench, [broken, proofOf(right)]);
    expect(proven).toMatchObject({ exit: 3, totals: { holds: 1, 'not run': 1 } });
    expect(provenText(proven)).toContain('could not be tried: expected , was no server');
  });

  it('a driver that is not there, by name', async () => {
    const proven = await performProofs(bench, [proofOf(right)], ['k6 is skipped: there is none']);
    expect(proven.exit).toBe(3);
    expect(provenText(proven)).toContain('k6 is skipped: there is none');
  });

  it('nothing after it was called off', async () => {
    const stopped = { ...bench, signal: AbortSignal.abort() };
    expect((await performProofs(stopped, [proofOf(right)])).totals).toMatchObject({ holds: 0, 'not run': 1 });
  });

  it('as text: what was counted, what is wrong, and the verdict last', async () => {
    const proven = await performProofs(bench, [proofOf(right, wrong, holds(where, 'it', 'some', '5', true))]);
    const lines = provenText(proven).trimEnd().split('\n');
    expect(lines[1]).toContain('some · pusher · node');
    expect(lines[1]).toContain('2 of 3 hold   lost 3 · it 5');
    expect(lines[2]).toContain('broken  lost: expected 3, was 2');
    expect(lines.at(-1)).toMatch(/^NOT PROVEN {2}2 hold, 1 broken · \d+ s · exit 1$/);
  });
});
