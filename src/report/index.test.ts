import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReports, type Reports, wantsColor } from './index.ts';
import { events } from './sample-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-reports-'));
});

const opened: Reports[] = [];
afterEach(async () => {
  for (const reports of opened.splice(0)) await reports.discard();
});

async function open(...specs: string[]): Promise<Reports> {
  const stdout = new PassThrough() as unknown as NodeJS.WriteStream;
  const reports = await openReports(specs, {
    level: 'must',
    verbose: false,
    stdout,
    stderr: new PassThrough(),
    env: {},
  });
  opened.push(reports);
  return reports;
}

async function tell(reports: Reports): Promise<void> {
  for (const reporter of reports.reporters) {
    for (const event of events) await reporter.on(event, { of: () => undefined });
    await reporter.end?.();
  }
}

const names = (reports: Reports): string[] => reports.reporters.map(({ name }) => name);

describe('--reporter', () => {
  it('is the terminal without it', async () => {
    expect(names(await open())).toEqual(['terminal']);
  });

  it('adds files to the terminal, but not to another report on standard output', async () => {
    expect(names(await open(`json=${folder}/a.json`))).toEqual(['terminal', `json=${folder}/a.json`]);
    expect(names(await open('ndjson', `json=${folder}/a.json`))).toEqual(['ndjson', `json=${folder}/a.json`]);
    expect(names(await open('ndjson=-'))).toEqual(['ndjson=-']);
    expect(names(await open(`terminal=${folder}/a.txt`))).toEqual([`terminal=${folder}/a.txt`]);
  });

  it('puts the recordings beside the page, and nothing beside a device', async () => {
    await tell(await open(`html=${folder}/a.html`));
    expect(readdirSync(folder).sort()).toEqual(['a.html', 'a.recordings.ndjson']);
    expect(JSON.parse(readFileSync(join(folder, 'a.recordings.ndjson'), 'utf8'))).toMatchObject({
      ...{ line: 'run', seed: 7, scenes: 0 },
    });
    await tell(await open('html=/dev/null'));
    expect(existsSync('/dev/null.recordings.ndjson')).toBe(false);
    expect(existsSync('/dev/null')).toBe(true);
  });

  it.each([
    [['html5'], /--reporter html5: no such reporter; there is: terminal, json, ndjson, junit/],
    [['json='], /names no file/],
    [['json', 'ndjson'], /ndjson: json writes to standard output already; write ndjson=FILE/],
    [['json=x', 'junit=x'], /json writes to x already/],
    [['html=x.html', 'ndjson=x.recordings.ndjson'], /html writes to x.recordings.ndjson already/],
    [['html=x.html', 'html=x.htm'], /html writes to x.recordings.ndjson already/],
  ])('%s is refused', async (specs, message) => {
    await expect(open(...specs)).rejects.toThrow(message);
  });

  it('finds out before the run that a file cannot be written, and leaves nothing behind', async () => {
    writeFileSync(join(folder, 'file'), '');
    for (const path of [`${folder}/file/a.json`, folder, '/proc/nowhere/a.json']) {
      await expect(open(`junit=${folder}/b.xml`, `json=${path}`)).rejects.toThrow(
        /--reporter json=.*cannot be written/,
      );
    }
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('does not replace a file that its user may not write', async () => {
    const path = join(folder, 'a.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o444);
    const opened = open(`json=${path}`);
    // Nothing is read-only to root.
    if (process.getuid?.() === 0) await (await opened).discard();
    else await expect(opened).rejects.toThrow(/EACCES/);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('makes the folder of a report', async () => {
    await tell(await open(`json=${folder}/new/deep/a.json`));
    expect(JSON.parse(readFileSync(`${folder}/new/deep/a.json`, 'utf8'))).toMatchObject({
      format: 'plumbline-result/1',
    });
  });

  it('replaces an older report only with a complete one', async () => {
    const path = join(folder, 'a.json');
    writeFileSync(path, 'old');
    const given = await open(`json=${path}`);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await given.discard();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a.json']);
    await tell(await open(`json=${path}`));
    expect(readFileSync(path, 'utf8')).not.toBe('old');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('writes a stream as it comes', async () => {
    const path = join(folder, 'a.ndjson');
    const { reporters } = await open(`ndjson=${path}`);
    const [first] = events;
    if (first) await reporters[1]?.on(first, { of: () => undefined });
    expect(existsSync(path) && readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('says that standard output was closed', async () => {
    const { reporters } = await open('ndjson');
    const gone = new PassThrough();
    gone.on('error', () => {});
    gone.destroy();
    const { reporters: closed } = await openReports(['ndjson'], {
      level: 'must',
      verbose: false,
      stdout: gone as unknown as NodeJS.WriteStream,
      stderr: new PassThrough(),
      env: {},
    });
    const [first] = events;
    if (!first) throw new Error('no event');
    await reporters[0]?.on(first, { of: () => undefined });
    await expect(closed[0]?.on(first, { of: () => undefined })).rejects.toThrow(
      'its reader has closed standard output',
    );
  });
});

describe('inside GitHub Actions', () => {
  const inActions = async (...specs: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const summary = join(folder, 'summary.md');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const terminal = stdout as unknown as NodeJS.WriteStream;
    const reports = await openReports(specs, {
      level: 'must',
      verbose: false,
      stdout: terminal,
      stderr,
      env,
    });
    opened.push(reports);
    await tell(reports);
    return {
      stdout: String(stdout.read() ?? ''),
      stderr: String(stderr.read() ?? ''),
      summary: readFileSync(summary, 'utf8'),
    };
  };

  it('annotations and a summary come by themselves, beside whatever has standard output', async () => {
    const { stdout, stderr, summary } = await inActions('ndjson');
    expect(stdout).not.toContain('::error');
    expect(stderr).toContain('::error title=plumbline verdict::non-conformant, exit 1');
    expect(summary).toMatch(/^# NON-CONFORMANT · exit 1\n/);
  });

  it('come once where they are asked for', async () => {
    const { stdout, stderr } = await inActions('github');
    expect([stdout.split('plumbline verdict').length, stderr]).toEqual([2, '']);
  });
});

describe('colour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('terminal %s, %o: %s', (isTerminal, env, wanted) => {
    expect(wantsColor(isTerminal, env)).toBe(wanted);
  });
});
