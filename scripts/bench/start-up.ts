import { spawnSync } from 'node:child_process';
import type { BenchResult } from './bench-result.ts';
import { ratioOf } from './compare.ts';

/** Arguments of `node`, by what is started with them. */
const starts = {
  bare: ['-e', '0'],
  launcher: ['bin/plumbline.js', 'conform', '--list'],
  bundle: ['dist/cli.js', 'conform', '--list'],
  version: ['bin/plumbline.js', '--version'],
} as const;

/**
 * Starts a process that lists all checks, in turns with one that does nothing.
 * @throws Error where one of them fails: what does not work is quick at it.
 */
export function startUp(root: string, repeats: number): BenchResult[] {
  const kinds = Object.keys(starts) as (keyof typeof starts)[];
  const rounds = Array.from({ length: repeats + 1 }, (_, round) => {
    const inTurn = round % 2 === 0 ? kinds : kinds.toReversed();
    return Object.fromEntries(inTurn.map((kind) => [kind, timeOf(root, starts[kind])])) as Record<
      keyof typeof starts,
      number
    >;
    // The first round reads the files from the disk.
  }).slice(1);
  return [
    {
      id: 'start-up list',
      what: 'conform --list / node -e 0, whole processes',
      ratio: ratioOf(rounds.map(({ launcher, bare }) => launcher / bare)),
    },
    {
      id: 'start-up version',
      what: '--version / node -e 0, whole processes',
      ratio: ratioOf(rounds.map(({ version, bare }) => version / bare)),
    },
    {
      id: 'start-up launcher',
      what: 'conform --list by the launcher, which looks for newer sources / by the bundle itself',
      ratio: ratioOf(rounds.map(({ launcher, bundle }) => launcher / bundle)),
    },
  ];
}

function timeOf(cwd: string, argv: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd, encoding: 'utf8' });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`node ${argv.join(' ')}: exit ${status}: ${stderr}`);
  return took;
}
