import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arcsOf } from './arcs.ts';

const states = ['a', 'b', 'c', 'd', 'e'];
const step = (way: string) => ({ from: way[0] ?? '', to: way[1] ?? '' });
const sides = (...ways: string[]) =>
  arcsOf(states, ways.map(step)).map(({ side, lane }) => `${side} ${lane}`);

describe('the arcs of an automaton', () => {
  it('lead straight down to the next state, once', () => {
    expect(sides('ab', 'ab', 'bc')).toEqual(['down 0', 'right 0', 'down 0']);
  });

  it('lead on at the right, back at the left, and the short ones are near', () => {
    expect(sides('ae', 'ac', 'da', 'cb')).toEqual(['right 1', 'right 0', 'left 1', 'left 0']);
  });

  it('share a lane where they do not meet', () => {
    expect(sides('ab', 'bb', 'dd', 'bb')).toEqual(['down 0', 'right 0', 'right 0', 'right 1']);
  });

  it('leave out what leads from or to nowhere', () => {
    expect(arcsOf(states, [step('ax'), step('ab'), step('xb')]).map((arc) => arc.step)).toEqual([1]);
  });

  it('never lie on one another, and each meets a state in a place of its own', () => {
    const state = fc.constantFrom(...states);
    fc.assert(
      fc.property(fc.array(fc.record({ from: state, to: state }), { maxLength: 14 }), (steps) => {
        const arcs = arcsOf(states, steps);
        expect(arcs.map((arc) => arc.step)).toEqual(steps.map((_, at) => at));
        for (const [at, one] of arcs.entries()) {
          for (const other of arcs.slice(at + 1)) {
            if (one.side === 'down' || one.side !== other.side || one.lane !== other.lane) continue;
            const [a, b] = [one, other].map(
              ({ from, to }) => [Math.min(from, to), Math.max(from, to)] as const,
            );
            const isApart = !a || !b || a[1] < b[0] || b[1] < a[0];
            expect(isApart).toBe(true);
          }
        }
        const ends = arcs
          .filter(({ side }) => side !== 'down')
          .flatMap(({ side, from, to, ports: [out, into] }) => [
            `${side} ${from} ${out}`,
            `${side} ${to} ${into}`,
          ]);
        expect(new Set(ends).size).toBe(ends.length);
        for (const { ports } of arcs) for (const port of ports) expect(port > 0 && port < 1).toBe(true);
      }),
    );
  });
});
