import { posix } from 'node:path';
import { InputError } from './contract.ts';
import { isObject, type Json } from './json.ts';
import { refuse } from './read-yaml.ts';
import type { SurfaceFiles } from './surface-files.ts';

/**
 * The AsyncAPI document speaks of every message schema, itself or through another schema, and every schema
 * bears the address of its own file, so that references between them lead where they seem to.
 * @throws InputError with file and line.
 */
export function proveMessages({ surface, document, schemas }: SurfaceFiles): void {
  const reached = new Set<string>();
  const follow = (from: string, node: Json): void => {
    for (const target of references(node)) {
      const name = posix.join(posix.dirname(from), target.replace(/#.*$/, '')).replace('.schema.json', '');
      const schema = schemas[name];
      if (!schema || reached.has(name)) continue;
      reached.add(name);
      follow(name, schema.value);
    }
  };
  follow('asyncapi', document.value);
  for (const [name, file] of Object.entries(schemas)) {
    const id = isObject(file.value) ? file.value.$id : undefined;
    if (typeof id === 'string' && !id.endsWith(`/specs/${surface}/${name}.schema.json`)) {
      refuse(file, ['$id'], `the $id must end with /specs/${surface}/${name}.schema.json, as the file does`);
    }
    if (name.startsWith('messages/') && !reached.has(name)) {
      throw new InputError(`${file.file}:1: ${document.file} refers to it nowhere: a message nobody sends`);
    }
  }
}

/** Every reference to another file. */
function references(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(references);
  if (!isObject(node)) return [];
  const own = typeof node.$ref === 'string' && !node.$ref.startsWith('#') ? [node.$ref] : [];
  return [...own, ...Object.values(node).flatMap(references)];
}
