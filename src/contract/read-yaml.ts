import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { InputError } from './contract.ts';
import type { Json } from './json.ts';

/** A YAML (or JSON) file in memory, with the line of every value in it. */
export interface YamlFile {
  readonly file: string;
  readonly value: Json;
  /** Line (1-based) of the value at a path of keys; of its nearest ancestor where it is absent. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
}

/**
 * Reads a YAML or JSON file. `label` is how messages name it.
 * @throws InputError with file, line and the parser's reason where it cannot be read or parsed.
 */
export async function readYaml(path: string, label = path): Promise<YamlFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new InputError(`${label}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`, {
      cause,
    });
  }
  return parseYaml(text, label);
}

/** As `readYaml`, of a text that is there already. */
export function parseYaml(text: string, label: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problem = document.errors[0];
  if (problem) {
    throw new InputError(
      `${label}:${lines.linePos(problem.pos[0]).line}: not valid YAML: ${problem.message}`,
    );
  }
  let value: Json;
  try {
    value = (document.toJS({ maxAliasCount: 100 }) ?? null) as Json;
  } catch (cause) {
    throw new InputError(`${label}: ${(cause as Error).message}`, { cause });
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
  return { file: label, value, lineOf };
}

/** @throws InputError that names the line of the value at `path`. */
export function refuse(file: YamlFile, path: readonly (string | number)[], reason: string): never {
  throw new InputError(`${file.file}:${file.lineOf(path)}: ${reason}`);
}
