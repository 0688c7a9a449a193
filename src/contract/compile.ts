import { join } from 'node:path';
import { fromFile, Parser } from '@asyncapi/parser';
import { keepCompiled } from './compiled-file.ts';
import { type Contract, InputError, type SurfaceContract } from './contract.ts';
import { checkFormat } from './format.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { readFlow, readOpenPoints, readRequirements, readRules } from './normalize.ts';
import { readYaml, type YamlFile } from './read-yaml.ts';
import { type Requirement, type SurfaceName, surfaceNames } from './requirement.ts';
import { contractHash, specFiles } from './spec-files.ts';
import { proveCompilable } from './validators.ts';

/**
 * Compiles all specs to plain data. Fails closed: a file that does not parse, a schema that does not
 * compile, an id that names no requirement, any diagnostic of the AsyncAPI parser stop it.
 * @throws InputError naming file, line and reason.
 */
export async function compileContract(specs: string, hash = contractHash(specs)): Promise<Contract> {
  const files = specFiles(specs);
  const formats: Record<string, JsonObject> = {};
  for (const file of files.filter((name) => name.startsWith('formats/'))) {
    formats[file.slice('formats/'.length).replace('.schema.json', '')] = await readSchema(specs, file);
  }
  const surfaces: Record<string, SurfaceContract<unknown>> = {};
  const all: Requirement[] = [];
  for (const surface of surfaceNames) {
    const made = await compileSurface(specs, files, surface, formats);
    surfaces[surface] = made;
    all.push(...made.requirements);
  }
  return { format: 'plumbline-contract/1', hash, formats, ...surfaces } as unknown as Contract;
}

async function compileSurface(
  specs: string,
  files: readonly string[],
  surface: SurfaceName,
  formats: Readonly<Record<string, JsonObject>>,
): Promise<SurfaceContract<unknown>> {
  const label = (file: string): string => `specs/${file}`;
  const open = async (file: string): Promise<YamlFile> => readYaml(join(specs, file), label(file));
  const checked = async (file: string, format: string): Promise<YamlFile> => {
    const read = await open(file);
    checkFormat(formats, format, read);
    return read;
  };

  const requirementsFile = await checked(`${surface}/requirements.yaml`, 'requirements');
  const requirements = readRequirements(surface, requirementsFile);
  const rulesFile = await checked(`${surface}/rules.yaml`, `rules-${surface}`);
  const rules = readRules(surface, rulesFile);
  const flows = [];
  for (const file of files.filter((name) => name.startsWith(`${surface}/flows/`))) {
    flows.push(readFlow(surface, await checked(file, 'flow')));
  }
  const schemas: Record<string, JsonObject> = {};
  const extras: Record<string, Json> = {};
  for (const file of files.filter((name) => name.startsWith(`${surface}/`))) {
    const name = file.slice(surface.length + 1);
    if (name.endsWith('.schema.json'))
      schemas[name.replace('.schema.json', '')] = await readSchema(specs, file);
    else if (!name.includes('/') && !['requirements.yaml', 'rules.yaml', 'asyncapi.yaml'].includes(name)) {
      extras[name.replace(/\.ya?ml$/, '')] = (await open(file)).value;
    }
  }
  const contract: SurfaceContract<unknown> = {
    surface,
    rules,
    requirements,
    flows,
    schemas,
    extras,
    openPoints: readOpenPoints(surface, rulesFile),
    dialects: dialectsOf(rulesFile),
    document: await parseAsyncApi(join(specs, surface, 'asyncapi.yaml'), label(`${surface}/asyncapi.yaml`)),
  };
  try {
    proveCompilable(contract);
  } catch (cause) {
    throw new InputError(`specs/${surface}: a message schema does not compile: ${(cause as Error).message}`, {
      cause,
    });
  }
  proveIds(contract, rulesFile);
  return contract;
}

async function readSchema(specs: string, file: string): Promise<JsonObject> {
  const { value } = await readYaml(join(specs, file), `specs/${file}`);
  if (!isObject(value)) throw new InputError(`specs/${file}: a JSON Schema is an object`);
  return value;
}

function dialectsOf(rules: YamlFile): Readonly<Record<string, readonly string[]>> {
  const dialects = isObject(rules.value) && isObject(rules.value.dialects) ? rules.value.dialects : {};
  return Object.fromEntries(
    Object.entries(dialects).map(([name, dialect]) => [
      name,
      isObject(dialect) ? ((dialect.documents ?? []) as string[]) : [],
    ]),
  );
}

/** Every id that rules, flows and schemas name must be a row of requirements.yaml. */
function proveIds(contract: SurfaceContract<unknown>, rules: YamlFile): void {
  const known = new Set(contract.requirements.map((requirement) => requirement.id));
  const points = new Set(contract.openPoints.map((point) => point.id));
  const looksLikeId = /^(?:E|B|BH|M|D|P[A-Z])\d+[a-z]?$/;
  const walk = (node: Json, path: (string | number)[], label: string, lineOf?: YamlFile['lineOf']): void => {
    const refuse = (id: string, what: string): never => {
      throw new InputError(
        `${label}${lineOf ? `:${lineOf(path)}` : ''}: ${id} is no ${what} of specs/${contract.surface}`,
      );
    };
    if (typeof node === 'string') {
      const key = path.at(-1);
      if (looksLikeId.test(node) && !known.has(node)) refuse(node, 'requirement');
      if (key === 'openPoint' && !points.has(node)) refuse(node, 'open point');
    } else if (Array.isArray(node)) {
      node.forEach((item, at) => {
        walk(item, [...path, at], label, lineOf);
      });
    } else if (isObject(node)) {
      for (const [key, value] of Object.entries(node)) {
        if (looksLikeId.test(key) && !known.has(key)) refuse(key, 'requirement');
        if (['settled', 'const', 'enum', 'examples'].includes(key)) continue;
        walk(value, [...path, key], label, lineOf);
      }
    }
  };
  walk(rules.value, [], rules.file, rules.lineOf);
  for (const flow of contract.flows) walk(flow as unknown as Json, [], flow.at);
  for (const [name, schema] of Object.entries(contract.schemas)) {
    walk(schema, [], `specs/${contract.surface}/${name}.schema.json`);
  }
}

async function parseAsyncApi(path: string, label: string): Promise<{ title: string; version: string }> {
  const { document, diagnostics } = await fromFile(new Parser(), path).parse();
  const worst = [...diagnostics].sort((a, b) => a.severity - b.severity)[0];
  if (worst && worst.severity <= 1) {
    throw new InputError(`${label}:${worst.range.start.line + 1}: ${worst.message}`);
  }
  if (!document) throw new InputError(`${label}: not an AsyncAPI document`);
  return { title: document.info().title(), version: document.info().version() };
}

/** `node contract-compiler.js --build ROOT` compiles ahead, into ROOT/dist/contract. */
const rootArgument = process.argv.indexOf('--build');
if (rootArgument > 0 && /(?:contract-compiler\.js|compile\.ts)$/.test(process.argv[1] ?? '')) {
  const root = process.argv[rootArgument + 1] ?? '.';
  try {
    const contract = await compileContract(join(root, 'specs'), contractHash(join(root, 'specs'), root));
    if (!keepCompiled(contract, join(root, 'dist', 'contract')))
      throw new InputError('dist/contract cannot be written');
  } catch (cause) {
    process.stderr.write(`${cause instanceof InputError ? cause.message : String(cause)}\n`);
    process.exit(2);
  }
}
