import { spawnSync } from 'node:child_process';

/** @param {string} what held */
export function says(what) {
  process.stdout.write(`✓ ${what}\n`);
}

/**
 * @param {string} what did not hold
 * @returns {never}
 */
export function fails(what) {
  throw new Error(what);
}

/**
 * Runs a program to its end, and gives back what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ readonly cwd: string, readonly env?: NodeJS.ProcessEnv }} where
 * @throws Error with all that it said, where it does not end well
 */
export function run(program, args, { cwd, env = process.env }) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) fails(`${program} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}
