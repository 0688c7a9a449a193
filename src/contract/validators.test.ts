import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from './contract.ts';
import type { Json, JsonObject } from './json.ts';
import { loadContract } from './load.ts';
import { readYaml } from './read-yaml.ts';
import { surfaceNames } from './requirement.ts';
import { packageRoot } from './spec-files.ts';
import { compileValidators, type Validators } from './validators.ts';

interface Sample {
  readonly name: string;
  readonly message: string;
  readonly valid: boolean;
  readonly fails?: readonly string[];
  readonly json: Json;
}

interface Samples {
  readonly messages: readonly Sample[];
  readonly rest?: readonly Sample[];
  readonly vectors?: readonly {
    readonly name: string;
    readonly secret: string;
    readonly string: string;
    readonly signature: string;
  }[];
}

async function samplesOf(surface: string): Promise<Samples> {
  const { value } = await readYaml(join(packageRoot(), 'specs', surface, 'samples', 'document.yaml'));
  return value as unknown as Samples;
}

let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
}, 180_000);

describe.each(surfaceNames)('the samples of %s', async (surface) => {
  const { messages, rest = [], vectors = [] } = await samplesOf(surface);
  let validators: Validators;
  beforeAll(() => {
    validators = compileValidators(contract[surface]);
  });

  const entries = [
    ...messages.map((sample) => ({ ...sample, schema: schemaOf('messages', sample.message) })),
    ...rest.map((sample) => ({ ...sample, schema: schemaOf('rest', sample.message) })),
  ];
  it.each(entries)('$schema: $name', ({ schema, json, valid, fails = [] }) => {
    const found = new Set(validators.violations(schema, json).map(({ requirement }) => requirement));
    expect([...found].sort()).toEqual([...fails].sort());
    expect(found.size === 0).toBe(valid);
  });

  it('stand in the AsyncAPI document only where they are valid', async () => {
    for (const { payload, examples } of await documentedExamples(surface)) {
      for (const example of examples) expect(validators.violations(payload, example)).toEqual([]);
    }
  });

  it('are of every schema', () => {
    const unsampled = Object.keys(contract[surface].schemas).filter(
      (name) => !entries.some(({ schema }) => schema === name),
    );
    expect(unsampled).toEqual([]);
  });

  it.each(vectors)('hold the right signature: $name', ({ secret, string, signature }) => {
    expect(createHmac('sha256', secret).update(string).digest('hex')).toBe(signature);
  });
});

interface DocumentedMessage {
  readonly payload: { readonly $ref: string };
  readonly examples?: readonly { readonly payload: Json }[];
}

/** The examples that the AsyncAPI document gives, by the schema of their message: its parser does not try them. */
async function documentedExamples(surface: string) {
  const { value } = await readYaml(join(packageRoot(), 'specs', surface, 'asyncapi.yaml'));
  const { components } = value as unknown as { readonly components: { readonly messages: object } };
  return Object.values<DocumentedMessage>({ ...components.messages }).map(({ payload, examples = [] }) => ({
    payload: payload.$ref.replace(/^\.\/|\.schema\.json$/g, ''),
    examples: examples.map((example) => example.payload),
  }));
}

function schemaOf(folder: string, name: string): string {
  return name.includes('/') ? name : `${folder}/${name}`;
}

describe('a violation', () => {
  const violations = (schema: JsonObject, message: Json) =>
    compileValidators({ surface: 'emit', schemas: { one: schema } }).violations('one', message);
  const requirements = (schema: JsonObject, message: Json) =>
    violations(schema, message).map(({ requirement }) => requirement);

  it('is of the requirement of the nearest part around it', () => {
    const schema = {
      'x-requirement': 'E1',
      type: 'object',
      properties: {
        outer: {
          'x-requirement': 'E2',
          type: 'object',
          properties: { inner: { type: 'object', properties: { value: { type: 'string' } } } },
        },
      },
    };
    expect(requirements(schema, { outer: { inner: { value: 1 } } })).toEqual(['E2']);
    expect(requirements(schema, [])).toEqual(['E1']);
  });

  it('is of the part that is missing, where that has one', () => {
    const schema = {
      'x-requirement': 'E1',
      type: 'object',
      required: ['marked', 'plain'],
      properties: { marked: { 'x-requirement': 'E2' }, plain: {} },
    };
    expect(violations(schema, {})).toEqual([
      { requirement: 'E2', pointer: '', expected: 'the key "marked"' },
      { requirement: 'E1', pointer: '', expected: 'the key "plain"' },
    ]);
  });

  it('of a choice is one, and not one for each branch', () => {
    const schema = {
      'x-requirement': 'E1',
      anyOf: [
        { 'x-requirement': 'E2', type: 'string' },
        { 'x-requirement': 'E3', type: 'number' },
      ],
    };
    expect(requirements(schema, true)).toEqual(['E1']);
  });

  it('under `then` is of what stands there', () => {
    const schema = {
      'x-requirement': 'E1',
      type: 'string',
      if: { minLength: 2 },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: { 'x-requirement': 'E2', pattern: '^a' },
    };
    expect(requirements(schema, 'bc')).toEqual(['E2']);
  });

  it('of a key named like a keyword is of that key', () => {
    const schema = {
      'x-requirement': 'E1',
      type: 'object',
      properties: { const: { 'x-requirement': 'E2', type: 'string' } },
    };
    expect(requirements(schema, { const: 1 })).toEqual(['E2']);
  });

  it('shows where it is as a JSON pointer', () => {
    const schema = { 'x-requirement': 'E1', type: 'object', additionalProperties: { type: 'string' } };
    expect(violations(schema, { 'a/b': 1 })[0]).toMatchObject({
      pointer: '/a~1b',
      expected: 'a value of type string',
    });
  });
});

describe('the requirements that a schema covers', () => {
  it('are its own and those of the schemas that it refers to', () => {
    const id = (name: string): string => `https://example.test/${name}.schema.json`;
    const validators = compileValidators({
      surface: 'emit',
      schemas: {
        inner: { $id: id('inner'), 'x-requirement': 'E1', type: 'object' },
        outer: {
          $id: id('outer'),
          'x-requirement': 'E2',
          type: 'object',
          allOf: [{ $ref: 'inner.schema.json' }],
          properties: { a: { 'x-requirement': 'E3' } },
        },
      },
    });
    expect([...validators.covers('outer')].sort()).toEqual(['E1', 'E2', 'E3']);
  });
});
