import { join } from 'node:path';
import { InputError } from './contract.ts';
import { mergePatch } from './emit-dialect.ts';
import { checkFormat, type Formats } from './format.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { readYaml, type YamlFile } from './read-yaml.ts';
import type { SurfaceName } from './requirement.ts';

/** Every file of one surface but its samples, read, and held against its format where it has one. */
export interface SurfaceFiles {
  readonly surface: SurfaceName;
  readonly requirements: YamlFile;
  readonly rules: YamlFile;
  readonly flows: readonly YamlFile[];
  readonly document: YamlFile;
  /** Message schemas by file name without its suffix: `messages/progress`, `rest/poll-reply`. */
  readonly schemas: Readonly<Record<string, YamlFile>>;
  /** Further data files by name, such as the beam handler. */
  readonly extras: Readonly<Record<string, YamlFile>>;
}

/**
 * Reads what lies in `specs/<surface>`.
 * @param names of all files below `specs`
 * @throws InputError naming file, line and reason.
 */
export async function readSurfaceFiles(
  specs: string,
  names: readonly string[],
  surface: SurfaceName,
  formats: Formats,
): Promise<SurfaceFiles> {
  const read = (name: string): Promise<YamlFile> => readYaml(join(specs, name), `specs/${name}`);
  const readAs = async (format: string, name: string): Promise<YamlFile> => {
    const file = await read(name);
    checkFormat(formats, format, file);
    return file;
  };
  const flows: YamlFile[] = [];
  const schemas: Record<string, YamlFile> = {};
  const extras: Record<string, YamlFile> = {};
  for (const name of names.filter((one) => one.startsWith(`${surface}/`))) {
    const short = name.slice(surface.length + 1);
    if (short.startsWith('flows/')) flows.push(await readAs('flow', name));
    else if (short.endsWith('.schema.json')) {
      schemas[short.replace('.schema.json', '')] = await readSchema(specs, name);
    } else if (!short.includes('/') && !ownFiles.has(short)) {
      extras[short.replace(/\.(?:ya?ml|json)$/, '')] = await read(name);
    }
  }
  return {
    surface,
    requirements: await readAs('requirements', `${surface}/requirements.yaml`),
    rules: checkVersions(formats, surface, await readAs(`rules-${surface}`, `${surface}/rules.yaml`)),
    document: await read(`${surface}/asyncapi.yaml`),
    flows,
    schemas,
    extras,
  };
}

/** What a dialect says instead is held against the same format, in its place. */
function checkVersions(formats: Formats, surface: SurfaceName, file: YamlFile): YamlFile {
  const { dialects } = file.value as { readonly dialects: Readonly<Record<string, Json>> };
  const versionOf = (name: string): Json => {
    const { extends: earlier, instead = {} } = dialects[name] as JsonObject;
    const base = typeof earlier === 'string' && earlier !== name ? versionOf(earlier) : file.value;
    return mergePatch(base, instead);
  };
  for (const [name, dialect] of Object.entries(dialects)) {
    if (!isObject(dialect) || dialect.instead === undefined) continue;
    const lineOf: YamlFile['lineOf'] = (path) => file.lineOf(['dialects', name, 'instead', ...path]);
    checkFormat(formats, `rules-${surface}`, { ...file, value: versionOf(name), lineOf });
  }
  return file;
}

/** Those that have a field of their own. */
const ownFiles = new Set(['requirements.yaml', 'rules.yaml', 'asyncapi.yaml']);

/** @throws InputError where a schema is no JSON, or no object. */
export async function readSchema(
  specs: string,
  name: string,
): Promise<YamlFile & { readonly value: JsonObject }> {
  const file = await readYaml(join(specs, name), `specs/${name}`);
  const { value } = file;
  if (!isObject(value)) throw new InputError(`specs/${name}:1: a JSON Schema is an object`);
  return { ...file, value };
}
