import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import type { ProfileLine } from './bench-result.ts';

/** The part of a `.cpuprofile` that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples?: readonly number[] | undefined;
}

/** Runs some work under the profiler of V8, as `node --cpu-prof` has it. */
export async function profileOf(work: () => unknown): Promise<CpuProfile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    await work();
    return (await session.post('Profiler.stop')).profile;
  } finally {
    session.disconnect();
  }
}

/** The functions in which most samples were taken, themselves and not what they call; idle time left out. */
export function topFunctions({ nodes, samples = [] }: CpuProfile, most = 12): ProfileLine[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.startsWith('file:') ? sourceAt(fileURLToPath(url), lineNumber) : '';
      return [id, `${functionName || '(anonymous)'}${file === '' ? '' : ` in ${file}`}`];
    }),
  );
  const counts = new Map<string, number>();
  let busy = 0;
  for (const id of samples) {
    const name = names.get(id) ?? '(unknown)';
    if (name.startsWith('(idle)')) continue;
    busy += 1;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, count]) => ({ name, share: count / busy }));
}

const bundles = new Map<string, readonly string[]>();

/** The source that a line of a bundle is from: its bundler heads each with a comment that names it. */
function sourceAt(file: string, line: number): string {
  const lines = bundles.get(file) ?? readFileSync(file, 'utf8').split('\n');
  bundles.set(file, lines);
  const heading = lines.slice(0, line + 1).findLast((text) => /^\s*\/\/ \S+\.[cm]?[jt]s$/.test(text));
  return heading?.trim().slice(3) ?? '';
}
