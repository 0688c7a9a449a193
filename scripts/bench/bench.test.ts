import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeTarget } from '../../src/conform/judge.ts';
import { makePlan } from '../../src/conform/plan.ts';
import type { Contract } from '../../src/contract/contract.ts';
import { loadContract } from '../../src/contract/load.ts';
import { type SurfaceName, surfaceNames } from '../../src/contract/requirement.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { requestSignature } from '../../src/wire/sign.ts';
import { suites } from '../../suites/index.ts';
import { inWords, isMet } from './bench-result.ts';
import { compare, ratioOf } from './compare.ts';
import { pairsOf } from './in-process.ts';
import { type Judged, judgeStream, textsOf } from './judge-stream.ts';
import { bench } from './main.ts';
import { profileOf, topFunctions } from './profile.ts';
import { recordSuite } from './record-suite.ts';
import { rehearse } from './replay/rehearse.ts';
import { replay } from './replay/replay.ts';
import type { Line, TargetScript } from './replay/script.ts';
import { Values } from './replay/values.ts';
import { recordStreams, type Stream } from './streams.ts';

let contract: Contract;
let streams: Readonly<Record<SurfaceName, Stream>>;

beforeAll(async () => {
  contract = await loadContract();
  streams = await recordStreams(contract, 2);
});

/** requirement and rule of every finding, as the judge of the bench has them. */
const findingsOf = (judged: Judged): string[] =>
  [...judged.values()]
    .flat()
    .flatMap(({ findings }) => findings.map(({ requirement, rule }) => `${requirement} ${rule}`))
    .sort();

describe('a judged stream', () => {
  it.each(surfaceNames)('of %s has messages, and every monitor with something to say says it', (surface) => {
    const judged = judgeStream(streams[surface]);
    const saw = [...judged.values()].flat().reduce((sum, { seen }) => sum + seen.size, 0);
    expect(textsOf(streams[surface]).length).toBeGreaterThan(30);
    expect(saw).toBeGreaterThan(3);
    expect(judged.size).toBe(streams[surface].suite.monitors.length);
  });

  it('comes to the findings that a run comes to, on a stream with something to find', () => {
    const { emit } = streams;
    const spoilt: Stream = { ...emit, recordings: emit.recordings.map(spoil) };
    const [plan] = makePlan(contract, [{ target: emit.target, dialect: emit.target.dialect }], suites, {
      only: [],
      slow: false,
    });
    if (!plan) throw new Error('no plan');
    const checks = plan.checks.filter(({ how }) => how.kind === 'monitor');
    const recordings = new Map(spoilt.recordings.map((recording) => [recording.scene, recording]));
    const { results } = judgeTarget({ ...plan, checks, observations: [] }, recordings, {
      interrupted: false,
    });
    const ofRun = results.flatMap(({ requirement, findings }) =>
      findings.map(({ rule }) => `${requirement} ${rule}`),
    );
    const ofBench = findingsOf(judgeStream(spoilt));
    expect(ofBench.length).toBeGreaterThan(0);
    expect(new Set(ofBench)).toEqual(new Set(ofRun));
  });
});

/** The last progress of every viewer, said of another job by a text that only parsing shows. */
function spoil(recording: Stream['recordings'][number]): Stream['recordings'][number] {
  const events = recording.events.map((event) =>
    event.kind === 'frame' && event.text.includes('"percent":50')
      ? { ...event, text: event.text.replace(/"jobId":"[^"]+"/, '"jobId":"another"') }
      : event,
  );
  const parsed = events.map((event) =>
    event.kind === 'frame' ? { ...event, message: JSON.parse(event.text) } : event,
  );
  return { ...recording, events: parsed };
}

describe('a comparison', () => {
  it('of a thing with itself and with twice itself is one ratio for each repeat', async () => {
    const work = (): number =>
      textsOf(streams.emit).reduce((sum, text) => sum + JSON.parse(text).type.length, 0);
    const { repeats, median, low, high } = await compare(
      { subject: work, base: work },
      { repeats: 3, ms: 2 },
    );
    expect(repeats).toHaveLength(3);
    expect([low <= median, median <= high, low > 0]).toEqual([true, true, true]);
  });

  it('has the median of its repeats, and the ends', () => {
    expect(ratioOf([4, 1, 2, 3])).toMatchObject({ median: 2.5, low: 1, high: 4 });
    expect(ratioOf([9, 1, 2])).toMatchObject({ median: 2, low: 1, high: 9 });
  });

  it('gives a finite ratio for each part of the judge', async () => {
    const measured = await Promise.all(
      pairsOf(contract, streams).map(async ({ id, subject, base }) => ({
        id,
        ...(await compare({ subject, base }, { repeats: 1, ms: 1 })),
      })),
    );
    expect(measured).toHaveLength(11);
    expect(measured.filter(({ median }) => !(Number.isFinite(median) && median > 0))).toEqual([]);
  });
});

describe('an aim', () => {
  const result = { id: 'x', what: 'a / b', ratio: ratioOf([2.5]) };

  it.each([
    [{ most: 2 }, false],
    [{ most: 2.5 }, true],
    [{ least: 2.5 }, true],
    [{ least: 5 }, false],
  ])('%j is met by 2.5: %s', (aim, met) => {
    expect(isMet({ ...result, aim })).toBe(met);
    expect(inWords({ ...result, aim }).includes('MISSED')).toBe(!met);
  });

  it('that is missed is said with where the time goes', async () => {
    const profile = topFunctions(await profileOf(() => judgeStream(streams.pusher)));
    const share = profile.reduce((sum, line) => sum + line.share, 0);
    expect(profile.length).toBeGreaterThan(0);
    expect(share > 0 && share <= 1.000001).toBe(true);
    expect(inWords({ ...result, aim: { most: 2 }, profile })).toContain('where the time goes');
  });
});

describe('a replay', () => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await startReference({ contract });
  });
  afterAll(() => reference.close());

  it('does again what the suites do, with the ids and signatures of its own run', async () => {
    const only = ['emit/flow/happy-path/**', 'pusher/flow/happy-path/**', 'beam/operation/stream/**'];
    const scripts = await recordSuite(reference.targets(), contract, only);
    const again = await startReference({ contract });
    try {
      const { awaited, astray } = await replay(scripts, new URL(again.address.ws).host);
      expect(awaited).toBeGreaterThan(60);
      // What depends on who comes first may differ; what is signed or named wrongly would bring next to nothing.
      expect(astray.length / awaited).toBeLessThan(0.05);
    } finally {
      await again.close();
    }
  });

  it('that is told other ids than its server gives goes astray, and says where', async () => {
    const scripts = await recordSuite(reference.targets(), contract, ['emit/flow/happy-path/**']);
    const untaught = JSON.parse(JSON.stringify(scripts), (key, value) => (key === 'learn' ? [] : value));
    const again = await startReference({ contract });
    try {
      const { astray } = await replay(untaught, new URL(again.address.ws).host, 50);
      expect(astray.length).toBeGreaterThan(0);
    } finally {
      await again.close();
    }
  });
});

describe('what is signed and dated', () => {
  const secret = 'a-secret';
  const asked = (age: number): string => {
    const query = {
      auth_key: 'a-key',
      auth_timestamp: String(Math.round(Date.now() / 1000) + age),
      auth_version: '1.0',
    };
    const signed = { ...query, auth_signature: requestSignature(secret, 'POST', '/apps/1/events', query) };
    return `http://host/apps/1/events?${new URLSearchParams(signed)}`;
  };

  it.each([0, -590, 610])('is %i seconds off the clock in a replay, whenever that is', (dated) => {
    const url = new URL(new Values([], secret).signed('POST', asked(-5000), '{}', { body: false, dated }));
    const query = Object.fromEntries(url.searchParams);
    expect(Math.abs(Number(query.auth_timestamp) - dated - Date.now() / 1000)).toBeLessThan(60);
    expect(query.auth_signature).toBe(requestSignature(secret, 'POST', '/apps/1/events', query));
  });

  it('keeps its date where that is no number', () => {
    const was = asked(-5000);
    expect(new Values([], secret).signed('POST', was, undefined, { body: false })).toBe(was);
  });
});

describe('a rehearsal', () => {
  it('strikes what does not come again, and nothing else', async () => {
    const reference = await startReference({ contract });
    const recorded = await recordSuite(reference.targets(), contract, ['beam/operation/stream/**']);
    await reference.close();
    const ghost: Line = { await: 'frame', peer: 'nobody', count: 1, learn: [] };
    const haunted = recorded.map((script) => ({
      ...script,
      scenes: script.scenes.map((one) => ({ ...one, lines: [...one.lines, ghost] })),
    }));
    const { scripts, struck, of } = await rehearse(process.cwd(), contract, haunted, 100);
    const linesIn = (some: readonly TargetScript[]) =>
      some.flatMap(({ scenes }) => scenes.flatMap(({ lines }) => lines));
    expect([struck > 0, of > struck]).toEqual([true, true]);
    expect(linesIn(scripts)).not.toContain(ghost);
    expect(linesIn(scripts).length).toBeGreaterThan(0.9 * linesIn(recorded).length);
  });
});

describe('npm run bench', () => {
  it('measures what --only names, and writes it where it is told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-test-'));
    const file = join(folder, 'bench.json');
    try {
      const install = async (): Promise<void> => {};
      const argv = ['--only', 'sign', '--seconds', '0.01', '--repeats', '2', '--json', file];
      expect(await bench(argv, { root: process.cwd(), install, jobs: 1 })).toBe(0);
      const { format, results } = JSON.parse(readFileSync(file, 'utf8'));
      expect([format, results.length, results[0].ratio.repeats.length]).toEqual(['plumbline-bench/1', 1, 2]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['--seconds', '0'],
    ['--budget', '0'],
    ['--repeats', '1.5'],
    ['--none'],
    ['--only', 'nothing-is-called-so'],
  ])('refuses %s %s', async (...argv) => {
    expect(await bench(argv, { root: process.cwd(), install: async () => {}, jobs: 1 })).toBe(2);
  });
});
