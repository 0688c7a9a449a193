import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { plumbline } from './spawned.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-matrix-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('draws what a run has written', { timeout: 60_000 }, async () => {
  const result = join(folder, 'result.json');
  const run = ['conform', '--surface', 'beam', '--only', 'beam/handshake/**', '--reporter', `json=${result}`];
  expect((await plumbline(run)).exit).toBe(0);
  const { exit, stdout } = await plumbline(['matrix', result, '--out', folder]);
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: `${join(folder, 'matrix.md')}, ${join(folder, 'matrix.html')}\n`,
  });
  for (const name of ['matrix.md', 'matrix.html']) {
    const page = readFileSync(join(folder, name), 'utf8');
    expect(page).toMatch(/beam-document.*beam-beta9/s);
    expect(page).toContain('conformant (partial) · exit 0');
    expect(page).toMatch(/B10.*✓ \d/);
  }
});

it.each([
  ['that is not there', undefined, ': no such file'],
  ['that is no JSON', 'targets: []', ': not valid JSON; write one with conform --reporter json=FILE'],
  ['of another format', '{"format":"plumbline-kill-matrix/1"}', ':1: '],
])('refuses a file %s in one line, exit 2', { timeout: 60_000 }, async (_, text, message) => {
  const file = join(folder, 'broken.json');
  rmSync(file, { force: true });
  if (text !== undefined) writeFileSync(file, text);
  const { exit, stderr } = await plumbline(['matrix', file, '--out', folder]);
  expect(exit).toBe(2);
  expect(stderr).toContain(`plumbline: ${file}${message}`);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

it('refuses the result of a run that was interrupted', { timeout: 60_000 }, async () => {
  const whole = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  const file = join(folder, 'part.json');
  writeFileSync(file, JSON.stringify({ ...whole, complete: false }));
  const { exit, stderr } = await plumbline(['matrix', file, '--out', folder]);
  expect(exit).toBe(2);
  expect(stderr).toContain('is of a run that was interrupted');
});
