import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suites } from '../../suites/index.ts';
import type { Contract } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { nodeDriver } from '../load/drivers/node-driver.ts';
import { shapeOf, type WrittenStage } from '../load/profile/profile.ts';
import { runLoad } from '../load/run/run-load.ts';
import { readGate } from '../load/verdict/gates.ts';
import type { LoadResult } from '../load/verdict/load-result.ts';
import { startReference } from '../reference/start.ts';
import { targetsOf } from '../target/load.ts';

const schema = JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/load-result.schema.json'), 'utf8'));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
const validate = ajv.compile(schema);

let contract: Contract;
let folder: string;
beforeAll(async () => {
  contract = await loadContract();
  folder = await mkdtemp(join(tmpdir(), 'plumbline-load-monitors-'));
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A second of load on the reference server with those faults. */
async function loaded(
  surface: SurfaceName,
  faults: readonly string[],
  more: WrittenStage = {},
): Promise<LoadResult> {
  const server = await startReference({ contract, surfaces: [surface], faults });
  try {
    const [target] = await targetsOf(server.targets(), 'a test', contract, { proven: true });
    if (!target) throw new Error('the reference server has no target');
    const silent = (): void => {};
    return await runLoad({
      ...{ contract, suites, driver: nodeDriver(), seed: 1, folder, signal: new AbortController().signal },
      ...{ id: 'a', profile: { id: 'smoke', title: 'a' }, command: '', harness: '0', cache: folder },
      stages: [shapeOf({ name: 'a', subscribers: 9, rate: 40, publishes: 40, warmup: 4, ...more }, true)],
      gates: [readGate('connected == 100%', 'profile')],
      ...{ target, forced: true, calibrate: false, repeat: 1 },
      listener: { phase: silent, stageStarted: silent, progress: silent, stageEnded: silent },
    });
  } finally {
    await server.close();
  }
}

const broken = ({ findings }: LoadResult): readonly (string | undefined)[] =>
  findings.filter(({ kind }) => kind === 'monitor').map(({ requirement }) => requirement);

describe('what probes see is judged by the monitors of the surface', () => {
  it.each(['emit', 'pusher', 'beam'] as const)(
    'and a right server of %s breaks nothing',
    async (surface) => {
      const result = await loaded(surface, []);
      const [stage] = result.stages;
      expect(result.findings).toEqual([]);
      // Three probes had 44 publishes each, or a share of the inputs, beside what the protocol says.
      const { seen = 0, judged, skipped, notRun = [] } = stage?.monitors ?? {};
      expect({ judged, skipped }).toEqual({ judged: seen, skipped: 0 });
      expect(seen).toBeGreaterThan(surface === 'beam' ? 12 : 3 * 44);
      expect(notRun.length).toBeGreaterThan(0);
      expect(notRun.filter(({ reason }) => reason.startsWith('it broke'))).toEqual([]);
      expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true);
    },
    60_000,
  );

  it.each([
    { surface: 'emit', fault: 'emit/envelope-wrapped', breaks: ['E25', 'E21'] },
    { surface: 'pusher', fault: 'pusher/established-second', breaks: ['PC5'] },
    { surface: 'pusher', fault: 'pusher/event-without-channel', breaks: ['PS12'] },
    { surface: 'beam', fault: 'beam/output-as-array', breaks: ['B16'] },
  ] as const)(
    'and $fault ends it, however sound the numbers',
    async ({ surface, fault, breaks }) => {
      const result = await loaded(surface, [fault]);
      expect(broken(result)).toEqual(expect.arrayContaining([...breaks]));
      expect(result).toMatchObject({ verdict: 'fail', exit: 1 });
    },
    60_000,
  );

  describe('and on the streams of spaces', () => {
    const spaces = { stream: 'space', channels: 2, jobs: 3 } as const;

    it('a right server breaks nothing, and each viewer has all of the jobs of its space', async () => {
      const result = await loaded('emit', [], spaces);
      const [stage] = result.stages;
      expect(result.findings).toEqual([]);
      expect(stage?.deliveries).toMatchObject({ owed: 9 * 22, received: 9 * 22, lost: 0, leaks: 0 });
      const { judged = 0, notRun = [] } = stage?.monitors ?? {};
      expect(judged).toBeGreaterThan(3 * 22);
      expect(notRun.filter(({ reason }) => reason.startsWith('it broke'))).toEqual([]);
      expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true);
    }, 60_000);

    it('one that lets a space hear of another fails', async () => {
      const result = await loaded('emit', ['emit/foreign-space-hears'], spaces);
      expect(result).toMatchObject({ verdict: 'fail', exit: 1, stages: [{ deliveries: { leaks: 9 * 22 } }] });
    }, 60_000);

    it('one whose events there bear no name fails', async () => {
      const result = await loaded('emit', ['emit/space-events-without-name'], spaces);
      expect(broken(result)).toContain('E42');
      expect(result).toMatchObject({ verdict: 'fail', exit: 1 });
    }, 60_000);

    it('one that keeps progress from them lets nobody become ready, and passes nothing', async () => {
      const result = await loaded('emit', ['emit/progress-withheld-from-space'], spaces);
      expect(result).toMatchObject({ verdict: 'incomplete', exit: 3 });
    }, 60_000);
  });

  it('and what should only be ends nothing', async () => {
    const result = await loaded('emit', ['emit/init-sent-twice', 'emit/timestamps-go-backwards']);
    expect(result.findings).toEqual([]);
    expect(result.verdict).not.toBe('fail');
    expect(result.stages[0]?.monitors.advice).toMatchObject([
      // Once on each of the three probes.
      { requirement: 'E21bi', level: 'SHOULD', count: 3 },
      { requirement: 'E26bi', level: 'SHOULD' },
    ]);
    expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true);
  }, 60_000);
});
