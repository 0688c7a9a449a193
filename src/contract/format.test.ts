import { describe, expect, it } from 'vitest';
import { InputError } from './contract.ts';
import { checkFormat, type Formats, proveFormats } from './format.ts';
import { parseYaml } from './read-yaml.ts';

const draft = 'https://json-schema.org/draft/2020-12/schema';
const formats: Formats = {
  parts: {
    $schema: draft,
    $id: 'https://example.test/parts.schema.json',
    $defs: { name: { type: 'string', pattern: '^[a-z]+$' } },
  },
  job: {
    $schema: draft,
    $id: 'https://example.test/job.schema.json',
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { $ref: 'parts.schema.json#/$defs/name' },
      kind: { enum: ['image', 'other'] },
      'a/b': { type: 'integer' },
      steps: {
        type: 'array',
        items: { type: 'object', unevaluatedProperties: false, properties: { verb: { const: 'poll' } } },
      },
    },
  },
};

function messageOf(text: string): string {
  try {
    checkFormat(formats, 'job', parseYaml(text, 'job.yaml'));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return 'accepted';
}

describe('a file of the right form', () => {
  it('is accepted', () => {
    expect(messageOf('name: video\nkind: image\nsteps: [{ verb: poll }]')).toBe('accepted');
  });
});

describe('a file of another form is refused with line, place and advice', () => {
  it.each([
    [
      'an unknown key',
      'name: video\nkinds: image\n',
      'job.yaml:2: the file has no key "kinds"; remove it or check its spelling',
    ],
    [
      'an unknown key, deep inside',
      'name: video\nsteps:\n  - { verb: poll }\n  - verb: poll\n    vreb: poll\n',
      'job.yaml:5: steps.1 has no key "vreb"; remove it or check its spelling',
    ],
    ['a missing key', 'kind: image\n', 'job.yaml:1: the file needs the key "name"'],
    ['another value', 'name: video\nkind: picture\n', 'job.yaml:2: kind must be one of image, other'],
    ['another constant', 'name: video\nsteps:\n  - verb: pull\n', 'job.yaml:3: steps.0.verb must be "poll"'],
    ['another type', '\nname: 5\n', 'job.yaml:2: name must be string'],
    ['a pattern of another schema', 'name: Video\n', 'job.yaml:1: name must match pattern "^[a-z]+$"'],
    ['a key with a slash', 'name: video\na/b: x\n', 'job.yaml:2: a/b must be integer'],
    ['nothing at all', '', 'job.yaml:1: the file must be object'],
  ])('%s', (_, text, message) => {
    expect(messageOf(text)).toBe(message);
  });
});

describe('a schema', () => {
  it('that is not there is refused by name', () => {
    expect(() => checkFormat(formats, 'profile', parseYaml('{}', 'profile.yaml'))).toThrow(
      'specs/formats/profile.schema.json: no such file',
    );
  });

  it.each([
    ['an unknown keyword', { $schema: draft, type: 'object', minItem: 1 }, 'unknown keyword: "minItem"'],
    [
      'a draft that is none',
      { $schema: 'constructor', type: 'object' },
      '$schema "constructor": there is only',
    ],
    ['a type that is none', { $schema: draft, type: 'objekt' }, 'schema is invalid'],
    [
      'a reference that leads nowhere',
      { $schema: draft, $ref: 'nowhere.schema.json' },
      "can't resolve reference nowhere.schema.json",
    ],
    [
      'a required key that it does not describe',
      { $schema: draft, type: 'object', required: ['a'] },
      'required property "a" is not defined',
    ],
  ])('with %s does not compile, and is named', (_, schema, reason) => {
    const message = (): void => proveFormats({ ...formats, broken: schema });
    expect(message).toThrow('specs/formats/broken.schema.json: does not compile');
    expect(message).toThrow(reason);
  });
});
