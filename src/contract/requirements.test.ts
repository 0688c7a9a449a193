import { beforeAll, expect, it } from 'vitest';
import { type Contract, requirementsOf } from './contract.ts';
import { loadContract } from './load.ts';
import type { Requirement } from './requirement.ts';

let rows: readonly Requirement[];
let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
  rows = requirementsOf(contract);
}, 180_000);

/** Ids, with the place of the row, of those for which a rule does not hold: all at once. */
function offending(breaks: (row: Requirement) => boolean): string[] {
  return rows.filter(breaks).map(({ id, source }) => `${source.at} ${id}`);
}

const rowOf = (id: string): Requirement | undefined => rows.find((row) => row.id === id);
const binds = (row: Requirement): boolean =>
  row.level === 'MUST' || row.level === 'SHOULD' || row.level === 'MAY';

it('a MUST rests on a sentence or a sample', () => {
  expect(offending(({ level, basis }) => level === 'MUST' && basis === 'inferred')).toEqual([]);
});

it('what is inferred is at most a SHOULD', () => {
  expect(offending(({ level, basis }) => basis === 'inferred' && level === 'MUST')).toEqual([]);
});

it('what is inferred and binds shows it in its id, by the suffix i or the prefix BH', () => {
  expect(offending((row) => row.basis === 'inferred' && binds(row) && !/i$|^BH/.test(row.id))).toEqual([]);
});

it('what is not inferred does not look as if it were', () => {
  expect(offending(({ basis, id }) => basis !== 'inferred' && /i$/.test(id))).toEqual([]);
});

it('ids are the rows of one surface each', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

it('what a row includes is there, on its surface, and binds no less', () => {
  const order = ['INFO', 'MAY', 'SHOULD', 'MUST'];
  const wrong = (row: Requirement, id: string): boolean => {
    const part = rowOf(id);
    return !part || part.surface !== row.surface || order.indexOf(part.level) < order.indexOf(row.level);
  };
  expect(offending((row) => row.includes.some((id) => wrong(row, id)))).toEqual([]);
});

it('no row includes itself, not even through another', () => {
  const reached = (start: string): ReadonlySet<string> => {
    const found = new Set(rowOf(start)?.includes);
    for (const id of found) for (const part of rowOf(id)?.includes ?? []) found.add(part);
    return found;
  };
  expect(offending(({ id }) => reached(id).has(id))).toEqual([]);
});

it('the members of a group are of one surface and one level', () => {
  expect(
    offending((row) =>
      row.group.some((id) => rowOf(id)?.level !== row.level || rowOf(id)?.surface !== row.surface),
    ),
  ).toEqual([]);
});

it('every member of a group knows the whole group', () => {
  expect(offending((row) => row.group.some((id) => rowOf(id)?.group.join() !== row.group.join()))).toEqual(
    [],
  );
});

it('a row about a document cannot be asked of a server, and says so', () => {
  const elsewhere = ({ side }: Requirement): boolean => side === 'document';
  expect(offending((row) => elsewhere(row) && binds(row) && row.notTested === undefined)).toEqual([]);
});

it('every dialect that a row applies to is one of its surface', () => {
  expect(
    offending(({ applies, surface }) =>
      (applies.dialects ?? []).some((dialect) => !Object.hasOwn(contract[surface].dialects, dialect)),
    ),
  ).toEqual([]);
});
