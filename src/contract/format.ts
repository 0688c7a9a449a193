import type { ErrorObject } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { InputError } from './contract.ts';
import type { JsonObject } from './json.ts';
import type { YamlFile } from './read-yaml.ts';

const addFormats = formats as unknown as (ajv: Ajv2020) => void;

/**
 * Holds a file against one of `specs/formats/*.schema.json`.
 * @throws InputError naming file, line, the place inside and what was expected there.
 */
export function checkFormat(schema: JsonObject, file: YamlFile): void {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  if (validate(file.value)) return;
  const errors = validate.errors ?? [];
  const error = mostTelling(errors);
  if (!error) throw new InputError(`${file.file}: not of the expected form`);
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const at =
    error.keyword === 'additionalProperties' ? [...path, String(error.params.additionalProperty)] : path;
  throw new InputError(`${file.file}:${file.lineOf(at)}: ${path.join('.') || 'the file'} ${describe(error)}`);
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
      return `has no key "${error.params.additionalProperty ?? error.params.unevaluatedProperty}"; remove it or check its spelling`;
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

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
