import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadReporters, writeLoadFolder } from './load-reporters.ts';
import { resultJson } from './result-json.ts';
import { failedLoad } from './sample-load.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'plumbline-load-folder-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

it('writes every format into the folder of a run, and nothing else', async () => {
  const into = folder();
  expect(await writeLoadFolder(into, failedLoad)).toEqual([]);
  const files = Object.values(loadReporters).flatMap(({ file }) => file ?? []);
  expect(files).toHaveLength(6);
  expect(readdirSync(into).sort()).toEqual([...files].sort());
  expect(readFileSync(join(into, 'result.json'), 'utf8')).toBe(resultJson(failedLoad));
});

it('writes the others where one cannot be written, and says which and why', async () => {
  const into = folder();
  mkdirSync(join(into, 'junit.xml'));
  const failed = await writeLoadFolder(into, failedLoad);
  expect(failed.map(({ file, error }) => [file, error.message])).toEqual([
    [join(into, 'junit.xml'), 'it is a folder'],
  ]);
  expect(existsSync(join(into, 'report.html'))).toBe(true);
  expect(existsSync(join(into, 'summary.md'))).toBe(true);
});
