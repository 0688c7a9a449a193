import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { surfaceNames } from '../contract/requirement.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { exampleTarget } from './example.ts';
import { loadTargets } from './load.ts';
import { smallContract } from './small-contract.ts';

const contract = smallContract(
  JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/target.schema.json'), 'utf8')),
);

function written(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'plumbline-example-')), 'targets.yaml');
  writeFileSync(file, text);
  return file;
}

/** Every variable that a text names, set to something. */
function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name ?? '', 'value']));
}

it.each(surfaceNames)('the example of a %s target loads once its variables are set', async (surface) => {
  const text = exampleTarget(surface);
  const [target] = await loadTargets(written(text), { contract, env: environmentOf(text) });
  expect(target).toMatchObject({ surface });
  expect(target?.drivers).not.toEqual(['none']);
});

it.each(surfaceNames)('and so does each line of it that is commented out', async (surface) => {
  const text = exampleTarget(surface)
    .replace(/^( {4,})# (?= *(- \{|- id|[\w]+:))/gm, '$1')
    .replace('requirement: ID', `requirement: ${contract[surface].requirements[0]?.id}`)
    .replace(/^ +pins:.*$/m, '')
    .replace(/^ +tls:.*$/m, '')
    // Shown as another way to write a line that is there already.
    .replace(/^ +(read: \{ value|Where a token|More spaces|A space of|A client of).*$/gm, '');
  const [target] = await loadTargets(written(text), { contract, env: environmentOf(text) });
  expect(target).toMatchObject({
    limits: { jobs: 100 },
    control: expect.any(String),
  });
  if (target?.surface === 'emit') expect(target.command?.verbs).toContain('create');
  if (target?.surface === 'emit')
    expect(target.spaces.map(({ tenant }) => tenant)).toEqual(['own', 'foreign']);
  if (target?.surface === 'pusher')
    expect(target.clients.map(({ tenant }) => tenant)).toEqual(['own', 'foreign']);
});

it('without them it says which one is missing', async () => {
  const file = written(exampleTarget('beam'));
  await expect(loadTargets(file, { contract, env: {} })).rejects.toThrow(
    'environment variable BEAM_TOKEN is not set',
  );
});
