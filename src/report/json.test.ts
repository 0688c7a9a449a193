import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../contract/spec-files.ts';
import { json } from './json.ts';
import { ndjson } from './ndjson.ts';
import { caseOf, cases, check, events, header, hostile, staleVerdict, written } from './sample-run.ts';

const schema = JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/result.schema.json'), 'utf8'));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(schema, 'result');

function violations(name: string, value: unknown): unknown {
  const validate = ajv.getSchema(name);
  if (!validate) throw new Error(`no schema ${name}`);
  return validate(value) ? [] : validate.errors;
}

describe('the JSON result', () => {
  it('is as its schema says', async () => {
    expect(violations('result', JSON.parse(await written(json, events)))).toEqual([]);
  });

  it('holds the run, each target with its verdict, and every case as it came', async () => {
    const result = JSON.parse(await written(json, events));
    expect(Object.keys(result)).toEqual([
      'format',
      'tool',
      'startedAt',
      'seed',
      'command',
      'targets',
      'verdict',
      'exit',
      'reason',
      'knownOnly',
      'scope',
      'totals',
      'exercised',
      'durationMs',
      'cases',
      'openPoints',
      'complete',
    ]);
    expect(result.targets[1]).toMatchObject({ name: 'relay', role: 'relay', verdict: 'conformant', exit: 0 });
    expect(result.cases).toHaveLength(cases.length);
    expect(result.cases[1].findings[1].actual).toBe(hostile);
    expect(result).toMatchObject({ complete: true, durationMs: 3141, totals: { must: { failed: 3 } } });
  });

  it('holds what became of a baseline, and whether the rounds agreed', async () => {
    const repeated = { result: 'flaky', counts: { passed: 2, failed: 1 } } as const;
    const moody = caseOf('emit/moody', [check('failed', { flaky: true, repeated })], {
      findings: [{ requirement: 'E10', rule: 'leak', expected: 'a', actual: 'b', shape: '{a: string}' }],
    });
    const told = [header, moody, staleVerdict, { event: 'footer', complete: true, cases: 1 }] as const;
    const result = JSON.parse(await written(json, told));
    expect(violations('result', result)).toEqual([]);
    expect(result.baseline).toEqual(staleVerdict.baseline);
    expect(result.repeat).toEqual({ rounds: 3, consistent: 13, flaky: 1, unsettled: 1 });
    expect(result.cases[0].checks[0].repeated).toEqual(repeated);
    const lines = (await written(ndjson, told)).trimEnd().split('\n');
    for (const line of lines) expect(violations('result#/$defs/line', JSON.parse(line)), line).toEqual([]);
  });

  it('is not written of a run that has no end', async () => {
    await expect(written(json, events.slice(0, -1))).rejects.toThrow('no end');
  });
});

describe('the NDJSON stream', () => {
  it('is one line for each event, each as its schema says, the footer last', async () => {
    const lines = (await written(ndjson, events)).trimEnd().split('\n');
    expect(lines).toHaveLength(events.length);
    for (const line of lines) expect(violations('result#/$defs/line', JSON.parse(line)), line).toEqual([]);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ event: 'footer', complete: true, cases: cases.length });
  });
});
