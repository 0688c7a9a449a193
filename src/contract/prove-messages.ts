import { posix } from 'node:path';
import { isObject, type Json } from './json.ts';
import { refuse, type YamlFile } from './read-yaml.ts';
import type { SurfaceFiles } from './surface-files.ts';

/**
 * Every reference to a file leads to one, the AsyncAPI document speaks of every message schema, itself or
 * through another schema, and every schema bears the address of its own file, by which others refer to it.
 * @throws InputError with file and line.
 */
export function proveMessages({ surface, document, schemas }: SurfaceFiles): void {
  const reached = new Set<string>();
  const follow = (from: string, file: YamlFile): void => {
    for (const { target, path } of references(file.value)) {
      const name = posix.join(posix.dirname(from), target.replace(/#.*$/, '')).replace('.schema.json', '');
      const schema = schemas[name];
      if (!schema) refuse(file, path, `there is no ${name}.schema.json in specs/${surface}`);
      if (reached.has(name)) continue;
      reached.add(name);
      follow(name, schema);
    }
  };
  follow('asyncapi', document);
  for (const [name, file] of Object.entries(schemas)) {
    if (name.startsWith('messages/') && !reached.has(name)) {
      refuse(file, [], `${document.file} refers to it nowhere: a message that nobody sends`);
    }
  }
  for (const [name, file] of Object.entries(schemas)) {
    follow(name, file);
    const id = isObject(file.value) ? file.value.$id : undefined;
    if (typeof id === 'string' && !id.endsWith(`/specs/${surface}/${name}.schema.json`)) {
      refuse(file, ['$id'], `the $id must end with /specs/${surface}/${name}.schema.json, as the file does`);
    }
  }
}

interface Reference {
  readonly target: string;
  readonly path: readonly (string | number)[];
}

/** Every reference to another file. */
function references(node: Json, path: Reference['path'] = []): Reference[] {
  if (Array.isArray(node)) return node.flatMap((item, at) => references(item, [...path, at]));
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    const here = [...path, key];
    if (key === '$ref' && typeof value === 'string')
      return value.startsWith('#') ? [] : [{ target: value, path: here }];
    return references(value, here);
  });
}
