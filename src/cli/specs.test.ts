import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../contract/spec-files.ts';
import { failureOf } from './exit.ts';
import { specs } from './specs.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'plumbline-specs-')), 'specs');
  cpSync(join(packageRoot(), 'specs'), folder, { recursive: true });
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const requirements = (): string => join(folder, 'emit/requirements.yaml');

/** Exit code and what was printed. */
async function run(write = false): Promise<{ exit: number; text: string }> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    return { exit: await specs({ verbose: false, write }, folder), text: written.join('') };
  } finally {
    spy.mockRestore();
  }
}

describe('specs', { timeout: 120_000 }, () => {
  it('counts what is asked for, names what no case asks for with file and line, and exits with 1', async () => {
    const whole = readFileSync(requirements(), 'utf8').trimEnd();
    const row = `  - { id: E999, level: MUST, basis: sentence, side: server, text: Nobody asks for this., source: { document: "003", section: None } }`;
    writeFileSync(requirements(), `${whole}\n${row}\n`);
    const { exit, text } = await run();
    const line = whole.split('\n').length + 1;
    expect(text).toContain(
      `specs/emit/requirements.yaml:${line}: MUST E999 is asked for nowhere (emit@1, emit@2, emit@3): Nobody asks for this.`,
    );
    expect(text).toMatch(/^beam: .+, document and beta9$/m);
    expect(text).toMatch(/^ {2}MUST +\d+: \d+ checked, \d+ not tested, \d+ asked for nowhere$/m);
    expect(text).toMatch(/^ {2}transitions \d+: \d+ covered$/m);
    expect(exit).toBe(1);
  });

  it('exits with 1 where a catalogue is not what the specs say, and writes it anew on demand', async () => {
    const page = join(folder, 'beam/catalogue.md');
    const right = readFileSync(page, 'utf8');
    writeFileSync(page, right.replace('MUST', 'MAY'));
    const { exit, text } = await run();
    expect([exit, text]).toEqual([
      1,
      expect.stringContaining('specs/beam/catalogue.md is not what the specs'),
    ]);
    expect((await run(true)).exit).toBe(0);
    expect(readFileSync(page, 'utf8')).toBe(right);
  });

  it('exits with 2 where a spec is broken', async () => {
    writeFileSync(requirements(), 'requirements: [');
    const cause = await run().catch((error: unknown) => error);
    expect(failureOf(cause, false)).toMatchObject({
      exit: 2,
      message: expect.stringContaining('specs/emit/requirements.yaml:1: not valid YAML'),
    });
  });
});
