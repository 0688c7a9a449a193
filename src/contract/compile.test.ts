import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileContract, compileSurface } from './compile.ts';
import { InputError } from './contract.ts';
import type { JsonObject } from './json.ts';
import type { SurfaceName } from './requirement.ts';
import { packageRoot, specFiles } from './spec-files.ts';
import { readSchema, readSurfaceFiles } from './surface-files.ts';

let specs: string;
const formats: Record<string, JsonObject> = {};
beforeAll(async () => {
  specs = join(mkdtempSync(join(tmpdir(), 'plumbline-specs-')), 'specs');
  cpSync(join(packageRoot(), 'specs'), specs, { recursive: true });
  for (const name of specFiles(specs).filter((one) => one.startsWith('formats/'))) {
    formats[basename(name, '.schema.json')] = (await readSchema(specs, name)).value;
  }
});
afterAll(() => rmSync(join(specs, '..'), { recursive: true }));

/** Compiles the specs with one text in one file replaced; gives what was thrown, and the line of the change. */
async function compileWith(
  file: string,
  from: string,
  to: string,
): Promise<{ error: unknown; line: number }> {
  const path = join(specs, file);
  const whole = readFileSync(path, 'utf8');
  const at = whole.indexOf(from);
  if (at < 0) throw new Error(`${file} does not hold ${from}`);
  const line = whole.slice(0, at).split('\n').length;
  writeFileSync(
    path,
    whole.replace(from, () => to),
  );
  try {
    await compile(file);
    return { error: undefined, line };
  } catch (error) {
    return { error, line };
  } finally {
    writeFileSync(path, whole);
  }
}

/** As much as a file can break: the whole takes seconds, and what lies in one surface is compiled by itself. */
async function compile(file: string): Promise<unknown> {
  const [surface = ''] = file.split('/');
  if (surface === 'formats' || file.endsWith('asyncapi.yaml')) return compileContract(specs, 'test');
  return compileSurface(await readSurfaceFiles(specs, specFiles(specs), surface as SurfaceName, formats));
}

interface Break {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** After `specs/<file>:<line>: `, where the line is that of the change. */
  readonly says: string;
  /** Lines from the change to the one that is named, where that is another. */
  readonly line?: number | 'any';
}

async function expectRefusal({ file, from, to, says, line = 0 }: Break): Promise<void> {
  const { error, line: changed } = await compileWith(file, from, to);
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as Error;
  expect(message).toContain(line === 'any' ? `specs/${file}:` : `specs/${file}:${changed + line}: `);
  expect(message).toContain(says);
}

it('the specs compile', { timeout: 180_000 }, async () => {
  const { emit, pusher, beam, formats, hash } = await compileContract(specs, 'test');
  expect(hash).toBe('test');
  expect([pusher, beam, emit].map(({ document }) => document.version)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  expect(emit.rules.events.acked).toMatchObject({ terminal: false, nothingAfter: [] });
  expect(beam.extras.handler).toMatchObject({ format: 'plumbline-beam-handler/1' });
  expect(Object.keys(formats)).toContain('requirements');
});

describe('a file that is not as it should be is refused with its line:', () => {
  it.each<Break>([
    {
      what: 'broken YAML',
      file: 'emit/rules.yaml',
      from: 'root: /api/v1',
      to: 'root: [/api/v1',
      says: 'not valid YAML',
      line: 1,
    },
    {
      what: 'a key twice',
      file: 'beam/rules.yaml',
      from: 'limits: {',
      to: 'surface: beam\nlimits: {',
      says: 'not valid YAML: Map keys must be unique',
    },
    {
      what: 'an unknown key in rules',
      file: 'emit/rules.yaml',
      from: '    undecided:',
      to: '    undecidet:',
      says: 'streams.job has no key "undecidet"',
    },
    {
      what: 'an unknown key in a row of a matrix',
      file: 'pusher/rules.yaml',
      from: 'auth: null, refused',
      to: 'auht: null, refused',
      says: 'channelAuth.rows.none has no key "auht"',
    },
    {
      what: 'an unknown key in a requirement',
      file: 'emit/requirements.yaml',
      from: '    includes: [E10,',
      to: '    include: [E10,',
      says: 'has no key "include"',
    },
    {
      what: 'an unknown verb in a flow',
      file: 'emit/flows/happy-path.yaml',
      from: 'verb: ack',
      to: 'verb: akc',
      says: 'steps.1.verb must be one of submit',
    },
    {
      what: 'a level that is none',
      file: 'emit/requirements.yaml',
      from: 'level: MUST',
      to: 'level: MIGHT',
      says: 'requirements.0.level must be one of MUST, SHOULD, MAY, INFO',
    },
    {
      what: 'a MUST that is only inferred',
      file: 'emit/requirements.yaml',
      from: 'basis: sentence',
      to: 'basis: inferred',
      says: 'requirements.0.level must be one of SHOULD, MAY, INFO',
      line: -1,
    },
  ])('$what', expectRefusal);
});

describe('a name of something that is not there is refused with its line:', () => {
  it.each<Break>([
    {
      what: 'a requirement, in rules',
      file: 'emit/rules.yaml',
      from: 'requirements: [E29]',
      to: 'requirements: [E299]',
      says: 'E299 is no requirement of specs/emit/requirements.yaml',
    },
    {
      what: 'a requirement, as a key',
      file: 'beam/rules.yaml',
      from: 'B10i: [401, 403], BH4: [401] }, twin: valid, openPoint: A17 }\n    empty',
      to: 'B10bi: [401, 403], BH4: [401] }, twin: valid, openPoint: A17 }\n    empty',
      says: 'B10bi is no requirement of specs/beam/requirements.yaml',
    },
    {
      what: 'a requirement, in a flow',
      file: 'emit/flows/happy-path.yaml',
      from: 'owns: E30',
      to: 'owns: E300',
      says: 'E300 is no requirement of specs/emit/requirements.yaml',
    },
    {
      what: 'a requirement, in a schema',
      file: 'emit/messages/progress.schema.json',
      from: '"E38"',
      to: '"E380"',
      says: 'E380 is no requirement of specs/emit/requirements.yaml',
    },
    {
      what: 'a requirement, in another one',
      file: 'emit/requirements.yaml',
      from: 'includes: [E10,',
      to: 'includes: [E100,',
      says: 'E100 is no requirement of specs/emit/requirements.yaml',
    },
    {
      what: 'an open point',
      file: 'emit/rules.yaml',
      from: 'openPoint: A30.worker-job',
      to: 'openPoint: A30.workers',
      says: 'A30.workers is no open point of specs/emit/rules.yaml',
    },
    {
      what: 'a credential',
      file: 'emit/rules.yaml',
      from: '      read:     { scope: full, requirements: [E23] }',
      to: '      reader:   { scope: full, requirements: [E23] }',
      says: '"reader" is no credential: there are read,',
    },
    {
      what: 'a twin',
      file: 'pusher/rules.yaml',
      from: "auth: '{key}:', refused: [PS3], twin: right",
      to: "auth: '{key}:', refused: [PS3], twin: none",
      says: '"none" is no twin that is admitted: there are right',
    },
    {
      what: 'a state',
      file: 'emit/rules.yaml',
      from: 'to: delivered, event: delivered',
      to: 'to: sent, event: delivered',
      says: '"sent" is no state: there are pending, delivered',
    },
    {
      what: 'an event',
      file: 'emit/rules.yaml',
      from: 'to: running, event: acked',
      to: 'to: running, event: acknowledged',
      says: '"acknowledged" is no event: there are init, delivered',
    },
    {
      what: 'a reading',
      file: 'beam/rules.yaml',
      from: 'pinned: { beta9: admitted }',
      to: 'pinned: { beta9: welcome }',
      says: '"welcome" is no reading: there are refused, admitted',
    },
    {
      what: 'a dialect',
      file: 'beam/rules.yaml',
      from: 'openPoint: A16, dialects: [document]',
      to: 'openPoint: A16, dialects: [documents]',
      says: '"documents" is no dialect: there are document, beta9',
    },
    {
      what: 'an event that a flow waits for',
      file: 'emit/flows/happy-path.yaml',
      from: 'await: acked',
      to: 'await: ackt',
      says: '"ackt" is no event: there are init, delivered',
    },
    {
      what: 'a canary that is not planted',
      file: 'emit/flows/happy-path.yaml',
      from: 'output: $result, count: 3 }, await',
      to: 'output: $error, count: 3 }, await',
      says: '$error is not planted',
    },
    {
      what: 'a flow in the file of another',
      file: 'emit/flows/happy-path.yaml',
      from: 'id: emit/happy-path',
      to: 'id: emit/happy',
      says: 'emit/happy stands in the file of emit/happy-path',
    },
    {
      what: 'a file, in a schema',
      file: 'emit/messages/progress.schema.json',
      from: '"envelope.schema.json"',
      to: '"envelop.schema.json"',
      says: 'there is no messages/envelop.schema.json in specs/emit',
    },
    {
      what: 'a file, in an AsyncAPI document',
      file: 'beam/asyncapi.yaml',
      from: './messages/heartbeat.schema.json',
      to: './messages/heartbeet.schema.json',
      says: 'there is no messages/heartbeet.schema.json in specs/beam',
    },
  ])('$what', expectRefusal);
});

describe('requirements that contradict one another are refused with their line:', () => {
  it.each<Break>([
    {
      what: 'an id twice',
      file: 'beam/requirements.yaml',
      from: '- id: B2\n',
      to: '- id: B1\n',
      says: 'B1 is there a second time',
    },
    {
      what: 'two that say the same and bind differently',
      file: 'pusher/requirements.yaml',
      from: 'sameAs: [D45]',
      to: 'sameAs: [M6i]',
      says: 'M6 is MUST and M6i is SHOULD: not the same',
    },
    {
      what: 'a document that nobody named',
      file: 'beam/requirements.yaml',
      from: 'document: "002"',
      to: 'document: "022"',
      says: 'no document "022" above',
    },
  ])('$what', expectRefusal);
});

describe('a schema that does not compile is refused by name:', () => {
  it.each<Break>([
    {
      what: 'of a message',
      file: 'emit/messages/acked.schema.json',
      from: '"type": "object"',
      to: '"type": "objekt"',
      says: 'does not compile',
      line: 'any',
    },
    {
      what: 'of a message, in a draft that is none',
      file: 'emit/messages/acked.schema.json',
      from: '"$schema": "http://json-schema.org/draft-07/schema#"',
      to: '"$schema": "constructor"',
      says: 'does not compile: $schema "constructor": there is only "http://json-schema.org/draft-07/schema#"',
      line: 'any',
    },
    {
      what: 'of a message, with a keyword that JSON Schema does not know',
      file: 'pusher/rest/webhook.schema.json',
      from: '"type": "object"',
      to: '"type": "object", "minimumLength": 1',
      says: 'does not compile: strict mode: unknown keyword: "minimumLength"',
      line: 'any',
    },
    {
      what: 'of our own files',
      file: 'formats/flow.schema.json',
      from: '"minItems": 1',
      to: '"minItem": 1',
      says: 'does not compile: strict mode: unknown keyword: "minItem"',
      line: 'any',
    },
  ])('$what', expectRefusal);
});

describe('a message schema', () => {
  it('that is no object is refused', async () => {
    const path = join(specs, 'beam/messages/heartbeat.schema.json');
    const whole = readFileSync(path);
    writeFileSync(path, '[]');
    await expect(compile('beam/messages')).rejects.toThrow(
      'specs/beam/messages/heartbeat.schema.json:1: a JSON Schema is an object',
    );
    writeFileSync(path, whole);
  });

  it('that bears the address of another is refused', () =>
    expectRefusal({
      what: '',
      file: 'emit/messages/acked.schema.json',
      from: 'messages/acked.schema.json',
      to: 'messages/delivered.schema.json',
      says: 'the $id must end with /specs/emit/messages/acked.schema.json',
    }));

  it('that the AsyncAPI document does not speak of is refused', async () => {
    const { error } = await compileWith('emit/asyncapi.yaml', './messages/job-event.', './messages/acked.');
    expect((error as Error).message).toBe(
      'specs/emit/messages/job-event.schema.json:1: specs/emit/asyncapi.yaml refers to it nowhere: a message that nobody sends',
    );
  });
});

describe('an AsyncAPI document', () => {
  it.each<Break>([
    {
      what: 'without a title is refused',
      file: 'pusher/asyncapi.yaml',
      from: 'info:\n  title: Job events over the Pusher protocol\n',
      to: 'info:\n',
      says: '"info" property must have required property "title"',
    },
    {
      what: 'that refers to a part it does not have is refused',
      file: 'pusher/asyncapi.yaml',
      from: "'#/components/messages/pong'",
      to: "'#/components/messages/pongg'",
      says: "'#/components/messages/pongg' does not exist",
      // The parser names the place that leads there, and there are several.
      line: 'any',
    },
  ])('$what', { timeout: 120_000 }, expectRefusal);

  it('is refused where it is missing', async () => {
    const path = join(specs, 'beam/asyncapi.yaml');
    const whole = readFileSync(path);
    rmSync(path);
    await expect(compile('beam')).rejects.toThrow('specs/beam/asyncapi.yaml: no such file');
    writeFileSync(path, whole);
  });
});
