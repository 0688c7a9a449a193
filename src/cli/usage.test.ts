import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../contract/contract.ts';
import { failureOf } from './exit.ts';
import { plumbline, start } from './spawned.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-cli-'));
const broken = join(folder, 'broken.yaml');
const emit = ['conform', '--surface', 'emit'];

beforeAll(async () => {
  writeFileSync(
    broken,
    'targets:\n  - name: mine\n    surface: emit\n    urls: { ws: ws://localhost:1 }\n    spaces: []\n    colour: red\n',
  );
  // The launcher builds first where a source has changed.
  expect((await plumbline(['--version'])).exit).toBe(0);
}, 180_000);

describe('what cannot be understood is exit 2 and one clear message', () => {
  it.each([
    [['confrom'], /^plumbline: unknown command 'confrom'\n\(Did you mean conform\?\)\n$/],
    [['conform', '--taget', 'x'], /^plumbline: unknown option '--taget'\n\(Did you mean --target\?\)\n$/],
    [['conform', 'my-server.yaml'], /^plumbline: too many arguments for 'conform'/],
    [['conform', '--jobs', '0'], /--jobs.*'0' is invalid\. It must be a whole number from 1/],
    [['conform', '--timeout-multiplier', 'fast'], /It must be a number above 0/],
    [['conform', '--level', 'may'], /Allowed choices are must, should/],
    [['conform', '--surface', 'mqtt'], /The surfaces are pusher, beam, emit/],
    [['conform', '--dialect', 'emit'], /It must be of the form NAME=VALUE/],
    [['conform', '--target', 'a', '--target', 'b'], /It is given twice/],
    [['conform', '--reporter', 'xml', '--surface', 'emit'], /^plumbline: --reporter xml: no such reporter/],
    [
      ['conform', '--reporter', 'json=/proc/none/x.json', '--surface', 'emit'],
      /^plumbline: --reporter json=.*cannot be written/,
    ],
    [[...emit, '--only', 'emit/nothing/**'], /^plumbline: --only emit\/nothing\/\*\*: matches no check/],
    [[...emit, '--explain', 'E9999'], /^plumbline: --explain E9999: there is no such case/],
    [[...emit, '--dialect', 'emit=emit@9'], /^plumbline: --dialect emit=emit@9: /],
    [['conform', '--target', broken], /broken\.yaml:6: .*colour/],
    [['conform', '--target', join(folder, 'none.yaml')], /none\.yaml: no such file/],
    [
      ['conform', '--target', 'ws://example.test/', '--surface', 'emit'],
      /no target of that surface; there is: beam/,
    ],
    [
      ['conform', '--target', 'ws://example.test/', '--destructive'],
      /--destructive is for servers on this machine; example\.test is none/,
    ],
    [
      ['conform', '--client', 'x', '--target', 'a'],
      /^plumbline: --client and --target: it is either a client/,
    ],
    [
      ['conform', '--client', 'x', '--surface', 'beam'],
      /^plumbline: --client and --surface beam: one of pusher, emit/,
    ],
    [['conform', '--client', ' '], /^plumbline: --client: needs a command/],
    [['conform', '--client', 'x', '--destructive'], /^plumbline: --client and --destructive: /],
    [['serve', '--fault', 'emit/none'], /^plumbline: --fault emit\/none: no such fault/],
    [['serve', '--port', '99999'], /It must be a whole number from 0 to 65535/],
  ])('%j', { timeout: 60_000 }, async (args, message) => {
    const { exit, stdout, stderr } = await plumbline(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  });

  it('no command at all', async () => {
    const { exit, stderr } = await plumbline([]);
    expect(stderr).toContain('Usage: plumbline');
    expect(exit).toBe(2);
  });
});

describe('what was asked for is exit 0', () => {
  it.each([
    [['--version'], /^\d+\.\d+\.\d+\n$/],
    [['--help'], /conform \[options\]/],
    [['conform', '--help'], /--wait-for-target <seconds>/],
    [['conform', '--example-target', 'beam'], /^# A target file/],
    [[...emit, '--list'], /^emit \(emit, emit@1\): \d+ cases\n {2}emit\/\S+ +(MUST|SHOULD) +E/],
    [[...emit, '--explain', 'e10'], /^E10 · MUST · emit\n {2}says {8}/],
    [[...emit, '--explain', 'A21.retried'], /^A21\.retried · an open point of emit\n/],
    [['serve', '--list-faults'], /^\S+ +\S+ .*\n/],
  ])('%j', { timeout: 60_000 }, async (args, message) => {
    const { exit, stdout, stderr } = await plumbline(args);
    expect(stdout).toMatch(message);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  it('explains an id that --list prints', { timeout: 60_000 }, async () => {
    const { stdout } = await plumbline([...emit, '--list']);
    const [, id = ''] = /^ {2}(emit\/scope\/\S+)/m.exec(stdout) ?? [];
    const page = (await plumbline([...emit, '--explain', id])).stdout;
    expect(page).toMatch(new RegExp(`^${id} · a case of emit\n {2}holds`));
    expect(page).toMatch(/specs\/emit\/requirements\.yaml:\d+/);
  });

  it('explains a fault', { timeout: 60_000 }, async () => {
    const { stdout } = await plumbline([...emit, '--explain', 'emit/checkpoint-kept-for-progress']);
    expect(stdout).toMatch(/a fault of the reference server[\s\S]*breaks +E12/);
  });

  it('does not mind a reader that has read enough', { timeout: 60_000 }, async () => {
    const { child, ended } = start([...emit, '--list']);
    child.stdout.destroy();
    const { exit, stderr } = await ended;
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });
});

describe('--dry-run', () => {
  it('names credentials and drivers, what is lacking and why, and no value of a secret', {
    timeout: 60_000,
  }, async () => {
    const file = join(folder, 'dry.yaml');
    writeFileSync(
      file,
      `targets:
  - name: mine
    surface: emit
    urls: { ws: ws://does-not-exist.invalid, http: http://does-not-exist.invalid }
    spaces: [{ id: a, tokens: { read: "\${DRY}", worker: "\${DRY}" } }]
    headers: { x-gateway: "\${DRY}" }
    excludes: [{ requirement: E12, reason: not here }]
`,
    );
    const { exit, stdout } = await plumbline(['conform', '--target', file, '--dry-run', '--verbose'], {
      DRY: 'dry-secret',
    });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/credentials +own space a: read, worker\n +header x-gateway\n/);
    expect(stdout).toMatch(/drivers +emit-rest\n/);
    expect(stdout).toMatch(/cost +\d+ scenes?: at most \d+ jobs?, \d+ connections? in all\n/);
    expect(stdout).toMatch(/untestable: \d+ checks, \d+ of them MUST\n/);
    expect(stdout).toContain('not here (no space of ours has a producer token)');
    expect(stdout).not.toContain('dry-secret');
  });
});

describe('an error that nobody caught', () => {
  it('is exit 2 where the input is to blame', () => {
    expect(failureOf(new InputError('file:1: no'), false)).toEqual({
      exit: 2,
      message: 'plumbline: file:1: no',
    });
  });

  it('is else exit 3 in one line, and the stack only on demand', () => {
    const cause = new Error('two\nlines');
    expect(failureOf(cause, false)).toEqual({
      exit: 3,
      message: 'plumbline: internal error: two (for the stack: --verbose, or PLUMBLINE_DEBUG=1)',
    });
    expect(failureOf(cause, true).message).toContain('usage.test.ts');
    expect(failureOf('text', false).message).toContain('internal error: text');
  });
});
