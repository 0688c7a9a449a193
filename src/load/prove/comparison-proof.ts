import { startNullTarget } from '../perform/null-target.ts';
import { runLoad, type Server } from '../run/run-load.ts';
import { readGate } from '../verdict/gates.ts';
import type { Comparison } from '../verdict/load-result.ts';
import { shapeOf } from './attempt.ts';
import { plainRun } from './plain-run.ts';
import { type Bench, holds, type Proof, type Row } from './proof.ts';

/** Comparisons of a server with itself, and how many may say that it has become worse. */
const same = { comparisons: 20, mostRegressions: 1 } as const;
const slower = { comparisons: 5, byShare: 0.2 } as const;
/** What the slower server takes longer for, in the one that it is compared with. */
const delayMs = 10;
/** Runs a side: fewer are not judged. */
const repeats = 5;

/** A run that is held against nothing is none. */
const gates = [readGate('delivered == 100%', 'profile')];

const stage = shapeOf({ pace: [{ rate: 100, publishes: 140 }], warmup: 20 });

/**
 * A comparison says of a server that it has become slower where it has, and not where it has not. Half an hour of runs, so it is
 * performed by its name alone.
 */
export const comparisonProof: Proof = {
  id: 'comparison',
  says: 'a comparison finds a server that is a fifth slower, and finds nothing where there is nothing',
  perform: async (bench) => {
    const driver = bench.drivers.find(({ name }) => name === 'node') ?? bench.drivers[0];
    if (!driver) return [];
    return [await sameRow(bench, driver), await slowerRow(bench, driver)];
  },
};

type Driver = Bench['drivers'][number];

async function sameRow(bench: Bench, driver: Driver): Promise<Row> {
  const found: Comparison[] = [];
  for (let seed = 1; seed <= same.comparisons; seed++) {
    bench.say(`a server and another of its kind, ${seed} of ${same.comparisons}`);
    // Every other one is a server whose latency is its own: of the rest it is the machine's, which is the harder case.
    found.push(await (seed % 2 === 0 ? delayed(bench, driver, seed, 0) : references(bench, driver, seed)));
  }
  const worse = found.filter(({ outcome }) => outcome === 'regression');
  const judged = found.filter(({ outcome }) => outcome === 'regression' || outcome === 'no regression');
  return holds(
    { proof: 'comparison', surface: 'pusher', driver: driver.name },
    `a server with itself, ${same.comparisons} times`,
    `at most ${same.mostRegressions} regression, all judged`,
    `${worse.length} of ${judged.length}${worse.map(({ reason }) => `; ${reason}`).join('')}`,
    worse.length <= same.mostRegressions && judged.length === same.comparisons,
  );
}

async function slowerRow(bench: Bench, driver: Driver): Promise<Row> {
  const found: Comparison[] = [];
  for (let seed = 1; seed <= slower.comparisons; seed++) {
    bench.say(`a server and one that is a fifth slower, ${seed} of ${slower.comparisons}`);
    found.push(await delayed(bench, driver, seed, slower.byShare));
  }
  const worse = found.filter(({ outcome }) => outcome === 'regression');
  return holds(
    { proof: 'comparison', surface: 'pusher', driver: driver.name },
    `a server that takes ${delayMs} ms with one that takes a fifth more, ${slower.comparisons} times`,
    `${slower.comparisons} regressions`,
    `${worse.length}: ${found.map(({ reason }) => reason).join('; ')}`,
    worse.length === slower.comparisons,
  );
}

/** Null servers that write each delivery later by so much; the first by a share more. */
async function delayed(bench: Bench, driver: Driver, seed: number, byShare: number): Promise<Comparison> {
  const late = (ms: number): object => ({ seed, faults: { delay: { share: 1, ms } } });
  const now = await startNullTarget(bench.contract, late(delayMs * (1 + byShare)));
  const before = await startNullTarget(bench.contract, late(delayMs));
  try {
    return await compared(
      bench,
      driver,
      seed,
      { target: now.target('pusher'), serverPid: now.pid },
      { target: before.target('pusher'), serverPid: before.pid },
    );
  } finally {
    await now.close();
    await before.close();
  }
}

/** Two reference servers, each in a process of its own. */
async function references(bench: Bench, driver: Driver, seed: number): Promise<Comparison> {
  const now = await bench.rightServer();
  const before = await bench.rightServer();
  try {
    return await compared(bench, driver, seed, serverOf(now), serverOf(before));
  } finally {
    await now.close();
    await before.close();
  }
}

function serverOf({ targets, pid }: Awaited<ReturnType<Bench['rightServer']>>): Server {
  const target = targets.find(({ surface }) => surface === 'pusher');
  if (!target) throw new Error('the server does not serve pusher');
  return { target, ...(pid === undefined ? {} : { serverPid: pid }) };
}

async function compared(
  bench: Bench,
  driver: Driver,
  seed: number,
  now: Server,
  before: Server,
): Promise<Comparison> {
  const silent = (): void => {};
  const { comparison, verdict, reason } = await runLoad({
    ...plainRun({ ...bench, gates }, driver, now.target, bench.folder),
    ...now,
    ...{ seed, stages: [stage], repeat: repeats, against: before },
    listener: { phase: silent, stageStarted: silent, progress: silent, stageEnded: silent },
  });
  if (!comparison || verdict === 'incomplete') throw new Error(`the runs came to nothing: ${reason}`);
  return comparison;
}
