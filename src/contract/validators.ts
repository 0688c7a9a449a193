import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { InputError, type SurfaceContract } from './contract.ts';
import { drafts, proveDraft } from './draft.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { keepingLatest } from './latest-answer.ts';

const addFormats = formats as unknown as (ajv: Ajv) => void;

/** One way in which a message is not as its schema says. */
export interface Violation {
  /** The requirement that the broken part of the schema stands for. */
  readonly requirement: string;
  /** JSON pointer into the message. */
  readonly pointer: string;
  readonly expected: string;
}

/** Judges messages by the schemas of one surface, and says which requirement each violation breaks. */
export interface Validators {
  /** Every violation of one schema; none: the message is valid. Throws on a name that is no schema. */
  readonly violations: (schema: string, message: Json) => readonly Violation[];
  /** Every requirement that a schema can find broken. */
  readonly covers: (schema: string) => readonly string[];
  readonly has: (schema: string) => boolean;
}

const compiled = new WeakMap<object, Validators>();

/**
 * The validators of a contract, compiled with the first question and once for all who ask: its dialects have the
 * same schemas, and `--list` must not pay for Ajv.
 * @throws InputError where a schema does not compile.
 */
export function validatorsOf(contract: Pick<SurfaceContract<unknown>, 'schemas' | 'surface'>): Validators {
  const known = compiled.get(contract);
  if (known) return known;
  const made = compileValidators(contract);
  compiled.set(contract, made);
  return made;
}

/**
 * Compiles the message schemas of one surface, all of them, strictly.
 * @throws InputError where one does not compile: never judge by half a contract.
 */
export function compileValidators(
  contract: Pick<SurfaceContract<unknown>, 'schemas' | 'surface'>,
): Validators {
  const ajv = new Ajv({ strict: true, allErrors: true, verbose: true, allowUnionTypes: true });
  addFormats(ajv);
  rememberDates(ajv);
  ajv.addVocabulary(['x-requirement']);
  const inherited = new Map<string, JsonObject>();
  for (const [name, schema] of Object.entries(contract.schemas)) {
    const whole = inherit(schema, undefined) as JsonObject;
    inherited.set(name, whole);
    naming(contract.surface, name, () => {
      proveDraft(whole, drafts.messages);
      ajv.addSchema(whole, typeof whole.$id === 'string' ? whole.$id : name);
    });
  }
  const functions = new Map<string, ValidateFunction>();
  const functionFor = (name: string): ValidateFunction => {
    const known = functions.get(name);
    if (known) return known;
    const schema = inherited.get(name);
    if (!schema) throw new Error(`no schema "${name}" in specs/${contract.surface}`);
    const key = typeof schema.$id === 'string' ? schema.$id : name;
    const made = naming(contract.surface, name, () => ajv.getSchema(key));
    if (!made) throw new Error(`the schema "${name}" of specs/${contract.surface} does not compile`);
    functions.set(name, made);
    return made;
  };
  const byId = new Map([...inherited].map(([name, schema]) => [String(schema.$id ?? name), name]));
  const covers = (name: string, seen = new Set<string>()): ReadonlySet<string> => {
    const ids = new Set<string>();
    if (seen.has(name)) return ids;
    seen.add(name);
    const schema = inherited.get(name);
    const walk = (node: Json | undefined): void => {
      if (Array.isArray(node)) for (const item of node) walk(item);
      if (!isObject(node)) return;
      if (typeof node['x-requirement'] === 'string') ids.add(node['x-requirement']);
      if (typeof node.$ref === 'string' && !node.$ref.startsWith('#')) {
        const base = typeof schema?.$id === 'string' ? schema.$id : 'file:///';
        const target = byId.get(new URL(node.$ref.split('#')[0] ?? '', base).href);
        if (target) for (const id of covers(target, seen)) ids.add(id);
      }
      for (const value of Object.values(node)) walk(value);
    };
    walk(schema);
    return ids;
  };
  const covered = new Map<string, readonly string[]>();
  return {
    has: (name) => inherited.has(name),
    covers: (name) => {
      const known = covered.get(name) ?? [...covers(name)];
      covered.set(name, known);
      return known;
    },
    violations: (name, message) => {
      const validate = functionFor(name);
      return validate(message) ? [] : attribute(validate.errors ?? []);
    },
  };
}

/** Dates are the dearest of the formats, and come to every viewer of a job alike. */
function rememberDates(ajv: Ajv): void {
  const dateTime = ajv.formats['date-time'];
  if (typeof dateTime !== 'object' || !('validate' in dateTime)) return;
  const { validate } = dateTime;
  if (typeof validate !== 'function') return;
  ajv.addFormat(
    'date-time',
    keepingLatest((text) => validate(text as never) === true),
  );
}

/**
 * Compiles every schema at once, so that a broken one is found before anything runs.
 * @throws InputError naming the file of the one that does not compile.
 */
export function proveCompilable(contract: Pick<SurfaceContract<unknown>, 'schemas' | 'surface'>): void {
  const validators = compileValidators(contract);
  for (const name of Object.keys(contract.schemas)) validators.violations(name, null);
}

function naming<T>(surface: string, name: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const file = `specs/${surface}/${name}.schema.json`;
    throw new InputError(`${file}: does not compile: ${(cause as Error).message}`, { cause });
  }
}

/** Every part of a schema bears the requirement of the part around it, unless it has its own. */
function inherit(node: Json, requirement: string | undefined, isMapOfSchemas = false): Json {
  if (Array.isArray(node)) return node.map((item) => inherit(item, requirement));
  if (!isObject(node)) return node;
  if (isMapOfSchemas) {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inherit(value, requirement)]));
  }
  const own = typeof node['x-requirement'] === 'string' ? node['x-requirement'] : requirement;
  const copy: Record<string, Json> = own === undefined ? {} : { 'x-requirement': own };
  for (const [key, value] of Object.entries(node)) {
    if (['enum', 'const', 'default', 'examples', 'required'].includes(key)) copy[key] = value;
    else
      copy[key] = inherit(
        value,
        own,
        ['properties', 'patternProperties', 'definitions', 'dependencies'].includes(key),
      );
  }
  return copy;
}

function attribute(errors: readonly ErrorObject[]): Violation[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const found = new Map<string, Violation>();
  for (const error of errors) {
    if (error.keyword === 'if') continue;
    const inChoice = choices.some(
      (choice) => error !== choice && error.schemaPath.startsWith(`${choice.schemaPath}/`),
    );
    if (inChoice) continue;
    const violation = {
      requirement: requirementOf(error),
      pointer: error.instancePath,
      expected: describe(error),
    };
    found.set(`${violation.requirement} ${violation.pointer} ${violation.expected}`, violation);
  }
  return [...found.values()];
}

function requirementOf(error: ErrorObject): string {
  const schema = error.parentSchema as Record<string, Json> | undefined;
  if (error.keyword === 'required') {
    const properties = schema?.properties;
    const missing = isObject(properties) ? properties[String(error.params.missingProperty)] : undefined;
    if (isObject(missing) && typeof missing['x-requirement'] === 'string') return missing['x-requirement'];
  }
  const own = schema?.['x-requirement'];
  return typeof own === 'string' ? own : 'unattributed';
}

function describe(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required':
      return `the key "${error.params.missingProperty}"`;
    case 'const':
      return JSON.stringify(error.params.allowedValue);
    case 'enum':
      return `one of ${(error.params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'type':
      return `a value of type ${error.params.type}`;
    case 'pattern':
      return `text matching ${error.params.pattern}`;
    case 'additionalProperties':
      return `no key "${error.params.additionalProperty}"`;
    case 'false schema':
      return 'nothing here';
    case 'not':
      return 'another shape than the forbidden one';
    default:
      return error.message ?? `${error.keyword} to hold`;
  }
}
