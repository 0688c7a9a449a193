import { expect, it } from 'vitest';
import { makePlan } from '../../src/conform/plan.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import type { OpenPoint } from '../../src/contract/rules.ts';
import { startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../index.ts';

const contract = await loadContract();
const pointsOf = (dialect: string): readonly OpenPoint[] =>
  contract.emit.openPoints.filter(({ dialects }) => dialects?.includes(dialect) ?? true);

/** Judges the reference server of a version as it is with some readings. */
async function judged(emit: string, readings: Readonly<Record<string, string>>) {
  const how = { contract, port: 0, surfaces: ['emit'], dialects: { emit }, readings } as const;
  const reference = await startReference(how);
  const targets = await targetsOf(reference.targets(), 'the reference', contract);
  const chosen = targets.map((target) => ({ target, dialect: emit }));
  const result = await runPlans(makePlan(contract, chosen, suites, { only: [], slow: false }), {
    multiplier: 1,
  });
  await reference.close();
  return result;
}

/**
 * Four servers, among which each reading of each point meets each reading of most others: a run for each
 * reading would take minutes.
 */
const servers: Readonly<Record<string, (point: OpenPoint, at: number) => number>> = {
  'the second': () => 1,
  'the last': () => 2,
  'by turns the first and the second': (_, at) => at % 2,
  'by turns the second and the first': (_, at) => (at + 1) % 2,
};

/** The reading of each point, of which some hang together. */
function readingsOf(
  points: readonly OpenPoint[],
  choose: (point: OpenPoint, at: number) => number,
): Record<string, string> {
  const chosen = points.map((point, at) => {
    const reading = point.readings[choose(point, at)] ?? point.readings.at(-1) ?? '';
    return [point.id, reading] as const;
  });
  const readings: Record<string, string> = Object.fromEntries(chosen);
  // A foreign job is 403 by the document: a job that never was is told apart from it by another number only.
  readings['A28.unknown-job'] = readings.A29 === 'alike' ? '403' : '404';
  return readings;
}

const title =
  'fails nothing, leaves nothing untestable, and is seen for what it is: a server of %s that follows %s reading';
const rows = Object.keys(contract.emit.dialects).flatMap((dialect) =>
  Object.entries(servers).map(([name, choose]) => [dialect, name, choose] as const),
);
it.each(rows)(title, async (dialect, _, choose) => {
  const points = pointsOf(dialect);
  const readings = readingsOf(points, choose);
  const { checks, outcomes } = await judged(dialect, readings);
  const bad = checks.filter(({ outcome }) => !['passed', 'ambiguous', 'not-applicable'].includes(outcome));
  expect(bad.map((one) => [one.case, one.requirement, one.outcome, one.reason])).toEqual([]);
  const resolved = outcomes.flatMap((outcome) => outcome.points);
  // Of a point that depends on circumstances, others may be seen beside it.
  const seen = resolved.map(({ id, resolved: values }) => {
    const { mixed } = points.find((point) => point.id === id) ?? {};
    const wanted = readings[id] ?? '';
    return [id, mixed && values.includes(wanted) ? wanted : values.join()];
  });
  expect(Object.fromEntries(seen)).toEqual(readings);
});
