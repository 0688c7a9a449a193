import { describe, expect, it } from 'vitest';
import type { LoadResult, StageResult } from '../verdict/load-result.ts';
import { compareLoads, loadComparisonLines } from './compare-loads.ts';
import { failedLoad, incompleteLoad, leakedLoad, passedLoad, spread } from './sample-load.ts';

const withStages = (change: (stage: StageResult) => Partial<StageResult>): LoadResult => ({
  ...passedLoad,
  stages: passedLoad.stages.map((stage) => ({ ...stage, ...change(stage) })),
});

describe('two load runs', () => {
  it('that are the same differ in nothing', () => {
    const same = compareLoads(passedLoad, passedLoad);
    expect(same.gates).toEqual([]);
    expect(same.isWorse).toBe(false);
    expect(same.notComparable).toBeUndefined();
    expect(new Set(same.ratios.map(({ ratio }) => ratio))).toEqual(new Set([1]));
    expect(same.ratios).toHaveLength(3 * 9);
  });

  it('differ by their gates and by ratios, of which nothing is judged', () => {
    const slower = withStages(({ latency }) => ({ latency: { ...latency, last: spread(30) } }));
    const { ratios, isWorse } = compareLoads(passedLoad, slower);
    const p99 = ratios.find(({ stage, metric }) => stage === '500' && metric === 'last.p99');
    expect(p99?.ratio).toBeCloseTo(30 / (7 * 1.6), 1);
    expect(isWorse).toBe(false);
  });

  it('are worse where a gate fails that did not, or the run is red and was not', () => {
    expect(compareLoads(passedLoad, failedLoad).isWorse).toBe(true);
    expect(compareLoads(failedLoad, failedLoad).isWorse).toBe(false);
    expect(compareLoads(passedLoad, leakedLoad).isWorse).toBe(true);
    expect(compareLoads(failedLoad, passedLoad).isWorse).toBe(false);
  });

  it.each([
    ['the earlier run claims no numbers', incompleteLoad, passedLoad],
    ['this run claims no numbers', passedLoad, leakedLoad],
    ['another profile', passedLoad, { ...passedLoad, profile: { id: 'spike', title: '' } }],
    ['another driver', passedLoad, { ...passedLoad, driver: 'node' }],
    ['another surface', passedLoad, { ...passedLoad, target: { ...passedLoad.target, surface: 'emit' } }],
    [
      'another fingerprint',
      passedLoad,
      { ...passedLoad, environment: { ...passedLoad.environment, fingerprint: 'f' } },
    ],
    [
      "the machine's own share of stage 50 is 1.26",
      passedLoad,
      withStages(() => ({ floor: { before: spread(0.757), after: null } })),
    ],
    [
      "the machine's own share of stage 50 is 0.79",
      passedLoad,
      withStages(() => ({ floor: { before: spread(0.475), after: null } })),
    ],
  ] as const satisfies readonly (readonly [string, LoadResult, LoadResult])[])(
    'are not comparable: %s',
    (why, before, now) => {
      const told = compareLoads(before, now);
      expect(told.notComparable?.slice(0, why.length)).toBe(why);
      expect(told.ratios).toEqual([]);
      expect(loadComparisonLines(told).join('\n')).toContain('not comparable: ');
    },
  );

  it('are comparable with a floor within 0.80 to 1.25', () => {
    const now = withStages(() => ({ floor: { before: spread(0.74), after: null } }));
    expect(compareLoads(passedLoad, now).notComparable).toBeUndefined();
  });

  it('say of a ratio near the floor that it is', () => {
    const { ratios } = compareLoads(passedLoad, passedLoad);
    const near = ratios.filter(({ atFloor }) => atFloor).map(({ stage, metric }) => `${stage} ${metric}`);
    expect(near).toEqual([
      '50 last.p50',
      '50 last.p99',
      '50 first.p99',
      '50 delivery.p50',
      '50 delivery.p99',
    ]);
  });
});
