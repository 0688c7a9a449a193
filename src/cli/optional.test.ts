import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { CaseResult } from '../conform/run-event.ts';
import type { VerdictOf } from '../conform/verdict.ts';
import { plumbline, type Spawned, start } from './spawned.ts';

const patience = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'plumbline-optional-'));
const features = ['presence', 'client-events', 'encrypted', 'cache', 'sign-in', 'batch', 'queries'];
/** Of each feature something, beside what is asked of everybody. */
const some = [
  'pusher/subscribe/right',
  'pusher/always/frames',
  ...features.map((word) => `pusher/${word}/**`),
]
  .concat('pusher/cache-channels/**', 'pusher/channel-queries/**', 'pusher/trigger-api/**')
  .filter((pattern) => !/^pusher\/(cache|batch|queries)\//.test(pattern));

interface Served {
  readonly server: Spawned;
  readonly claimed: string;
  readonly silent: string;
}

/** A server, and two target files for it: one that claims all it has, and one that claims nothing. */
async function served(name: string, faults: readonly string[]): Promise<Served> {
  const claimed = join(folder, `${name}-claimed.yaml`);
  const silent = join(folder, `${name}-silent.yaml`);
  const server = start([
    ...['serve', '--port', '0', '--dialect', 'pusher=modelbeam', '--write-target', claimed],
    ...faults.flatMap((fault) => ['--fault', fault]),
  ]);
  await server.prints(/claimed\.yaml/);
  const { targets } = parse(readFileSync(claimed, 'utf8'));
  for (const target of targets)
    target.capabilities = target.capabilities?.filter((word: string) => !features.includes(word));
  writeFileSync(silent, stringify({ targets }));
  return { server, claimed, silent };
}

type Result = VerdictOf & { readonly cases: readonly CaseResult[] };

async function judged(target: string, ...options: readonly string[]) {
  const report = join(folder, 'result.json');
  const { exit, stdout } = await plumbline([
    ...['conform', '--target', target, '--surface', 'pusher', '--only', ...some, ...options],
    ...['--reporter', 'terminal', `json=${report}`, `junit=${report}.xml`],
  ]);
  const result: Result = JSON.parse(readFileSync(report, 'utf8'));
  const checks = result.cases.flatMap((one) => one.checks.map((check) => ({ ...check, case: one.id })));
  return { exit, stdout, result, checks, junit: readFileSync(`${report}.xml`, 'utf8') };
}

describe('a server with all features, of which its target file names none', { timeout: patience }, () => {
  let of: Served | undefined;
  beforeAll(async () => {
    of = await served('whole', []);
  }, patience);
  afterAll(() => of?.server.child.kill('SIGTERM'));

  it('is not asked for them', async () => {
    const { exit, result } = await judged(of?.silent ?? '');
    expect(Object.values(result.totals.may).filter((count) => count > 0)).toEqual([]);
    expect(exit).toBe(0);
  });

  it('passes each of them with --optional, at level MAY', async () => {
    const { exit, result, checks, stdout } = await judged(of?.silent ?? '', '--optional');
    const tried = checks.filter(({ level }) => level === 'MAY');
    expect(tried.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'not-applicable')).toEqual([]);
    const themes = new Set(tried.map((check) => check.case.split('/')[1]));
    expect([...themes].sort()).toEqual(
      ['always', 'cache-channels', 'channel-queries', 'client-events', 'encrypted', 'presence', 'sign-in']
        .concat('trigger-api')
        .sort(),
    );
    expect(result.totals.may.passed).toBeGreaterThan(60);
    expect(stdout).toContain(`${result.totals.may.passed} MAY passed`);
    expect(exit).toBe(0);
  });

  it('says offline what would be tried', async () => {
    const { stdout } = await plumbline([
      ...['conform', '--target', of?.silent ?? '', '--surface', 'pusher', '--optional', '--dry-run'],
    ]);
    for (const word of features) expect(stdout).toMatch(new RegExp(`tries as MAY[^:]*\\b${word}\\b`));
    expect(stdout).not.toContain('does not offer presence');
  });
});

describe('a server whose features are broken', { timeout: patience }, () => {
  const faults = [
    'pusher/member-added-missing',
    'pusher/client-events-dropped',
    'pusher/sign-in-changes-user',
  ];
  let of: Served | undefined;
  beforeAll(async () => {
    of = await served('broken', faults);
  }, patience);
  afterAll(() => of?.server.child.kill('SIGTERM'));

  it('is no worse for it where it does not claim them, and every report shows it', async () => {
    const { exit, result, checks, stdout, junit } = await judged(of?.silent ?? '', '--optional');
    const failed = checks.filter(({ outcome }) => outcome === 'failed');
    expect(new Set(failed.map(({ level }) => level))).toEqual(new Set(['MAY']));
    expect(failed.map(({ requirement }) => requirement)).toEqual(
      expect.arrayContaining(['PM2', 'PE8', 'PU4']),
    );
    expect(result).toMatchObject({ verdict: 'conformant', totals: { may: { failed: failed.length } } });
    expect(stdout).toMatch(/✗ pusher\/presence\/added +MAY PM2/);
    expect(junit).toMatch(/name="PM2"[^>]*><skipped>failed \(MAY, which does not gate\)/);
    expect(junit).not.toContain('<failure');
    expect(exit).toBe(0);
  });

  it('is not conformant where it claims them, with --optional or without', async () => {
    const { exit, checks } = await judged(of?.claimed ?? '', '--optional');
    const failed = checks.filter(({ outcome, level }) => outcome === 'failed' && level === 'MUST');
    expect(failed.map(({ requirement }) => requirement)).toEqual(
      expect.arrayContaining(['PM2', 'PE8', 'PU4']),
    );
    expect(checks.filter(({ level }) => level === 'MAY')).toEqual([]);
    expect(exit).toBe(1);
  });
});

it('--optional is nothing to ask of a client', { timeout: patience }, async () => {
  const { exit, stderr } = await plumbline(['conform', '--client', 'true', '--optional']);
  expect(stderr).toMatch(/--client and --optional/);
  expect(exit).toBe(2);
});
