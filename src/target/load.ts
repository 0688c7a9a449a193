import { readFile } from 'node:fs/promises';
import { type Contract, InputError } from '../contract/contract.ts';
import { checkFormat } from '../contract/format.ts';
import type { JsonObject } from '../contract/json.ts';
import { parseYaml, readYaml, type YamlFile } from '../contract/read-yaml.ts';
import { readTls } from './certificate.ts';
import { complete } from './defaults.ts';
import { Entry } from './entry.ts';
import { type Environment, fillIn, withNames } from './environment.ts';
import { entryOfUrl, isUrl } from './from-url.ts';
import { prove, proveNames } from './prove.ts';
import type { Target } from './target.ts';

/** What a target file is held against and filled in from. */
export interface LoadContext {
  readonly contract: Contract;
  readonly env: Environment;
}

/**
 * The targets that a file (YAML or JSON) lists, or the one that a URL names.
 * @throws InputError naming file, line and what to do. No message holds the value of a variable.
 */
export async function loadTargets(where: string, context: LoadContext): Promise<Target[]> {
  if (isUrl(where)) return targetsOf([entryOfUrl(where, context.env)], '--target', context.contract);
  const { file, from } = fillIn(await readYaml(where).catch(withAdvice(where)), context.env);
  try {
    return await targetsIn(file, where, context.contract);
  } catch (cause) {
    if (cause instanceof InputError)
      throw new InputError(withNames(cause.message, from), { cause: cause.cause });
    throw cause;
  }
}

/**
 * The targets of entries that are in memory, such as those of a server in this process, read exactly as
 * a file of them would be, except that `${…}` stays what it is. `label` is where they are from.
 * @throws InputError as `loadTargets`.
 */
export async function targetsOf(
  entries: readonly JsonObject[],
  label: string,
  contract: Contract,
): Promise<Target[]> {
  const file = parseYaml(JSON.stringify({ targets: entries }), label);
  const targets = await targetsIn(file, undefined, contract);
  return targets.map((target) => ({ ...target, at: label }));
}

async function targetsIn(file: YamlFile, path: string | undefined, contract: Contract): Promise<Target[]> {
  checkFormat(contract.formats, 'target', file);
  const { targets } = file.value as unknown as { readonly targets: readonly JsonObject[] };
  const entries = targets.map((value, at) => new Entry(value, file, at));
  proveNames(entries);
  for (const entry of entries) prove(entry, contract);
  return Promise.all(entries.map(async (entry) => complete(entry, await readTls(entry, path))));
}

/** `${NAME}` without quotes is fine on a line of its own, but breaks YAML's short form: worth a word. */
function withAdvice(path: string): (cause: unknown) => Promise<never> {
  return async (cause) => {
    if (!(cause instanceof InputError) || !cause.message.includes('not valid YAML')) throw cause;
    const text = await readFile(path, 'utf8');
    if (!/[{,]\s*[\w-]+:\s*\$\{/.test(text)) throw cause;
    throw new InputError(`${cause.message}; between { and }, "\${NAME}" needs its quotes`, { cause });
  };
}
