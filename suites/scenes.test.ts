import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sceneDisagreement } from '../src/conform/scene-verdict.ts';
import type { Contract } from '../src/contract/contract.ts';
import { loadContract } from '../src/contract/load.ts';
import { readYaml } from '../src/contract/read-yaml.ts';
import { type SurfaceName, surfaceNames } from '../src/contract/requirement.ts';
import { packageRoot } from '../src/contract/spec-files.ts';
import { type SceneEntry, wholeScenes } from '../src/suite/scene-recording.ts';
import type { Target } from '../src/target/target.ts';
import { suites } from './index.ts';

let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
}, 180_000);

const right = { surplus: [], missed: [], unpassed: [] };

describe.each(surfaceNames)('the judge is right about a scene of %s', async (surface) => {
  const file = await readYaml(join(packageRoot(), 'specs', surface, 'samples', 'scenes.yaml'));
  const { recordings } = file.value as unknown as { readonly recordings: readonly SceneEntry[] };
  const scenes = wholeScenes(recordings);

  it.each(scenes)('$dialect: $name', (entry) => {
    const { requirements } = contract[surface];
    const suite = suites[surface](contract, entry.dialect);
    expect(sceneDisagreement(entry, suite, requirements, targetOf(surface, entry.dialect))).toEqual(right);
  });

  it('and there are ten good and ten bad recordings of each surface at the least', async () => {
    const { value } = await readYaml(join(packageRoot(), 'specs', surface, 'samples', 'recordings.yaml'));
    const all = [
      ...(value as unknown as typeof file.value & { recordings: SceneEntry[] }).recordings,
      ...scenes,
    ];
    const good = all.filter(({ fails }) => fails.length === 0).length;
    expect(good).toBeGreaterThanOrEqual(10);
    expect(all.length - good).toBeGreaterThanOrEqual(10);
  });

  it('where all is well something passes, else something fails', () => {
    const idle = scenes.filter(({ fails, passes }) => fails.length === 0 && passes.length === 0);
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});

/** A target of which nothing is known but its name: the recordings hold all that there is to judge. */
function targetOf(surface: SurfaceName, dialect: string): Target {
  const known = {
    name: 'sample',
    dialect,
    headers: {},
    tls: {},
    capabilities: [],
    deadlines: { connectMs: 1, answerMs: 1 },
    warmupMs: 0,
    dedicated: true,
    limits: {},
    excludes: [],
    pins: {},
    secrets: [],
    drivers: [],
    at: '',
  } as const;
  switch (surface) {
    case 'emit':
      return { ...known, surface, urls: { ws: 'wss://sample.test' }, spaces: [] };
    case 'beam':
      return { ...known, surface, urls: { ws: 'wss://sample.test' }, tokens: {} };
    case 'pusher':
      return {
        ...known,
        surface,
        urls: {},
        role: 'application',
        app: { key: 'sample' },
        clients: [],
        capabilities: Object.keys(contract.pusher.rules.features),
      };
  }
}
