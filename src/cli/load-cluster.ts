import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { InputError } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { controlVariables } from '../load/control/messages.ts';
import type { ControlAddress } from '../load/control/server.ts';
import { coordinatorImage, manifestsOf } from '../load/kubernetes/manifests.ts';
import type { StageShape } from '../load/plan/load-plan.ts';
import type { Profile } from '../load/profile/profile.ts';
import type { LoadOptions } from './load-options.ts';

/**
 * Writes what it takes to perform a load with generators in a cluster, and says what is left to do.
 * @throws InputError for what cannot be performed there, and where a file is there already.
 */
export async function exportCluster(
  folder: string,
  profile: Profile,
  stages: readonly StageShape[],
  options: LoadOptions,
): Promise<string> {
  proveExternal(profile, stages, options, '--export-k8s');
  const surface = surfaceOf(profile, options);
  const name = `plumbline-${profile.id}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  const script = await readFile(join(packageRoot(), 'dist', 'k6', `${surface}.js`), 'utf8').catch(() => {
    throw new InputError(`the k6 script for ${surface} is not built: run npm run build`);
  });
  const bulk = Math.min(...stages.map(bulkLeast));
  const members = options.generators ?? options.segments;
  if (members > bulk) {
    throw new InputError(
      `${members} VUs for ${bulk} subscribers leave some with nothing to do: fewer --generators`,
    );
  }
  const cluster = { name, surface, script, segments: options.segments, members };
  const manifests = manifestsOf({ ...cluster, words: wordsOf(profile, surface, options) });
  await mkdir(folder, { recursive: true });
  const files = {
    ...Object.fromEntries(
      Object.entries(manifests).map(([file, objects]) => [
        file,
        objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n'),
      ]),
    ),
    'README.md': readme(name, options.segments),
  };
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(folder, file), text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
      throw new InputError(
        cause.code === 'EEXIST'
          ? `--export-k8s ${folder}: ${file} is there already; nothing is written over`
          : `--export-k8s ${folder}: ${cause.message}`,
      );
    });
  }
  return `${Object.keys(files)
    .map((file) => `written ${join(folder, file)}`)
    .join('\n')}\n`;
}

/** The address to listen on, with the token of the environment. @throws InputError where it is none. */
export function controlOf({ listen }: LoadOptions, env: NodeJS.ProcessEnv): ControlAddress | undefined {
  if (listen === undefined) return undefined;
  const [, host = '', digits = ''] = /^(?:\[?([^\]]+)\]?):(\d{1,5})$/.exec(listen) ?? [];
  const port = Number(digits);
  if (host === '' || port > 65_535) throw new InputError(`--listen ${listen}: is not HOST:PORT`);
  const token = env[controlVariables.token];
  if (token === undefined || token.length < 16) {
    throw new InputError(
      `--listen: generators elsewhere are let in by ${controlVariables.token}, which needs 16 characters at least`,
    );
  }
  return { host, port, token };
}

/** @throws InputError where generators that are started once could not perform all of it. */
export function proveExternal(
  profile: Profile,
  stages: readonly StageShape[],
  options: LoadOptions,
  option: string,
): void {
  if (options.driver !== 'k6')
    throw new InputError(`${option}: generators elsewhere are k6, not ${options.driver}`);
  if (!profile.drivers.includes('k6'))
    throw new InputError(`${option}: ${profile.id} is not offered with k6`);
  if (stages.length !== 1) {
    throw new InputError(
      `${option}: generators elsewhere perform one stage and end; ${profile.id} has ${stages.length} (choose one with --set subscribers=N)`,
    );
  }
}

function surfaceOf(profile: Profile, { surface }: LoadOptions): SurfaceName {
  const chosen = surface ?? profile.surfaces[0];
  if (chosen === undefined) throw new InputError(`${profile.id} has no surface`);
  return chosen;
}

/** What is left for generators where probes and sentinels have a third each. */
function bulkLeast({ subscribers }: StageShape): number {
  return Math.max(1, subscribers - 2 * Math.floor(subscribers / 3));
}

function wordsOf(profile: Profile, surface: SurfaceName, options: LoadOptions): readonly string[] {
  return [
    profile.id,
    ...['--surface', surface],
    ...Object.entries(options.dialect).flatMap(([of, name]) => ['--dialect', `${of}=${name}`]),
    ...Object.entries(options.set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...options.slo.flatMap((slo) => ['--slo', slo]),
    ...['--seed', String(options.seed)],
  ];
}

function readme(name: string, segments: number): string {
  return `# ${name} in a cluster

Needs k6-operator (TestRun, k6.io/v1alpha1) and an image of this harness, of which there is none published: build one
whose entry point is \`plumbline\`, and put its name in the place of \`${coordinatorImage}\` in coordinator.yaml.

\`\`\`sh
kubectl create secret generic ${name}-control --from-literal=token="$(openssl rand -hex 24)"
kubectl create secret generic ${name}-target --from-file=target.yaml=TARGET_FILE
kubectl apply -f configmap.yaml -f coordinator.yaml
kubectl wait --for=condition=Ready pod -l app.kubernetes.io/name=${name} --timeout=5m
kubectl apply -f testrun.yaml
kubectl logs -f job/${name}-coordinator
\`\`\`

The coordinator waits ten minutes for its ${segments} runners, performs one stage, and ends with the exit code of
\`plumbline load\`. It publishes, and its probes and sentinels measure, on one machine with one clock: every latency
that is claimed or gated is theirs. The histogram of the generators compares clocks of several machines, and is for
their counts alone. Neither floor nor ceiling are measured: what the generators add is not known there.

Should the coordinator be lost, the runners close their connections and end. One whose server answers no close does not:
\`kubectl delete -f testrun.yaml\` ends it.
`;
}
