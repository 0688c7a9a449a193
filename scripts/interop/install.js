import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CannotRun } from './cannot-run.js';

/** Holds the lockfile that what stands beside it was installed by. */
const marker = 'node_modules/.installed-by';

/**
 * Installs the packages of a folder exactly as its lockfile has them, unless they are there. No script of theirs runs.
 * @param {string} folder
 * @param {string} [npm] the command line of npm
 * @throws CannotRun with npm's own words.
 */
export async function install(folder, npm = 'npm ci --ignore-scripts --no-audit --no-fund') {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (textOf(join(folder, marker)) === lock) return;
  const name = relative(process.cwd(), folder);
  process.stderr.write(`installing the packages of ${name}…\n`);
  const { code, said } = await run(npm, folder);
  if (code !== 0) {
    throw new CannotRun(
      `the packages of ${name} cannot be installed; is there a package registry to be reached?\n` +
        `  ${npm}: exit ${code}\n${withoutStack(said)}`,
    );
  }
  writeFileSync(join(folder, marker), lock);
}

/**
 * The words of npm, indented, without its stacks and dumps.
 * @param {string} said
 */
function withoutStack(said) {
  const lines = said.trim().split('\n');
  return lines
    .filter((line) => !/^npm error(\s*$|\s{2,}| })/.test(line))
    .map((line) => `  ${line}`)
    .join('\n');
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} command
 * @param {string} cwd
 * @returns {Promise<{ code: number | string, said: string }>}
 */
function run(command, cwd) {
  return new Promise((resolve) => {
    // `npm run -s` would make it say nothing at all.
    const env = { ...process.env, npm_config_loglevel: 'error' };
    const child = spawn(command, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (/** @type {Buffer} */ bytes) => {
        said = (said + bytes).slice(-4000);
      });
    }
    child.on('error', (error) => resolve({ code: error.message, said }));
    child.on('close', (code, signal) => resolve({ code: code ?? String(signal), said }));
  });
}
