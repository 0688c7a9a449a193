import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suites } from '../../suites/index.ts';
import { loadContract } from '../contract/load.ts';
import { surfaceNames } from '../contract/requirement.ts';
import { nodeDriver } from '../load/drivers/node-driver.ts';
import { buildIfStale, driversToTry, withoutK6 } from '../load/drivers/toy-rig.ts';
import { cellsOf, loadProfile, profileNames } from '../load/profile/profile.ts';
import { unreadableOf, untruthsOf } from '../load/prove/cell-truths.ts';
import { performCell, type RightServer } from '../load/prove/cells.ts';
import { readLoad } from '../load/report/read-load.ts';
import { startReferenceServer } from './load-target.ts';
import { plumbline } from './spawned.ts';

/** Every profile on every surface that `load --list` offers it on, with Node; `npm run load:prove` has k6. */
const contract = await loadContract();
const profiles = await Promise.all(profileNames().map((name) => loadProfile(name, contract)));
const cells = profiles.flatMap(cellsOf).filter(({ driver }) => driver === 'node');

let folder: string;
let server: RightServer;
beforeAll(async () => {
  buildIfStale();
  server = await startReferenceServer(contract);
  folder = await mkdtemp(join(tmpdir(), 'plumbline-cells-'));
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

// No time is asserted, so what shares no server need not wait for one another.
describe.concurrent.each(surfaceNames)('on a right server of %s', (surface) => {
  it.sequential.each(
    cells.filter((cell) => cell.surface === surface).map((cell) => [cell.profile.id, cell] as const),
  )(
    '%s does what it is about, and blames the server for nothing',
    async (_name, cell) => {
      const done = await performCell(
        { contract, suites, folder, signal: new AbortController().signal },
        cell,
        nodeDriver(),
        server,
      );
      expect(untruthsOf(done.result, cell.profile)).toEqual([]);
      expect(await unreadableOf(done.folder, done.result, contract.formats)).toEqual([]);
      expect(wellFormed(await readFile(join(done.folder, 'junit.xml'), 'utf8'))).toBe(true);
    },
    120_000,
  );
});

// Whole, from the command line to its exit code, on a server that the command starts itself.
describe.each(await driversToTry())('with $name', ({ name, driver }) => {
  it.skipIf(!driver)(
    driver ? 'plumbline load is done in seconds without calibration' : withoutK6,
    async () => {
      const out = join(folder, `whole-${name}`);
      const size = ['--set', 'subscribers=9', 'publishes=40', 'warmup=4'];
      const args = [
        'load',
        'smoke',
        '--no-calibration',
        '--driver',
        name,
        ...size,
        '--seed',
        '5',
        '--out',
        out,
      ];
      const { exit, stdout } = await plumbline(args);
      const result = readLoad(out, await readFile(join(out, 'result.json'), 'utf8'), contract.formats);
      expect(result).toMatchObject({ exit, driver: name, findings: [], ceiling: null, complete: true });
      expect(['pass', 'invalid']).toContain(result.verdict);
      expect(result.command).toBe(
        `plumbline load smoke --driver ${name} --set subscribers=9 --set publishes=40 --set warmup=4 --no-calibration --seed 5`,
      );
      expect(result.stages[0]).toMatchObject({
        floor: { before: null, after: null },
        deliveries: { owed: 9 * 44, received: 9 * 44, lost: 0, duplicated: 0 },
      });
      expect(stdout).toMatch(/^LOAD verdict=\w+ exit=\d profile=smoke surface=pusher stage=smoke /m);
    },
    120_000,
  );
});

/** Throws where it is not. */
function wellFormed(xml: string): boolean {
  const parser = new SaxesParser();
  parser.on('error', (cause) => {
    throw cause;
  });
  parser.write(xml).close();
  return true;
}
