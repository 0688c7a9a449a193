import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../contract/contract.ts';
import { cacheFolder, findK6, isSupported, pinnedK6, provideK6, versionIn } from './provide-k6.ts';

let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-k6-'));
  cache = join(folder, 'cache');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that only says something. */
function program(path: string, script: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const saying = (version: string): string => `echo 'k6 v${version} (go1.26.8, linux/amd64)'`;

/** An environment in which only these folders are looked at; the shell's own tools are there. */
const only = (...folders: string[]): NodeJS.ProcessEnv => ({
  PATH: [...folders, '/usr/bin', '/bin'].join(':'),
});

describe('a k6', () => {
  it.each([
    ['k6 v1.8.1 (go1.26.8, linux/amd64)', '1.8.1'],
    ['k6.exe v1.6.0 (commit/abc, go1.24, windows/amd64)', '1.6.0'],
    ['k6 v2.2.0 (devel)\nExtensions:\n  github.com/grafana/xk6-dashboard v0.7.0', '2.2.0'],
    ['k6 v2.0.0-rc1 (go1.26, linux/amd64)', '2.0.0-rc1'],
    ['something else v1.0.0', undefined],
  ])('is known by %j', (printed, version) => {
    expect(versionIn(printed)).toBe(version);
  });

  it.each([
    ['0.57.0', false],
    ['1.5.9', false],
    ['1.6.0', true],
    [pinnedK6, true],
    ['2.3.0', true],
    ['3.0.0', false],
  ])('of version %s can be used: %s', (version, isUsable) => {
    expect(isSupported(version)).toBe(isUsable);
  });

  it('is taken from K6_BIN before all others', async () => {
    const named = program(join(folder, 'named', 'k6'), saying('1.7.0'));
    program(join(folder, 'path', 'k6'), saying('1.8.0'));
    const env = { ...only(join(folder, 'path')), K6_BIN: named };
    expect(await findK6({ env, cache })).toEqual({ k6: { path: named, version: '1.7.0', from: 'K6_BIN' } });
  });

  it.each([
    ['too old', saying('0.57.0'), 'is k6 0.57.0, and the scripts need 1.6 and later, before 3.0'],
    ['too new', saying('3.0.0'), 'is k6 3.0.0'],
    ['something else', 'echo hello', 'does not say which k6 it is: hello'],
    ['broken', 'exit 3', 'is no k6 that runs'],
  ])('that K6_BIN names is refused by name where it is %s', async (_what, script, words) => {
    const named = program(join(folder, 'k6'), script);
    const refusal = findK6({ env: { ...only(), K6_BIN: named }, cache });
    await expect(refusal).rejects.toThrow(InputError);
    await expect(refusal).rejects.toThrow(`K6_BIN: ${named} ${words}`);
  });

  it('is looked for on the PATH, and then in the cache', async () => {
    const old = program(join(folder, 'path', 'k6'), saying('1.5.0'));
    const env = only(join(folder, 'path'));
    expect(await findK6({ env, cache })).toEqual({
      refused: [expect.stringContaining(`${old} is k6 1.5.0`)],
    });
    const kept = program(join(cache, 'k6'), saying(pinnedK6));
    expect(await findK6({ env, cache })).toEqual({ k6: { path: kept, version: pinnedK6, from: 'cache' } });
    const good = program(join(folder, 'path', 'k6'), saying('1.9.0'));
    expect(await findK6({ env, cache })).toEqual({ k6: { path: good, version: '1.9.0', from: 'PATH' } });
  });

  it('is kept in a checkout, where this is one', () => {
    expect(cacheFolder({})).toMatch(new RegExp(`[.]cache/k6/v${pinnedK6}$`));
  });

  it('is explained where there is none, and no Go', async () => {
    const old = program(join(folder, 'path', 'k6'), saying('1.5.0'));
    const refusal = provideK6({ env: { PATH: join(folder, 'path') }, cache });
    await expect(refusal).rejects.toThrow(InputError);
    for (const words of [old, 'install-k6', 'K6_BIN=', 'Go 1.25', '--driver node']) {
      await expect(refusal).rejects.toThrow(words);
    }
  });

  it('is built once, for however many ask at the same time', async () => {
    const calls = join(folder, 'calls');
    program(
      join(folder, 'go', 'go'),
      `echo "$@" $GOFLAGS >> ${calls}; sleep 0.3; printf '#!/bin/sh\\n${saying(pinnedK6).replaceAll("'", '"')}\\n' > $GOBIN/k6; chmod 755 $GOBIN/k6`,
    );
    const said: string[] = [];
    const options = { env: only(join(folder, 'go')), cache, say: (line: string) => said.push(line) };
    const provided = await Promise.all([provideK6(options), provideK6(options), provideK6(options)]);
    expect(readFileSync(calls, 'utf8')).toBe(`install go.k6.io/k6@v${pinnedK6} -mod=mod\n`);
    expect(provided.map(({ from }) => from).sort()).toEqual(['built', 'cache', 'cache']);
    expect(new Set(provided.map(({ path }) => path))).toEqual(new Set([join(cache, 'k6')]));
    expect(said.join('\n')).toContain(`Go builds version ${pinnedK6}, once`);
  });

  it('that Go cannot build is told with what Go said', async () => {
    program(join(folder, 'go', 'go'), 'echo "no such module" >&2; exit 1');
    await expect(provideK6({ env: only(join(folder, 'go')), cache })).rejects.toThrow(
      `Go could not build k6 ${pinnedK6}:\nno such module`,
    );
  });
});
