import { expect, it } from 'vitest';
import { loadContract } from '../contract/load.ts';
import { allFaults } from '../reference/faults.ts';
import { longestFirst, longestTrials } from './longest-trials.ts';

const faults = allFaults(await loadContract());

it('puts the faults that are waited for longest first, and loses none', () => {
  const ordered = longestFirst(faults).map(({ id }) => id);
  expect(ordered.slice(0, longestTrials.length)).toEqual(longestTrials);
  expect([...ordered].sort()).toEqual(faults.map(({ id }) => id).sort());
});
