import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadContract } from '../../contract/load.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { nodeDriver } from '../drivers/node-driver.ts';
import { loadProfile, profileNames } from '../profile/profile.ts';
import { attempt, shapeOf } from './attempt.ts';
import { countedOf, expectedCounts } from './expected.ts';
import { faultProof } from './fault-proofs.ts';
import { faultyStages } from './faulty-stages.ts';
import type { Bench } from './proof.ts';

const everything = faultyStages.find(({ id }) => id === 'all of these at once');
let bench: Bench;

beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], {
    cwd: packageRoot(),
  });
  if (status !== 0) throw new Error(String(stderr));
  const contract = await loadContract();
  const profiles = await Promise.all(profileNames().map((name) => loadProfile(name, contract)));
  bench = {
    contract,
    drivers: [nodeDriver()],
    gates: profiles.flatMap(({ gates }) => gates),
    profiles,
    rightServer: () => {
      throw new Error('not here');
    },
    folder: mkdtempSync(join(tmpdir(), 'plumbline-prove-test-')),
    signal: new AbortController().signal,
    coordinator: () => {
      throw new Error('not here');
    },
    say: () => {},
  };
}, 120_000);

afterAll(() => rmSync(bench.folder, { recursive: true, force: true }));

describe('what loads count', () => {
  // Loss has the drain wait for as long as it may, so a short test has none.
  it.each(['pusher', 'emit', 'beam'] as const)(
    'is on %s what the null server has in its ledger',
    async (surface) => {
      const { drop: _drop, ...faults } = everything?.faults ?? {};
      const [driver] = bench.drivers;
      if (!driver) throw new Error('there is no driver');
      const { record, result, ledger, verdict } = await attempt(bench, {
        driver,
        surface,
        // On beam a publish is one delivery, on the other surfaces twelve in all.
        stage: shapeOf({
          channels: surface === 'beam' ? 1 : 3,
          pace: [{ rate: surface === 'beam' ? 200 : 60, publishes: surface === 'beam' ? 400 : 120 }],
          warmup: 0,
        }),
        faults,
      });
      if (!ledger) throw new Error('there is no ledger');
      expect(record.broken).toEqual([]);
      const counted = countedOf(record, result);
      expect(counted).toEqual(expectedCounts(record, ledger));
      expect(ledger.faults.duplicate.count).toBeGreaterThan(0);
      expect(verdict).toMatchObject({ verdict: 'fail', exit: 1 });
    },
    60_000,
  );

  it('is on the streams of spaces what the null server has in its ledger', async () => {
    const { drop: _drop, ...faults } = everything?.faults ?? {};
    const [driver] = bench.drivers;
    if (!driver) throw new Error('there is no driver');
    const { record, result, ledger, verdict } = await attempt(bench, {
      ...{ driver, surface: 'emit' },
      stage: shapeOf({ channels: 2, space: { jobs: 3 }, pace: [{ rate: 60, publishes: 120 }], warmup: 0 }),
      faults,
    });
    if (!ledger) throw new Error('there is no ledger');
    expect(record.broken).toEqual([]);
    const counted = countedOf(record, result);
    expect(counted).toEqual(expectedCounts(record, ledger));
    for (const fault of ['duplicate', 'reorder', 'change', 'wrongTenant'] as const) {
      expect([fault, ledger.faults[fault].count > 0]).toEqual([fault, true]);
    }
    // Everybody on a space is owed what all of its jobs have said, each of them as often as the others.
    expect(result.deliveries).toMatchObject({ owed: 12 * 60, lost: 0, received: 12 * 60 });
    expect(result.latency.subscribe).toBeUndefined();
    expect(verdict).toMatchObject({ verdict: 'fail', exit: 1 });
  }, 60_000);

  it('says so where a gate holds that should fail, and where a fault never struck', async () => {
    const rows = await faultProof([
      {
        id: 'too rare',
        on: { node: ['pusher'] },
        faults: { change: { oneIn: 1_000_000 } },
        stage: { pace: [{ rate: 100, publishes: 20 }], warmup: 0 },
        fails: ['changed'],
      },
    ]).perform(bench);
    const broken = rows
      .filter(({ outcome }) => outcome === 'broken')
      .map(({ what, actual }) => `${what}: ${actual}`);
    expect(broken).toContain('faults that never struck: change');
    expect(broken).toContain('gates that should fail and hold: changed');
  }, 60_000);

  it('fails each gate of each profile by some fault', () => {
    const failed = new Set(faultyStages.flatMap(({ fails }) => fails));
    const metrics = new Set(bench.gates.map(({ text }) => text.split(/\s/)[0] ?? ''));
    expect([...metrics].filter((metric) => !failed.has(metric))).toEqual([]);
  });
});
