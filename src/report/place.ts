import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Where a run was started, for reports that point at a line of somebody's repository. */
export interface Place {
  /** The folder that the paths in messages are relative to. */
  readonly cwd: string;
  /** The root of the repository; the same folder where there is none. */
  readonly root: string;
  /** What stands for a target that no file names: the workflow, or package.json. Relative to the root. */
  readonly fallback: string;
}

/** Finds the root of the repository that a folder is in, from the folder upwards. */
export function findPlace(cwd: string, env: Readonly<Record<string, string | undefined>>): Place {
  let root = cwd;
  while (!existsSync(join(root, '.git'))) {
    const above = dirname(root);
    if (above === root) {
      root = cwd;
      break;
    }
    root = above;
  }
  return { cwd, root, fallback: workflowOf(env) ?? 'package.json' };
}

/** `owner/repository/.github/workflows/file.yml@ref`, as GitHub Actions names the workflow that runs. */
function workflowOf({
  GITHUB_WORKFLOW_REF,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  return /^[^/]+\/[^/]+\/(.+\.ya?ml)@/.exec(GITHUB_WORKFLOW_REF ?? '')?.[1];
}

/**
 * The file and line of an `at` (`my-server.yaml:12`), relative to the root of the repository and with forward slashes.
 * What names no file within it (a URL, the embedded server) is the fallback's first line.
 */
export function placeOf(
  at: string,
  { cwd, root, fallback }: Place,
): { readonly uri: string; readonly line: number } {
  const [, file, line] = /^(.+):(\d+)$/.exec(at) ?? [];
  if (file === undefined || line === undefined) return { uri: fallback, line: 1 };
  const within = relative(root, resolve(cwd, file));
  if (within === '' || within.startsWith(`..${sep}`) || isAbsolute(within)) return { uri: fallback, line: 1 };
  const uri = within.split(sep).map(encodeURIComponent).join('/');
  return { uri, line: Math.max(1, Number(line)) };
}
