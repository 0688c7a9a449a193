#!/usr/bin/env node
/**
 * Starts the command line. In a checkout it first sees that the bundles are as new as their sources, so that
 * nobody judges a server with the code of yesterday; an installed package has no sources and starts at once.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** As in the table of exit codes: the harness's own failure, not the target's. */
const exitCodeOfOwnFailure = 3;

if (existsSync(join(root, 'src'))) {
  const { isStale } = await import('../scripts/freshness.js');
  if (isStale(root)) await rebuild();
}
// Source maps stay off: reading them costs every start 30 ms. NODE_OPTIONS=--enable-source-maps turns them on.
const cli = '../dist/cli.js';
await import(cli);

async function rebuild() {
  const { spawnSync } = await import('node:child_process');
  process.stderr.write('plumbline: rebuilding…\n');
  // Standard output belongs to the command; what the build has to say goes to standard error.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.js'), '--if-stale'], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status === 0 && existsSync(join(root, 'dist', 'cli.js'))) return;
  process.stderr.write('plumbline: the build failed; are the packages installed (npm ci)?\n');
  process.exit(exitCodeOfOwnFailure);
}
