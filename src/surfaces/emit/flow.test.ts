import { describe, expect, it } from 'vitest';
import type { Flow, FlowStep } from '../../contract/flow.ts';
import { midway, moveName, movesOf, planted } from './flow.ts';

const flow = (...steps: readonly Partial<FlowStep>[]): Flow => ({ steps }) as unknown as Flow;
const canaries = { canary: (name: string) => `canary of ${name}` };

describe('the moves of a flow', () => {
  it('are its steps, each repeat a move of its own, numbered from 1', () => {
    const moves = movesOf(flow({ verb: 'poll' }, { verb: 'progress', times: 3 }, { verb: 'complete' }));
    expect(moves.map(({ n, step }) => moveName(String(step.verb), n))).toEqual([
      'poll 1',
      'progress 2',
      'progress 3',
      'progress 4',
      'complete 5',
    ]);
  });

  it('are half over after the middle one', () => {
    expect([1, 2, 3, 4].map((times) => midway(flow({ verb: 'progress', times })))).toEqual([1, 1, 2, 2]);
  });
});

describe('what a step plants', () => {
  it('stands wherever $name stands, however deep', () => {
    expect(planted({ a: '$result', b: [{ c: '$error:first' }] }, canaries)).toEqual({
      a: 'canary of result',
      b: [{ c: 'canary of error:first' }],
    });
  });

  it('leaves all else alone', () => {
    const value = { n: 1, yes: true, nothing: null, text: 'costs 5$', list: [] };
    expect(planted(value, canaries)).toEqual(value);
  });
});
