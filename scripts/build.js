/**
 * Bundles src into dist. `--if-stale` builds only what is older than its sources (for the launcher);
 * `--release` leaves nothing of earlier builds behind and adds the notices of the bundled packages.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { withLock } from './build-lock.js';
import { isStale, newestInput } from './freshness.js';
import { proveLazyParser } from './lazy-parser.js';
import { noticesOf } from './notices.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const release = process.argv.includes('--release');
const ifStale = process.argv.includes('--if-stale');

/**
 * One build for all three, so that what they share is shared as a chunk: an InputError that the compiler
 * throws is the InputError that the command line catches. `import('./compile.ts')` becomes an import of
 * dist/contract-compiler.js, which alone holds the AsyncAPI parser.
 */
const entryPoints = {
  cli: 'src/cli/main.ts',
  index: 'src/index.ts',
  vitest: 'src/cli/vitest.ts',
  'contract-compiler': 'src/contract/compile.ts',
  'reference-worker': 'src/reference/worker.ts',
  'prove-worker': 'src/cli/prove-worker.ts',
  'load-null': 'src/load/null/main.ts',
  'load-sentinel': 'src/load/processes/sentinel.ts',
  'load-publisher': 'src/load/processes/publisher.ts',
  'load-probes': 'src/load/processes/probes.ts',
  'load-bulk-node': 'src/load/drivers/node-worker.ts',
  'provide-k6': 'src/load/drivers/provide-k6.ts',
};

/** Scripts that k6 runs: one file each, since k6 finds no packages, and as modern as what k6 1.6 understands. */
const k6Scripts = ['load/k6/pusher.ts', 'load/k6/emit.ts', 'load/k6/beam.ts'];

/** Older chunks stay this long: a process that runs from them may still load one. */
const keepOldChunksMs = 60 * 60 * 1000;

await withLock(join(root, '.cache', 'build.lock'), async () => {
  // Whoever waited for the lock finds the work done.
  if (ifStale && !isStale(root)) return;
  mkdirSync(dist, { recursive: true });
  // Taken before any source is read and put in place at the end: what changes meanwhile makes dist stale.
  const stamp = beside('.stamp');
  writeFileSync(stamp, `${JSON.stringify({ newestInput: newestInput(root) })}\n`);
  const { metafile, outputFiles } = await bundle();
  proveLazyParser(metafile);
  install(outputFiles);
  installK6Scripts(await bundleK6Scripts());
  if (release) writeFileSync(join(dist, 'NOTICES.txt'), noticesOf(root, Object.keys(metafile.inputs)));
  compileContract();
  renameSync(stamp, join(dist, '.stamp'));
});

async function bundle() {
  return esbuild.build({
    absWorkingDir: root,
    entryPoints: writtenEntryPoints(),
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    metafile: true,
    logLevel: 'warning',
    // Files beside; stack traces need positions, not a second copy of every source.
    sourcemap: true,
    sourcesContent: false,
    // The sources are ESM, some bundled packages are CommonJS and call `require` for Node's own modules.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    // Optional natives of ws: it looks for them, and does without. vitest is the user's own.
    external: ['bufferutil', 'utf-8-validate', 'vitest'],
    alias: {
      // Its main file is UMD, whose `require` no bundler can follow.
      'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
      // The AsyncAPI parser brings it to follow references over the network, which specs must not need.
      'node-fetch': './scripts/no-fetch.js',
    },
  });
}

async function bundleK6Scripts() {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: k6Scripts,
    outdir: join(dist, 'k6'),
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['k6', 'k6/*'],
    logLevel: 'warning',
  });
  return outputFiles;
}

/** @param {readonly esbuild.OutputFile[]} outputs */
function installK6Scripts(outputs) {
  mkdirSync(join(dist, 'k6'), { recursive: true });
  for (const { path, contents } of outputs) {
    writeFileSync(beside(basename(path)), contents);
    renameSync(beside(basename(path)), join(dist, 'k6', basename(path)));
  }
}

function writtenEntryPoints() {
  const written = Object.entries(entryPoints).filter(([, source]) => existsSync(join(root, source)));
  for (const [name, source] of Object.entries(entryPoints)) {
    if (!existsSync(join(root, source)))
      console.error(`build: no dist/${name}.js, as there is no ${source} yet`);
  }
  return Object.fromEntries(written);
}

/**
 * Puts a finished build into dist, each file in one step. Chunks have their hash in the name, so they go first
 * and disturb nobody; an entry is replaced when all that it needs is there.
 * @param {readonly esbuild.OutputFile[]} outputs
 */
function install(outputs) {
  const files = new Map(outputs.map(({ path, contents }) => [basename(path), contents]));
  const chunksFirst = [...files].sort(([a], [b]) => Number(isChunk(b)) - Number(isChunk(a)));
  for (const [file, contents] of chunksFirst) {
    writeFileSync(beside(file), contents);
    renameSync(beside(file), join(dist, file));
  }
  for (const file of readdirSync(dist)) {
    if (!isChunk(file) || files.has(file)) continue;
    const age = Date.now() - statSync(join(dist, file)).mtimeMs;
    if (release || age > keepOldChunksMs) rmSync(join(dist, file));
  }
}

/**
 * Where a file of dist is written before it is renamed into place; each process has its own, should two ever
 * build at once after all.
 * @param {string} file
 */
function beside(file) {
  return join(dist, `.${file}.${process.pid}.new`);
}

/** @param {string} file */
function isChunk(file) {
  return /-[A-Z0-9]{8}\.js(?:\.map)?$/.test(file);
}

/**
 * Compiles the contract ahead, so that no start pays for it. In the launcher's build a broken spec is left to
 * the program, which says which one it is if it needs it.
 */
function compileContract() {
  const compiler = join(dist, 'contract-compiler.js');
  if (!existsSync(join(root, entryPoints['contract-compiler'])) || !existsSync(compiler)) {
    console.error('build: no contract compiled ahead, as there is no compiler yet');
    return;
  }
  if (release) rmSync(join(dist, 'contract'), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [compiler, '--build', root], { stdio: 'inherit' });
  if (status !== 0 && !ifStale) throw new Error('the contract does not compile');
}
