import type { ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { InputError } from './contract.ts';
import { drafts, proveDraft } from './draft.ts';
import type { JsonObject } from './json.ts';
import type { YamlFile } from './read-yaml.ts';

const addFormats = formats as unknown as (ajv: Ajv2020) => void;

/** Schemas of our own files, by name: `flow`, `rules-emit`, `target` … */
export type Formats = Readonly<Record<string, JsonObject>>;

/**
 * Holds a file against one of `specs/formats/*.schema.json`, which may refer to the others.
 * @throws InputError naming file, line, the place inside and what was expected there.
 */
export function checkFormat(formats: Formats, name: string, file: YamlFile): void {
  const validate = compiledFormat(formats, name);
  if (validate(file.value)) return;
  const errors = validate.errors ?? [];
  const error = mostTelling(errors);
  if (!error) throw new InputError(`${file.file}: not of the expected form`);
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const extra = error.params.additionalProperty ?? error.params.unevaluatedProperty;
  const at = extra === undefined ? path : [...path, String(extra)];
  const where = path.map(shown).join('.') || 'the file';
  throw new InputError(`${file.file}:${file.lineOf(at)}: ${where} ${describe(error)}`);
}

/** @throws InputError naming the schema of `formats` that does not compile. */
export function proveFormats(formats: Formats): void {
  const ajv = compilerOf(formats, {});
  for (const name of Object.keys(formats)) naming(name, () => ajv.getSchema(name));
}

/** They were proven when the contract was compiled: each start is to pay for what it needs alone. */
const proven: Options = { validateSchema: false, inlineRefs: false, code: { optimize: false } };

const compilers = new WeakMap<Formats, Ajv2020>();

function compiledFormat(formats: Formats, name: string): ValidateFunction {
  const ajv = compilers.get(formats) ?? compilerOf(formats, proven);
  compilers.set(formats, ajv);
  const validate = naming(name, () => ajv.getSchema(name));
  if (!validate) throw new InputError(`specs/formats/${name}.schema.json: no such file`);
  return validate;
}

function compilerOf(formats: Formats, options: Options): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, ...options });
  addFormats(ajv);
  for (const [name, schema] of Object.entries(formats)) {
    naming(name, () => {
      proveDraft(schema, drafts.formats);
      ajv.addSchema(schema, name);
    });
  }
  return ajv;
}

function naming<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new InputError(`specs/formats/${name}.schema.json: does not compile: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** The deepest error says the most; the branches of a choice say less than the choice. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length;
  const plain = errors.filter((error) => !['if', 'anyOf', 'oneOf', 'not'].includes(error.keyword));
  return [...(plain.length > 0 ? plain : errors)].sort((a, b) => depth(b) - depth(a))[0];
}

function describe(error: ErrorObject): string {
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `has no key "${shown(String(error.params.additionalProperty ?? error.params.unevaluatedProperty))}"; remove it or check its spelling`;
    case 'required':
      return `needs the key "${error.params.missingProperty}"`;
    case 'enum':
      return `must be one of ${(error.params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(error.params.allowedValue)}`;
    default:
      return error.message ?? 'is not as expected';
  }
}

/** A key as a message may quote it: one that looks like a credential was put in the wrong place. */
function shown(key: string): string {
  return key.length <= 12 || /^[A-Za-z][A-Za-z_. -]{0,39}$/.test(key) ? key : '…';
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
