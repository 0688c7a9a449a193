import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { plumbline } from '../src/cli/spawned.ts';
import { loadContract } from '../src/contract/load.ts';
import { packageRoot } from '../src/contract/spec-files.ts';
import { startReference } from '../src/reference/start.ts';

const action = parse(readFileSync(join(packageRoot(), 'action.yml'), 'utf8'));
const script: string = action.runs.steps.find(({ id }: { id?: string }) => id === 'conform').run;
const contract = await loadContract();
// Whoever comes first builds the bundles, if they are not there.
beforeAll(async () => void (await plumbline(['--version'])), 180_000);

/** Runs the step of the action as a runner would: the inputs in the environment, `bash -e` and a file for outputs. */
async function act(faults: readonly string[], inputs: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-action-'));
  const reference = await startReference({ contract, surfaces: ['beam'], faults });
  try {
    writeFileSync(join(folder, 'target.yaml'), stringify({ targets: reference.targets() }));
    writeFileSync(join(folder, 'output'), '');
    const defaults = Object.entries(action.inputs as Record<string, { default?: string }>).map(
      ([name, { default: value = '' }]) => [name, value],
    );
    const { target = 'target.yaml', ...given } = inputs;
    const wanted = { ...Object.fromEntries(defaults), ...given };
    const env = {
      PATH: process.env.PATH,
      PLUMBLINE_ACTION: packageRoot(),
      INPUT_TARGET: target,
      INPUT_BASELINE: wanted.baseline,
      INPUT_LEVEL: wanted.level,
      INPUT_WAIT: wanted['wait-for-target'],
      INPUT_REPORTS: wanted.reports,
      INPUT_OPTIONS: wanted.options,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    };
    const exit = await new Promise<number>((resolve) => {
      execFile(
        'bash',
        ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
        { cwd: folder, env },
        (cause) => resolve(typeof cause?.code === 'number' ? cause.code : 0),
      );
    });
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return {
      exit,
      output: read('output'),
      summary: read('summary.md'),
      reports: readdirSync(join(folder, wanted.reports)),
    };
  } finally {
    await reference.close();
  }
}

const options = '--only beam/handshake/**';

it('the action is green for a right server, with its reports and its summary', {
  timeout: 60_000,
}, async () => {
  const { exit, output, summary, reports } = await act([], { options });
  expect([exit, output]).toEqual([0, 'exit=0\n']);
  expect(summary).toMatch(/^# CONFORMANT · exit 0\n/);
  expect(reports.sort()).toEqual(
    ['badge', 'ctrf', 'json', 'junit', 'markdown', 'sarif'].map((one) => `conform.${one}`),
  );
});

it('and red for one that breaks something, with its exit code as output', { timeout: 60_000 }, async () => {
  const { exit, output, summary } = await act(['beam/admits-garbage'], { options });
  expect([exit, output]).toEqual([1, 'exit=1\n']);
  expect(summary).toContain('## Failed:');
});
