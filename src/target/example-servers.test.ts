import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadContract } from '../contract/load.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { exampleServer, exampleServers } from './example-servers.ts';
import { loadTargets } from './load.ts';
import { secretsOf } from './target.ts';

const contract = await loadContract();

/** Every variable that a text has no default for, set to something of its own. */
function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `value-of-${name}`]),
  );
}

it('is there for the servers that people run', () => {
  expect(exampleServers()).toEqual([
    'beam-cloud',
    'emit-run',
    'pusher-hosted',
    'reverb',
    'sockudo',
    'soketi',
  ]);
});

it.each(exampleServers())('%s loads once its variables are set', async (name) => {
  const file = join(packageRoot(), 'examples', 'targets', `${name}.yaml`);
  const [target] = await loadTargets(file, { contract, env: environmentOf(exampleServer(name)) });
  expect(target?.drivers).not.toEqual(['none']);
  expect(target && secretsOf(target)).not.toEqual([]);
});

it.each(exampleServers())('%s says what must be configured, and what is not tested and why', (name) => {
  const text = exampleServer(name);
  expect(text).toMatch(/^# (Start|Have): /m);
  expect(text).toMatch(/^# Not tested here, and why:\n# - /m);
});

it('soketi is judged as `npm run interop` judges it, so that its baseline fits', () => {
  const [shown] = parse(exampleServer('soketi')).targets;
  const file = join(packageRoot(), 'scripts/interop/soketi/target.yaml');
  const [run] = parse(readFileSync(file, 'utf8')).targets;
  expect({ ...shown, urls: {}, app: {} }).toEqual({ ...run, urls: {}, app: {} });
});
