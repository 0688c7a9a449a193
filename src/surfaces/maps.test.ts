import { describe, expect, it } from 'vitest';
import { suites } from '../../suites/index.ts';
import { cellsOf } from '../conform/cells.ts';
import { loadContract } from '../contract/load.ts';
import { surfaceNames } from '../contract/requirement.ts';

const contract = await loadContract();
const spoken = surfaceNames.flatMap((surface) =>
  Object.keys(contract[surface].dialects).map((dialect) => ({ surface, dialect })),
);

describe.each(spoken)('the map of $surface, $dialect', ({ surface, dialect }) => {
  const { map, cases, monitors } = suites[surface](contract, dialect);
  const steps = map?.automaton.steps ?? [];
  const places = [...steps, ...(map?.scopes?.cells ?? [])];

  it('names states and events that there are', () => {
    const { states = [], initial = '', terminal = [] } = map?.automaton ?? {};
    expect(steps.length).toBeGreaterThan(3);
    expect(states).toEqual(expect.arrayContaining([initial, ...terminal]));
    for (const { from, to } of steps) expect(states).toEqual(expect.arrayContaining([from, to]));
    const { events = [], scopes = [], cells = [] } = map?.scopes ?? {};
    expect(cells).toHaveLength(events.length * scopes.length);
  });

  it('calls each place as the coverage and the cases call it', () => {
    const words = new Set(cellsOf(contract[surface].rules, dialect).map(({ word }) => word));
    const covered = new Set(cases.flatMap(({ covers = [] }) => covers));
    const asked = places.filter(({ word, requirements }) => word !== null && requirements.length > 0);
    expect(asked.length).toBeGreaterThan(2);
    for (const { word } of asked) {
      expect(words).toContain(word);
      expect(covered).toContain(word);
    }
    const all = places.flatMap(({ word }) => word ?? []);
    expect(new Set(all).size).toBe(all.length);
  });

  it('has a monitor that takes down what was seen of it, and judges nothing', () => {
    const seen = monitors.find(({ id }) => id === `${surface}/always/seen`);
    expect(seen?.checks).toEqual([]);
  });
});
