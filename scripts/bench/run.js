/**
 * `npm run bench`: bundles what stands beside it with the sources that it measures, as the build does for `dist`, and runs
 * that. The exit code is 0 where it measured, whatever it measured.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { install } from '../interop/install.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const outdir = join(root, '.cache', 'bench');

await esbuild.build({
  absWorkingDir: root,
  entryPoints: { main: 'scripts/bench/main.ts', replay: 'scripts/bench/replay/process.ts' },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  // The compiler of the specs stays in dist: nothing here is measured with specs that are yet to be compiled.
  external: ['bufferutil', 'utf-8-validate', '@asyncapi/parser', 'tinybench'],
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
});
const main = await import(pathToFileURL(join(outdir, 'main.mjs')).href);
process.exitCode = await main.bench(process.argv.slice(2), { root, install });
