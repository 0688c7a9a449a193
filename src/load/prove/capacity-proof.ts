import { join } from 'node:path';
import { startNullTarget } from '../perform/null-target.ts';
import { shapeOf as stageOf } from '../profile/profile.ts';
import { runSaturate, saturation } from '../run/run-saturate.ts';
import { readGate } from '../verdict/gates.ts';
import { plainRun } from './plain-run.ts';
import { type Bench, holds, notRun, type Proof, type Row } from './proof.ts';

/** Microseconds between any two deliveries: five servers, none of which bears a round number of publishes. */
const spacings = [330, 430, 560, 730, 950];
const budgetMs = 8 * 60_000;

/** The search finds what a server bears of which that is known. Minutes for each, so it is performed by its name alone. */
export const capacityProof: Proof = {
  id: 'capacity',
  says: 'the search for what a server bears finds what a server of known capacity bears',
  perform: async (bench) => {
    const driver = bench.drivers.find(({ name }) => name === 'node') ?? bench.drivers[0];
    if (!driver) return [];
    const rows: Row[] = [];
    for (const spacing of spacings) rows.push(await searchedRow(bench, driver, spacing));
    return rows;
  },
};

async function searchedRow(bench: Bench, driver: Bench['drivers'][number], spacing: number): Promise<Row> {
  const where = { proof: 'capacity', surface: 'pusher', driver: driver.name } as const;
  const fanout = bench.profiles.find(({ id }) => id === 'fanout');
  const [first] = fanout?.stages ?? [];
  if (!fanout || !first) return notRun(where, 'there is no profile fanout');
  const stage = stageOf(first, true);
  const truth = 1e6 / spacing / stage.subscribers;
  const what = `publishes per second of a server that makes ${truth.toFixed(1)}`;
  bench.say(what);
  const server = await startNullTarget(bench.contract, { faults: { spacing } });
  try {
    const gates = [...fanout.gates, ...saturation.gates.map((text) => readGate(text, 'profile'))];
    const result = await runSaturate({
      ...plainRun({ ...bench, gates }, driver, server.target('pusher'), bench.folder),
      ...{ profile: saturation, stages: [stage], calibrate: true, param: 'rate', budgetMs },
      serverPid: server.pid,
      // The ceiling is found once, and kept for the others.
      cache: join(bench.folder, 'cache'),
      listener: {
        ...{ phase: bench.say, progress: () => {}, stageEnded: () => {} },
        stageStarted: ({ name }) => bench.say(name),
      },
    });
    const { low = Number.NaN, high = null, confirmed = false, limitedBy } = result.saturation ?? {};
    const isFound = confirmed && limitedBy === 'server' && low <= truth && high !== null && truth <= high;
    return holds(where, what, 'confirmed, limited by the server, around it', result.reason, isFound);
  } finally {
    await server.close();
  }
}
