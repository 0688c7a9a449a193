import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runKinds, SeatLedger } from './seat-ledger.ts';

/** What a subscriber got, one number at a time, with an account taken now and then. */
type Step = { readonly seq: number } | 'take';

/** Says of each number what it was, in the plainest way there is. */
function oracle(steps: readonly Step[], jobs: number) {
  const first = new Set<number>();
  const late: number[] = [];
  const crossed: number[] = [];
  const again: number[] = [];
  let high = -1;
  for (const step of steps) {
    if (step === 'take') continue;
    const { seq } = step;
    if (first.has(seq)) again.push(seq);
    else if ([...first].some((other) => other > seq && other % jobs === seq % jobs)) late.push(seq);
    else if (seq < high) crossed.push(seq);
    first.add(seq);
    high = Math.max(high, seq);
  }
  return { first, late, crossed, again };
}

/** Plays the steps, and puts together what was told in between and at the end. */
function told(steps: readonly Step[], jobs = 1) {
  const ledger = new SeatLedger(jobs);
  const first: number[] = [];
  const late: number[] = [];
  const crossed: number[] = [];
  const again: number[] = [];
  let runs = 0;
  const take = (): void => {
    const had = ledger.hasNews;
    const list = ledger.take();
    expect(had).toBe(list.length > 0);
    expect(ledger.hasNews).toBe(false);
    for (let at = 0; at < list.length; at += 3) {
      runs += 1;
      const [kind, from = 0, to = -1] = list.slice(at, at + 3);
      for (let seq = from; seq <= to; seq++) {
        if (kind === runKinds.again) again.push(seq);
        else first.push(seq);
        if (kind === runKinds.late) late.push(seq);
        if (kind === runKinds.crossed) crossed.push(seq);
      }
    }
  };
  for (const step of steps) {
    if (step === 'take') take();
    else ledger.receive(step.seq);
  }
  take();
  return { first, late, crossed, again, runs };
}

const byValue = (list: Iterable<number>): number[] => [...list].sort((a, b) => a - b);

/** Numbers as a server sends them, with losses, repeats and exchanges. */
const sequence = fc
  .record({
    from: fc.integer({ min: 0, max: 50 }),
    length: fc.integer({ min: 0, max: 80 }),
    lost: fc.array(fc.nat(80), { maxLength: 10 }),
    repeated: fc.array(fc.tuple(fc.nat(80), fc.nat(80)), { maxLength: 10 }),
    swapped: fc.array(fc.tuple(fc.nat(80), fc.nat(80)), { maxLength: 10 }),
    taken: fc.array(fc.nat(80), { maxLength: 5 }),
  })
  .map(({ from, length, lost, repeated, swapped, taken }) => {
    const list = Array.from({ length }, (_, n) => from + n).filter((_, n) => !lost.includes(n));
    for (const [a, b] of swapped) {
      const [left, right] = [list[a], list[b]];
      if (left === undefined || right === undefined) continue;
      list[a] = right;
      list[b] = left;
    }
    for (const [what, where] of repeated) {
      const seq = list[what];
      if (seq !== undefined) list.splice(where, 0, seq);
    }
    const steps: Step[] = list.map((seq) => ({ seq }));
    for (const at of taken) steps.splice(at, 0, 'take');
    return steps;
  });

describe("a subscriber's ledger", () => {
  it.each([1, 2, 7])('says exactly what came, late, or again, whatever came of %d jobs', (jobs) => {
    const any = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.nat(40).map((seq) => ({ seq })) },
        { weight: 1, arbitrary: fc.constant('take' as const) },
      ),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(fc.oneof(sequence, any), (steps) => {
        const right = oracle(steps, jobs);
        const said = told(steps, jobs);
        expect(byValue(said.first)).toEqual(byValue(right.first));
        expect(said.late).toEqual(right.late);
        expect(said.crossed).toEqual(right.crossed);
        expect(said.again).toEqual(right.again);
      }),
    );
  });

  it('needs one run for what came in order, however much', () => {
    expect(told(Array.from({ length: 10_000 }, (_, n) => ({ seq: n + 3 }))).runs).toBe(1);
  });

  it('keeps what is noted beside', () => {
    const ledger = new SeatLedger();
    ledger.receive(4);
    ledger.note(runKinds.foreign, 9, 2);
    expect(ledger.take()).toEqual([runKinds.foreign, 9, 2, runKinds.inOrder, 4, 4]);
    expect(ledger.take()).toEqual([]);
  });
});
