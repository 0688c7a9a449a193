import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePlan } from '../src/conform/plan.ts';
import { run } from '../src/conform/run.ts';
import type { Contract } from '../src/contract/contract.ts';
import { isObject } from '../src/contract/json.ts';
import { loadContract } from '../src/contract/load.ts';
import { readYaml } from '../src/contract/read-yaml.ts';
import { type SurfaceName, surfaceNames } from '../src/contract/requirement.ts';
import { packageRoot } from '../src/contract/spec-files.ts';
import { startReference } from '../src/reference/start.ts';
import type { Finding } from '../src/suite/judgement.ts';
import { type Monitor, watch } from '../src/suite/monitor.ts';
import type { Recording } from '../src/suite/recording.ts';
import { type SampleEntry, sampleJob, sampleRecording } from '../src/suite/sample-recording.ts';
import { recordingOf, type SceneEntry, wholeScenes } from '../src/suite/scene-recording.ts';
import { StreamingWatch } from '../src/suite/streaming-watch.ts';
import type { Suite } from '../src/suite/surface.ts';
import { targetsOf } from '../src/target/load.ts';
import { suites } from './index.ts';

let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
}, 180_000);

const wordOf = (
  monitor: string,
  { rule, actual, ...where }: Finding & { peer: string; requirement: string },
) => `${monitor} ${where.requirement} ${rule}: ${actual} @${where.frame} ${where.peer}`;

const streamed = (suite: Suite): readonly Monitor[] =>
  suite.monitors.filter(({ notStreamed }) => notStreamed === undefined);

/** What monitors say of a recording that they have before them. */
function whole(suite: Suite, recording: Recording, dialect: string): readonly string[] {
  const shared = new Map<string, unknown>();
  return streamed(suite)
    .flatMap((one) => {
      const jobOf = (frame: Parameters<Suite['surface']['jobOf']>[1]) =>
        suite.surface.jobOf(recording, frame);
      const report = watch(one, { recording, dialect, role: 'relay', jobOf, shared });
      return report.findings.map((finding) => wordOf(one.id, finding));
    })
    .sort();
}

/** And what they say of it when they have its events one by one, and nothing else. */
function oneByOne(suite: Suite, recording: Recording, dialect: string): readonly string[] {
  const watching = new StreamingWatch(streamed(suite), {
    ...{ name: recording.scene, target: recording.target, dialect, role: 'relay' },
    ...{ jobOf: suite.surface.jobOf, jobs: recording.jobs },
  });
  for (const peer of Object.values(recording.peers)) watching.open(peer);
  for (const { seq: _seq, at, ...event } of recording.events) watching.take(event, at);
  const found = watching
    .finish()
    .flatMap(({ monitor, requirement, findings }) =>
      findings.map((finding) => wordOf(monitor, { ...finding, requirement })),
    );
  expect([...watching.broken]).toEqual([]);
  return found.sort();
}

describe.each(surfaceNames)('monitors of %s say the same of events that come one by one', async (surface) => {
  const entries = async <T>(name: string): Promise<readonly T[]> => {
    const { value } = await readYaml(join(packageRoot(), 'specs', surface, 'samples', `${name}.yaml`));
    return (value as unknown as { readonly recordings: readonly T[] }).recordings;
  };
  const scenes = wholeScenes(await entries<SceneEntry>('scenes'));
  const samples = await entries<SampleEntry & Readonly<Record<string, unknown>>>('recordings');

  it.each(scenes)('as a scene: $dialect: $name', (entry) => {
    const suite = suites[surface](contract, entry.dialect);
    const recording = recordingOf(entry);
    expect(oneByOne(suite, recording, entry.dialect)).toEqual(whole(suite, recording, entry.dialect));
  });

  it.each(samples)('as a sample: $name', (sample) => {
    const dialect = sample.dialect ?? Object.keys(contract[surface].dialects)[0] ?? '';
    const suite = suites[surface](contract, dialect);
    const recording = sampleRecording(sample, settingOf(sample));
    expect(oneByOne(suite, recording, dialect)).toEqual(whole(suite, recording, dialect));
  });

  it('whatever is left out of the samples, comes again or too early', () => {
    const shaken = fc
      .constantFrom(...samples)
      .chain((sample) =>
        fc
          .array(fc.nat({ max: Math.max(0, sample.frames.length - 1) }), { maxLength: 12 })
          .map((order) => ({ ...sample, frames: order.flatMap((at) => sample.frames.slice(at, at + 1)) })),
      );
    fc.assert(
      fc.property(shaken, (sample) => {
        const dialect = sample.dialect ?? Object.keys(contract[surface].dialects)[0] ?? '';
        const suite = suites[surface](contract, dialect);
        const recording = sampleRecording(sample, settingOf(sample));
        expect(oneByOne(suite, recording, dialect)).toEqual(whole(suite, recording, dialect));
      }),
      { numRuns: 60 },
    );
  });

  it('and of the samples something is found at all', () => {
    const found = samples.flatMap((sample) => {
      const dialect = sample.dialect ?? Object.keys(contract[surface].dialects)[0] ?? '';
      return oneByOne(
        suites[surface](contract, dialect),
        sampleRecording(sample, settingOf(sample)),
        dialect,
      );
    });
    expect(found.length).toBeGreaterThanOrEqual(3);
  });
});

/** The connection of a sample, as far as samples say what it is for. */
function settingOf({ stream, scope, job, frames }: SampleEntry & Readonly<Record<string, unknown>>) {
  const about = Object.entries({ stream, scope, job, space: 'sample' }).filter(
    ([, is]) => typeof is === 'string',
  );
  const names = new Map<string, string>();
  for (const frame of frames) {
    if (!isObject(frame) || typeof frame.jobId !== 'string' || typeof frame.jobName !== 'string') continue;
    if (!names.has(frame.jobId)) names.set(frame.jobId, frame.jobName);
  }
  return {
    about: Object.fromEntries(about) as Record<string, string>,
    jobs: () => [...names].map(([id, jobName]) => sampleJob(id, { about: { jobName } })),
  };
}

describe('monitors say the same of a server that is wrong, one by one', () => {
  it.each([
    {
      surface: 'emit',
      faults: ['emit/timestamps-go-backwards', 'emit/init-sent-twice'],
      finds: ['E26bi', 'E21bi'],
    },
    { surface: 'emit', faults: ['emit/envelope-wrapped'], finds: ['E25'] },
    { surface: 'emit', faults: ['emit/init-after-the-next-event'], finds: ['E21', 'E22i'] },
  ] as const satisfies readonly {
    surface: SurfaceName;
    faults: readonly string[];
    finds: readonly string[];
  }[])(
    '$faults',
    async ({ surface, faults, finds }) => {
      const server = await startReference({ contract, surfaces: [surface], faults });
      // What is missing need not be waited for: what came is compared.
      const deadlines = { connectMs: 10_000, answerMs: 1000 };
      const entries = server.targets().map((entry) => ({ ...entry, deadlines }));
      try {
        const [target] = await targetsOf(entries, 'a test', contract, { proven: true });
        if (!target) throw new Error('the reference server has no target');
        const { dialect } = target;
        const plan = makePlan(contract, [{ target, dialect }], suites, {
          only: ['emit/flow/happy-path/single-viewer/**'],
          slow: false,
        });
        const { outcomes } = await run(plan, {
          ...{ jobs: 8, seed: 1, multiplier: 1, level: 'must', repeat: 1, waitMs: 0 },
          ...{ slow: false, bail: false, version: '', contractHash: '', command: '', reporters: [] },
          signal: new AbortController().signal,
        });
        const suite = suites[surface](contract, dialect);
        const recordings = outcomes.flatMap((outcome) => [...outcome.recordings.values()]);
        const found = recordings.map((recording) => oneByOne(suite, recording, dialect));
        expect(found).toEqual(recordings.map((recording) => whole(suite, recording, dialect)));
        for (const id of finds) expect(found.flat().join('\n')).toMatch(new RegExp(` ${id} `));
      } finally {
        await server.close();
      }
    },
    60_000,
  );
});
