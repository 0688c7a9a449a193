import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plumbline, type Spawned, start } from './spawned.ts';

const patience = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'plumbline-baseline-'));
const target = join(folder, 't.yaml');
const file = join(folder, 'b.yaml');
const judge = ['conform', '--target', target, '--surface', 'emit', '--only', 'emit/scope/checkpoint/**'];
const held = [...judge, '--baseline', file];

let server: Spawned | undefined;

beforeAll(async () => {
  server = start([
    ...['serve', '--port', '0', '--write-target', target, '--fault', 'emit/checkpoint-kept-for-progress'],
  ]);
  await server.prints(/t\.yaml/);
}, patience);

afterAll(async () => {
  server?.child.kill('SIGTERM');
  await server?.ended;
});

describe('--baseline, from the first failure to its mending', () => {
  it('a file that is not there is exit 2, before anything runs', { timeout: patience }, async () => {
    const { exit, stdout, stderr } = await plumbline(held);
    expect(stderr).toMatch(/^plumbline: .*b\.yaml: no such file\n$/);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  });

  it('--update-baseline writes it, says what is to be filled in, and excuses nothing yet', {
    timeout: patience,
  }, async () => {
    const { exit, stderr } = await plumbline([...held, '--update-baseline']);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/b\.yaml: updated: 2 added, 0 removed, 0 changed\n/);
    expect(stderr).toMatch(
      /fill in why it is known: +emit: emit\/scope\/checkpoint\/stripped-for-progress E6 "data"\n/,
    );
    expect(stderr).toMatch(/judged by the file as it was before/);
    expect(readdirSync(folder).sort()).toEqual(['b.yaml', 't.yaml']);
  });

  it('then only known failures are exit 0, in a line each', { timeout: patience }, async () => {
    const json = join(folder, 'r.json');
    const { exit, stdout, stderr } = await plumbline([...held, '--bail', '--reporter', `json=${json}`]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/known {2}2 failed checks that the baseline excuses\n {4}2 × to be filled in/);
    expect(stdout).toMatch(/\nNON-CONFORMANT \(known only\) /);
    expect(stderr).toMatch(/2 of 2 entries without a reason/);
    const { baseline, knownOnly, cases } = JSON.parse(readFileSync(json, 'utf8'));
    expect({ baseline, knownOnly }).toMatchObject({
      knownOnly: true,
      baseline: { file, entries: 2, known: 2, notJudged: 0, withoutReason: 2, stale: [] },
    });
    const all = cases.flatMap((one: { readonly checks: readonly object[] }) => one.checks);
    expect(all.filter((check: object) => 'known' in check)).toHaveLength(2);
  });

  it('another update leaves it as it is, to the byte', { timeout: patience }, async () => {
    writeFileSync(file, `${readFileSync(file, 'utf8').replace('reason:', 'reason: mine #')}# the end\n`);
    await plumbline([...held, '--update-baseline']);
    const before = readFileSync(file, 'utf8');
    const { exit, stderr } = await plumbline([...held, '--update-baseline']);
    expect(stderr).toMatch(/b\.yaml: as it was\n/);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(before).toContain('reason: mine');
    expect(exit).toBe(0);
  });

  it('an entry for what another surface does is none of this run', { timeout: patience }, async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(
      other,
      `format: plumbline-baseline/1
entries:
  - { target: beam-beta9, case: beam/some/case, requirement: B1, rule: r, fingerprint: [{ shape: s }], reason: x }
`,
    );
    const args = ['conform', '--surface', 'emit', '--only', 'emit/scope/checkpoint/**', '--baseline', other];
    expect((await plumbline(args)).exit).toBe(0);
    expect(
      (
        await plumbline(
          args.map((arg) =>
            arg === 'emit' ? 'beam' : arg.replace('emit/scope/checkpoint', 'beam/handshake'),
          ),
        )
      ).stderr,
    ).toMatch(/other\.yaml:3: there is no case beam\/some\/case/);
  });
});

describe('what cannot be used is exit 2, one message, and nothing is written', () => {
  it.each([
    ['nothing', '', /b2\.yaml:1: the file must be object\n$/],
    ['an unknown target', 'target: nobody', /b2\.yaml:3: there is no target "nobody"; /],
    ['an unknown case', 'case: emit/scope/none', /b2\.yaml:4: there is no case emit\/scope\/none; /],
    ['a wrong date', 'expires: 2027-13-01', /b2\.yaml:\d+: entries\.0\.expires must match format "date"\n$/],
  ])('%s', { timeout: patience }, async (_, line, message) => {
    const bad = join(folder, 'b2.yaml');
    const good = readFileSync(file, 'utf8').replace(/^ *#.*\n/gm, '');
    const key = line.split(':')[0] ?? '';
    const text =
      line === ''
        ? ''
        : key === 'expires'
          ? good.replace('    requirement', `    ${line}\n    requirement`)
          : good.replace(new RegExp(`${key}: .*`), line);
    writeFileSync(bad, text);
    const { exit, stdout, stderr } = await plumbline([...judge, '--baseline', bad, '--update-baseline']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(readFileSync(bad, 'utf8')).toBe(text);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('--update-baseline without a file', { timeout: patience }, async () => {
    const { exit, stderr } = await plumbline([...judge, '--update-baseline']);
    expect(stderr).toBe('plumbline: --update-baseline: needs --baseline FILE\n');
    expect(exit).toBe(2);
  });

  it('a place that cannot be written', { timeout: patience }, async () => {
    const { exit, stderr } = await plumbline([
      ...judge,
      '--baseline',
      '/proc/none/b.yaml',
      '--update-baseline',
    ]);
    expect(stderr).toMatch(/^plumbline: --baseline \/proc\/none\/b\.yaml: cannot be written/);
    expect(exit).toBe(2);
  });
});
