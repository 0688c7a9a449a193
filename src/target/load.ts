import { type Contract, InputError } from '../contract/contract.ts';
import { checkFormat } from '../contract/format.ts';
import type { JsonObject } from '../contract/json.ts';
import { readText } from '../contract/read-text.ts';
import { parseYaml, type YamlFile } from '../contract/read-yaml.ts';
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
  const { file, from } = fillIn(parsed(await readText(where), where), context.env);
  try {
    const targets = await targetsIn(file, where, context.contract);
    return targets.map((target) => ({ ...target, secrets: secretsFrom(from, target) }));
  } catch (cause) {
    if (cause instanceof InputError)
      throw new InputError(withNames(cause.message, from), { cause: cause.cause });
    throw cause;
  }
}

/**
 * The targets of entries that are in memory, such as those of a server in this process, read exactly as
 * a file of them would be, except that `${…}` stays what it is. `label` is where they are from.
 * `proven` entries are our own: they are not held against the format, which takes a while to compile.
 * @throws InputError as `loadTargets`.
 */
export async function targetsOf(
  entries: readonly JsonObject[],
  label: string,
  contract: Contract,
  options: { readonly proven?: boolean } = {},
): Promise<Target[]> {
  // There is no text that lines could be counted in.
  const file: YamlFile = { file: label, value: { targets: entries }, lineOf: () => 1 };
  const targets = await targetsIn(file, undefined, contract, options.proven);
  return targets.map((target) => ({ ...target, at: label }));
}

async function targetsIn(
  file: YamlFile,
  path: string | undefined,
  contract: Contract,
  proven = false,
): Promise<Target[]> {
  if (!proven) checkFormat(contract.formats, 'target', file);
  const { targets } = file.value as unknown as { readonly targets: readonly JsonObject[] };
  const entries = targets.map((value, at) => new Entry(value, file, at));
  proveNames(entries);
  for (const entry of entries) prove(entry, contract);
  return Promise.all(entries.map(async (entry) => complete(entry, await readTls(entry, path))));
}

/** What came from the environment and is no name, no address and no public key: a token in a body, a password. */
function secretsFrom(from: ReadonlyMap<string, string>, target: Target): string[] {
  const { name, urls, control, tls } = target;
  const app = target.surface === 'pusher' ? [target.app.id, target.app.key] : [];
  const owners =
    target.surface === 'emit' ? target.spaces : target.surface === 'pusher' ? target.clients : [];
  const known = JSON.stringify([name, urls, control, tls, app, owners.map(({ id }) => id)]);
  return [...from.keys()].filter((value) => !known.includes(JSON.stringify(value).slice(1, -1)));
}

/** `${NAME}` without quotes is fine on a line of its own, but breaks YAML's short form: worth a word. */
function parsed(text: string, path: string): YamlFile {
  try {
    return parseYaml(text, path);
  } catch (cause) {
    if (!(cause instanceof InputError) || !cause.message.includes('not valid YAML')) throw cause;
    if (!/[{,]\s*[\w-]+:\s*\$\{/.test(text)) throw cause;
    throw new InputError(`${cause.message}; between { and }, "\${NAME}" needs its quotes`, { cause });
  }
}
