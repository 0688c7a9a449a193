import type { BulkDriver } from '../drivers/driver.ts';
import { type Cell, cellsOf } from '../profile/profile.ts';
import { cellFigures, unreadableOf, untruthsOf } from './cell-truths.ts';
import { performCell, type RightServer } from './cells.ts';
import { type Bench, holds, lookAgain, notRun, type Proof, type Row, same, whyStopped } from './proof.ts';

/**
 * Every profile on every surface that it is offered on, with k6, on a right server. `npm test` does the same with Node,
 * which is there wherever that runs.
 */
export const cellProof: Proof = {
  id: 'profiles',
  says: 'every profile that is offered with k6 runs, does what it is about, and blames a right server for nothing',
  perform: async (bench) => {
    const cells = bench.profiles.flatMap(cellsOf).filter(({ driver }) => driver === 'k6');
    const k6 = bench.drivers.find(({ name }) => name === 'k6');
    if (!k6) return [notRun({ proof: 'profiles', surface: '', driver: 'k6' }, 'there is no k6')];
    const server = await bench.rightServer();
    try {
      const surfaces = [...new Set(cells.map(({ surface }) => surface))];
      // No time is judged here, so the surfaces need not wait for one another.
      const lanes = surfaces.map(async (surface) => {
        const rows: Row[] = [];
        for (const cell of cells.filter((one) => one.surface === surface)) {
          rows.push(...(await rowsOfCell(bench, cell, k6, server)));
        }
        return rows;
      });
      return (await Promise.all(lanes)).flat();
    } finally {
      await server.close();
    }
  },
};

async function rowsOfCell(
  bench: Bench,
  cell: Cell,
  driver: BulkDriver,
  server: RightServer,
): Promise<readonly Row[]> {
  const { profile, surface } = cell;
  const where = { proof: profile.id, surface, driver: driver.name };
  if (bench.signal.aborted) return [notRun(where, whyStopped(bench.signal))];
  const what = `${profile.id} · ${surface} · ${driver.name}`;
  bench.say(what);
  try {
    return await lookAgain(bench, what, async () => {
      const { figures, cameToSomething, untrue, unreadable } = await tryCell(bench, cell, driver, server);
      return [
        holds(where, 'it came to', 'something', figures, cameToSomething),
        same(where, 'what is not true of it', '', untrue),
        same(where, 'what cannot be read of it', '', unreadable),
      ];
    });
  } catch (cause) {
    return [notRun(where, (cause as Error).message)];
  }
}

async function tryCell(bench: Bench, cell: Cell, driver: BulkDriver, server: RightServer) {
  const { folder, result } = await performCell(bench, cell, driver, server);
  return {
    figures: cellFigures(result),
    cameToSomething: result.stages.length > 0,
    untrue: untruthsOf(result, cell.profile).join('; '),
    unreadable: (await unreadableOf(folder, result, bench.contract.formats)).join('; '),
  };
}
