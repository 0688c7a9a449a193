import { InputError } from '../contract/contract.ts';
import type { Json } from '../contract/json.ts';
import type { YamlFile } from '../contract/read-yaml.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A file after its `${NAME}` have been filled in, and what they were filled in with. */
export interface Filled {
  readonly file: YamlFile;
  /** Value → the variable it came from: what a message must not show. */
  readonly from: ReadonlyMap<string, string>;
}

const references = /\$(\$\{)|\$\{([^}]*)\}/g;
const form = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Fills in `${NAME}` and `${NAME:-default}` in every text of a file, keys aside; `$${` is a literal `${`.
 * It works on what was parsed, so that no value can change the shape of the file.
 * @throws InputError naming the variable, file and line where it is not set. An empty one counts as not
 * set: it is what CI makes of a secret that is not there.
 */
export function fillIn(file: YamlFile, env: Environment): Filled {
  const from = new Map<string, string>();
  const text = (raw: string, path: readonly (string | number)[]): string =>
    raw.replace(references, (whole, escaped: string | undefined, inner: string | undefined) => {
      if (escaped !== undefined) return '${';
      const [, name, fallback] = form.exec(inner ?? '') ?? [];
      // A default may be a secret.
      const reference = whole.replace(/:-.*$/s, ':-…}');
      const at = `${file.file}:${file.lineOf(path)}: ${path.join('.')}`;
      if (name === undefined) {
        throw new InputError(
          `${at}: ${reference} names no environment variable; write $\${ to mean it literally`,
        );
      }
      const value = env[name] || undefined;
      if (value !== undefined) from.set(value, name);
      const found = value ?? fallback;
      if (found === undefined) {
        const what = env[name] === undefined ? 'is not set' : 'is empty';
        throw new InputError(
          `${at}: the environment variable ${name} ${what}; set it, or give a default: \${${name}:-…}`,
        );
      }
      return found;
    });
  const walk = (node: Json, path: readonly (string | number)[]): Json => {
    if (typeof node === 'string') return text(node, path);
    if (Array.isArray(node)) return node.map((item: Json, at) => walk(item, [...path, at]));
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value, [...path, key])]));
  };
  return { file: { ...file, value: walk(file.value, []) }, from };
}

/** A message with the names of variables in the place of their values: no secret may get into one. */
export function withNames(message: string, from: ReadonlyMap<string, string>): string {
  const values = [...from].filter(([value]) => value.length >= 4).sort(([a], [b]) => b.length - a.length);
  return values.reduce((text, [value, name]) => text.replaceAll(value, `\${${name}}`), message);
}
