import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../load/report/load-events.ts';
import { loadReporters } from '../load/report/load-reporters.ts';
import { resultJson } from '../load/report/result-json.ts';
import {
  failedLoad,
  hostileLoad,
  incompleteLoad,
  invalidLoad,
  passedLoad,
} from '../load/report/sample-load.ts';
import { json } from '../report/json.ts';
import { events, written } from '../report/sample-run.ts';
import { plumbline } from './spawned.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-report-load-'));
const at = (name: string): string => join(folder, name);
const stream = eventsOf(passedLoad).map((event) => JSON.stringify(event));

beforeAll(async () => {
  for (const [name, load] of Object.entries({
    passedLoad,
    failedLoad,
    invalidLoad,
    incompleteLoad,
    hostileLoad,
  }))
    writeFileSync(at(`${name}.json`), resultJson(load));
  writeFileSync(at('whole.ndjson'), `${stream.join('\n')}\n`);
  writeFileSync(at('killed.ndjson'), `${stream.slice(0, 80).join('\n')}\n{"event":"win`);
  writeFileSync(at('conform.json'), await written(json, events));
  expect((await plumbline(['--version'])).exit).toBe(0);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

const report = (...args: readonly string[]) => plumbline(['report', ...args]);

describe('report, of a load run', { timeout: 60_000 }, () => {
  it.each(['passedLoad.json', 'whole.ndjson'])(
    '%s: to the terminal, its last line for a bot',
    async (name) => {
      const { exit, stdout, stderr } = await report(at(name));
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
        /^LOAD verdict=pass exit=0 profile=fanout .* last\.p99=49\.7ms/,
      );
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    },
  );

  it('in every format there is, beside the terminal’s', async () => {
    const names = Object.keys(loadReporters).filter((name) => name !== 'terminal');
    const { exit, stdout } = await report(
      at('failedLoad.json'),
      ...names.flatMap((name) => ['--reporter', `${name}=${at(`out.${name}`)}`]),
    );
    expect(exit).toBe(0);
    expect(stdout).toContain('LOAD verdict=fail exit=1');
    const begins = Object.fromEntries(
      names.map((name) => [name, readFileSync(at(`out.${name}`), 'utf8').slice(0, 15)]),
    );
    expect(begins).toEqual({
      json: '{\n  "format": "',
      csv: 'standing,stage,',
      hgrm: '#[Stage 500, la',
      junit: '<?xml version="',
      markdown: '# FAIL · load f',
      html: '<!doctype html>',
    });
    expect(JSON.parse(readFileSync(at('out.json'), 'utf8'))).toEqual(JSON.parse(resultJson(failedLoad)));
  });

  it('of a run that was killed only with --partial, and then as one', async () => {
    const refused = await report(at('killed.ndjson'));
    expect(refused.stderr).toMatch(/killed\.ndjson: is of a run that did not end.*--partial/);
    expect(refused.exit).toBe(2);
    const { exit, stdout, stderr } = await report(at('killed.ndjson'), '--partial');
    expect(stderr).toMatch(/a part of a run: it did not end/);
    expect(stdout).toMatch(
      /INCOMPLETE[\s\S]*LOAD verdict=incomplete exit=3 .*last\.p99=withheld delivered=withheld/,
    );
    expect(exit).toBe(0);
  });

  it.each([
    [
      ['--reporter', 'sarif'],
      /sarif: is of conformance.*; there is: terminal, json, csv, hgrm, junit, markdown, html/,
    ],
    [['--reporter', 'pdf'], /--reporter pdf: no such reporter; there is: terminal/],
    [['--reporter', 'csv='], /--reporter csv=: names no file/],
    [['--reporter', 'csv', '--reporter', 'hgrm'], /--reporter hgrm: csv writes to standard output already/],
    [['--reporter', 'csv=/proc/none/x'], /--reporter csv=.*cannot be written/],
    [['--against', at('conform.json')], /conform\.json: is of no load run/],
    [
      ['--against', at('failedLoad.json'), '--reporter', 'html'],
      /--reporter html: needs a file here: html=FILE/,
    ],
  ])('%j is exit 2, and one clear message', async (args, message) => {
    const { exit, stdout, stderr } = await report(at('passedLoad.json'), ...args);
    expect(stderr).toMatch(message);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  });

  it('keeps the reporters of a load run to load runs', async () => {
    const { exit, stderr } = await report(at('conform.json'), '--reporter', 'hgrm');
    expect(stderr).toMatch(/--reporter hgrm: no such reporter/);
    expect(exit).toBe(2);
  });

  it('says what has changed, and exits 1 where a gate fails that did not', async () => {
    const page = at('both.html');
    const worse = await report(
      at('failedLoad.json'),
      '--against',
      at('passedLoad.json'),
      '--reporter',
      `html=${page}`,
    );
    expect(worse.stdout).toContain('verdict  pass → fail\n');
    expect(worse.stdout).toContain('last.p99 < 50ms at 500: passed → failed\n');
    expect(worse.stdout).toMatch(/500 last\.p99 +× 3\.29 {2}\(49\.70 ms → 163\.46 ms\)/);
    expect(worse.exit).toBe(1);
    expect(readFileSync(page, 'utf8')).toContain('baseline: last receiver');
    const better = await report(at('passedLoad.json'), '--against', at('failedLoad.json'));
    expect(better.stdout).toMatch(/no gate fails that did not\n$/);
    expect(better.exit).toBe(0);
  });

  it('compares no numbers of a run that claims none', async () => {
    const { exit, stdout } = await report(at('passedLoad.json'), '--against', at('invalidLoad.json'));
    expect(stdout).toContain('ratios   not comparable: the earlier run claims no numbers: invalid');
    expect(stdout).not.toContain('×');
    expect(exit).toBe(0);
  });

  it('writes nothing on the screen but what can be printed', async () => {
    const { stdout } = await report(at('hostileLoad.json'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(existsSync(at('hostileLoad.json'))).toBe(true);
  });
});
