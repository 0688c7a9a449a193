import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { InputError } from './contract.ts';
import type { Json } from './json.ts';
import { readText } from './read-text.ts';

/** A YAML (or JSON) file in memory, with the line of every value in it. */
export interface YamlFile {
  readonly file: string;
  readonly value: Json;
  /** Line (1-based) of the value at a path of keys; of its nearest ancestor where it is absent. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
}

/** Levels of nesting, and values (those that aliases repeat counted again), that a file of ours may have. */
const most = { levels: 100, values: 1_000_000 };

/**
 * Reads a YAML or JSON file. `label` is how messages name it.
 * @throws InputError with file, line and the parser's reason where it cannot be read or parsed.
 */
export async function readYaml(path: string, label = path): Promise<YamlFile> {
  return parseYaml(await readText(path, label), label);
}

/** As `readYaml`, of a text that is there already. */
export function parseYaml(text: string, label: string): YamlFile {
  const lines = new LineCounter();
  const document = parse(text, label, lines);
  // A warning is about a tag or a directive that would be dropped without a word.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    throw new InputError(
      `${label}:${lines.linePos(problem.pos[0]).line}: not valid YAML: ${reasonOf(problem)}`,
    );
  }
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return;
      const line = lines.linePos(alias.range?.[0] ?? 0).line;
      throw new InputError(
        `${label}:${line}: an alias (*…) of something that has no anchor above; text that begins with * needs quotes`,
      );
    },
    Pair(_key, { key }) {
      if (isScalar(key)) return;
      const line = lines.linePos((key as { range?: readonly number[] } | null)?.range?.[0] ?? 0).line;
      throw new InputError(`${label}:${line}: a key that is no text`);
    },
  });
  let value: Json;
  try {
    value = (document.toJS({ maxAliasCount: 100 }) ?? null) as Json;
  } catch (cause) {
    // What remains when the above has passed: aliases that blow up.
    throw new InputError(`${label}: ${tooMuch(cause)}`, { cause });
  }
  const lineOf = (path: readonly (string | number)[]): number => {
    let node: unknown = document.contents;
    let line = 1;
    for (const key of path) {
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
        if (isScalar(pair?.key) && pair.key.range) line = lines.linePos(pair.key.range[0]).line;
        next = pair?.value;
      } else if (isSeq(node)) {
        next = node.items[Number(key)];
        const range = (next as { range?: [number, number, number] } | undefined)?.range;
        if (range) line = lines.linePos(range[0]).line;
      }
      if (next === undefined || next === null) break;
      node = next;
    }
    return line;
  };
  const file = { file: label, value, lineOf };
  proveJson(file);
  return file;
}

/** @throws InputError that names the line of the value at `path`. */
export function refuse(file: YamlFile, path: readonly (string | number)[], reason: string): never {
  throw new InputError(`${file.file}:${file.lineOf(path)}: ${reason}`);
}

function parse(text: string, label: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
  } catch (cause) {
    throw new InputError(`${label}: ${tooMuch(cause)}`, { cause });
  }
}

function tooMuch(cause: unknown): string {
  return cause instanceof RangeError
    ? `nested deeper than ${most.levels} levels`
    : 'its aliases stand for more than a file may hold';
}

/** What the parser says, without what it quotes of the file: there may be a secret in that line. */
function reasonOf({ code, message }: YAMLError): string {
  if (/call stack/.test(message)) return `nested deeper than ${most.levels} levels`;
  const quotes = ['UNEXPECTED_TOKEN', 'TAG_RESOLVE_FAILED', 'BAD_DIRECTIVE', 'BAD_ALIAS', 'IMPOSSIBLE'];
  return quotes.includes(code) ? message.replace(/: .*$/s, '') : message;
}

/**
 * YAML can say more than JSON: dates, bytes, sets, numbers that are none, and what contains itself.
 * @throws InputError where a file does.
 */
function proveJson(file: YamlFile): void {
  let values = 0;
  const walk = (node: unknown, path: readonly (string | number)[]): void => {
    values += 1;
    if (values > most.values) throw new InputError(`${file.file}: holds more than ${most.values} values`);
    if (path.length > most.levels) refuse(file, path, `nested deeper than ${most.levels} levels`);
    if (node === null || typeof node === 'string' || typeof node === 'boolean') return;
    if (typeof node === 'number' && Number.isFinite(node)) return;
    if (Array.isArray(node)) {
      for (const [at, item] of node.entries()) walk(item, [...path, at]);
      return;
    }
    if (typeof node !== 'object' || Object.getPrototypeOf(node) !== Object.prototype) {
      refuse(file, path, 'a value that JSON does not know; write it as text, in quotes');
    }
    for (const [key, item] of Object.entries(node)) walk(item, [...path, key]);
  };
  walk(file.value, []);
}
