import { basename } from 'node:path';

/**
 * Throws if starting the program would load the AsyncAPI parser, which is the larger part of all code and takes
 * half a second to load.
 * @param {import('esbuild').Metafile} metafile
 */
export function proveLazyParser({ outputs }) {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  for (const entry of ['cli.js', 'index.js']) {
    const reached = new Set([entry]);
    for (const name of reached) {
      const output = byName.get(name);
      if (Object.keys(output?.inputs ?? {}).some((input) => input.includes('node_modules/@asyncapi/'))) {
        throw new Error(
          `dist/${entry} loads the AsyncAPI parser: reach src/contract/compile.ts by import() only`,
        );
      }
      for (const link of output?.imports ?? []) {
        if (link.kind === 'import-statement' && !link.external) reached.add(basename(link.path));
      }
    }
  }
}
