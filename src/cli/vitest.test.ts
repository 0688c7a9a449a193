import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../contract/spec-files.ts';
import { onAPort } from '../wire/on-a-port.ts';
import type { Fixture, Told } from './vitest/fixtures/fixture.ts';

const root = packageRoot();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-vitest-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let runs = 0;

/** A vitest of its own, run on the fixture: its exit code and what it tells of each test. */
async function vitest(
  fixture: Fixture,
  ...args: readonly string[]
): Promise<Told & { readonly exit: number }> {
  const told = join(folder, `told-${++runs}.json`);
  const fixtures = join(root, 'src', 'cli', 'vitest', 'fixtures');
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--config', join(fixtures, 'vitest.config.ts')],
      ...['--reporter', join(fixtures, 'told-reporter.ts'), ...args],
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // The token is for the URL of nobody.
      // The credentials are for the URL of nobody: without them it would be untestable.
      env: {
        ...process.env,
        PLUMBLINE_TOKEN: 'a-token',
        PLUMBLINE_SECRET: 'a-key',
        PLUMBLINE_FIXTURE: JSON.stringify(fixture),
        PLUMBLINE_FIXTURE_TOLD: told,
      },
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const text = await readFile(told, 'utf8').catch(() =>
    expect.fail(`vitest said nothing of its tests: ${said}`),
  );
  return { ...(JSON.parse(text) as Told), exit: exit ?? -1 };
}

const counted = ({ tests }: Told): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of tests) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};
const named = ({ tests }: Told, start: string): Told['tests'][number] =>
  tests.find(({ name }) => name.startsWith(start)) ?? expect.fail(`no test ${start}`);
const failing = ({ tests }: Told): string[] =>
  tests.filter(({ state }) => state === 'failed').map(({ name }) => name.split(':')[0] ?? '');

/** The scenes that a run has performed, by the stream it was told to write. */
async function performed(stream: string): Promise<string[]> {
  const events = (await readFile(stream, 'utf8')).trim().split('\n');
  return events
    .map((line): { readonly event: string; readonly scene: string } => JSON.parse(line))
    .flatMap(({ event, scene }) => (event === 'scene-started' ? [scene] : []));
}

const baseline = (entries: string): string => `format: plumbline-baseline/1\nentries:\n${entries}`;
const knownGet = `  - target: beam-document
    case: beam/transport/get
    requirement: B5
    rule: event-stream
    fingerprint: [{ shape: text/event-stream }]
    reason: our proxy answers for us
`;

const transport = 'beam/transport/**';

describe('conformanceTests, in a vitest of its own', { timeout: 120_000 }, () => {
  it('has a test for each case of the surface, and a verdict, which pass on a right server', async () => {
    const told = await vitest({ options: { surface: 'beam' } });
    expect(told.errors).toEqual([]);
    expect(failing(told)).toEqual([]);
    expect(told.exit).toBe(0);
    expect(counted(told).passed).toBeGreaterThan(100);
    expect(told.tests.at(-1)).toMatchObject({ name: 'verdict', state: 'passed', notes: [] });
    // Ambiguous: it passes, and says so.
    expect(named(told, 'beam/open-point/A17')).toMatchObject({
      state: 'passed',
      notes: [expect.stringMatching(/^A17 ambiguous: .*401/)],
    });
    // Not applicable: it is skipped, and says why. This one is of a dialect that the server does not speak.
    const skipped = told.tests.filter(({ state }) => state === 'skipped');
    expect(skipped.length).toBeGreaterThan(2);
    for (const { note } of skipped) expect(note).toMatch(/not-applicable: ./);
    expect(named(told, 'beam/heartbeat/period').note).toContain('not asked of what this server is');
  });

  it('fails the test of what is broken, with the requirement, and at its line', async () => {
    const told = await vitest({
      options: { surface: 'beam', only: transport },
      faults: ['beam/event-stream'],
    });
    expect(told.exit).toBe(1);
    expect(failing(told)).toEqual(['beam/transport/get', 'verdict']);
    const [error] = named(told, 'beam/transport/get').errors;
    expect(error?.message).toMatch(/^MUST B5: /);
    expect(error?.message).toContain('actual    text/event-stream');
    const [place = ''] = error?.stack ?? [];
    const [, file = '', line = ''] = /^(.*):(\d+)$/.exec(place) ?? [];
    expect(file).toBe(join(root, 'specs', 'beam', 'requirements.yaml'));
    expect((await readFile(file, 'utf8')).split('\n')[Number(line) - 1]).toMatch(/id: B5$/);
    expect(named(told, 'verdict').errors[0]?.message).toMatch(
      /^NON-CONFORMANT: 1 gating check failed \(exit 1 of conform\)/,
    );
  });

  it('skips what a baseline knows, and the verdict with it', async () => {
    const file = join(folder, 'known.yaml');
    await writeFile(file, baseline(knownGet));
    const options = { surface: 'beam', only: transport, baseline: file } as const;
    const told = await vitest({ options, faults: ['beam/event-stream'] });
    expect(failing(told)).toEqual([]);
    expect(told.exit).toBe(0);
    expect(named(told, 'beam/transport/get')).toMatchObject({
      state: 'skipped',
      note: 'B5 known: our proxy answers for us',
    });
    expect(named(told, 'verdict')).toMatchObject({
      state: 'skipped',
      note: 'non-conformant, but all of it is known: known failures only',
    });
  });

  it('fails the test that a baseline excuses no longer, at the requirement and at the entry', async () => {
    const file = join(folder, 'mended.yaml');
    await writeFile(file, baseline(knownGet));
    const told = await vitest({ options: { surface: 'beam', only: transport, baseline: file } });
    expect(told.exit).toBe(1);
    expect(failing(told)).toEqual(['beam/transport/get', 'verdict']);
    const [error] = named(told, 'beam/transport/get').errors;
    expect(error?.message).toContain('the baseline no longer fits');
    expect(error?.stack).toEqual([
      expect.stringMatching(/specs\/beam\/requirements\.yaml:\d+$/),
      `${file}:3`,
    ]);
  });

  it('performs no scene but those of the tests that vitest was told to run', async () => {
    const stream = join(folder, 'part.ndjson');
    const options = { surface: 'beam', reporter: `ndjson=${stream}` } as const;
    const told = await vitest({ options }, '-t', 'beam/transport/get');
    expect(told.exit).toBe(0);
    expect(counted(told).passed).toBe(1);
    expect(named(told, 'beam/transport/get').state).toBe('passed');
    expect(named(told, 'verdict').state).toBe('skipped');
    expect(await performed(stream)).toHaveLength(1);
  });

  it('performs all of them for the verdict alone', async () => {
    const stream = join(folder, 'verdict.ndjson');
    const only = [transport, 'beam/handshake/valid'];
    const told = await vitest(
      { options: { surface: 'beam', only, reporter: `ndjson=${stream}` } },
      '-t',
      'verdict',
    );
    expect(counted(told).passed).toBe(1);
    expect(named(told, 'verdict').state).toBe('passed');
    expect((await performed(stream)).length).toBeGreaterThan(1);
  });

  it('fails each test where nobody answers, and blames the environment', async () => {
    const nobody = await onAPort(createServer());
    await nobody.close();
    const target = `ws://127.0.0.1:${nobody.port}/`;
    const told = await vitest({ options: { surface: 'beam', only: 'beam/handshake/none' }, target });
    expect(told.exit).toBe(1);
    expect(failing(told)).toEqual(['beam/handshake/none', 'verdict']);
    expect(named(told, 'beam/handshake/none').errors[0]?.message).toMatch(
      /^error: the environment is to blame, not the server: it was not reached: target unreachable: .*ECONNREFUSED/,
    );
    expect(named(told, 'verdict').errors[0]?.message).toMatch(/^INCOMPLETE: target unreachable: .*exit 3/);
  });

  it('registers nothing for a pattern that matches nothing, and fails', async () => {
    const told = await vitest({ options: { surface: 'beam', only: 'beam/transprot/get' } });
    expect(told.exit).toBe(1);
    expect(told.tests).toEqual([]);
    expect(told.errors).toEqual([
      expect.stringContaining('only beam/transprot/get: matches no check; is it beam/transport/get?'),
    ]);
  });
});
