import type { Json, JsonObject } from '../contract/json.ts';
import type { Stage } from '../suite/scene.ts';
import type { CommandDriver } from '../target/target.ts';
import { CommandClient } from '../wire/command.ts';
import type { Exchange } from '../wire/event.ts';

/** Under which misses of the program are counted, so that one that hangs is not waited for again and again. */
const precondition = 'command: a reply';

/**
 * Has the program of a target file perform a verb, and records it. What it says went wrong (`ok: false`) comes
 * back as an exchange with status 500.
 * @throws Error where the program itself broke: that is never the target's fault, and ends the scene as an error.
 */
export async function performByCommand(
  stage: Stage,
  command: CommandDriver | undefined,
  verb: string,
  args: JsonObject,
): Promise<Exchange> {
  if (command === undefined) throw new Error('the target file has no command');
  const { misses, recorder } = stage;
  const known = misses.known(precondition);
  if (known !== undefined) throw new Error(known);
  await stage.turn();
  const exchange = await programOf(stage, command.run).exchange(recorder.transcript, {
    verb,
    arguments: args,
    ms: stage.answerMs,
  });
  if (exchange.error === undefined) misses.clear(precondition);
  else {
    misses.add(precondition, `${verb}: ${exchange.error}`);
    throw new Error(`${verb}: ${exchange.error}`);
  }
  return exchange;
}

/** What is wrong with a reply that cannot be used, to be thrown: it breaks the scene, and blames nobody else. */
export function uselessReply({ url, json }: Exchange, what: string): Error {
  const said = JSON.stringify(json ?? null);
  return new Error(
    `${url.replace('command:', '')}: the result of the command ${what}: ${said.slice(0, 120)}`,
  );
}

/** True for what a program did for us, and no server answered to us. */
export function isByCommand({ method }: Pick<Exchange, 'method'>): boolean {
  return method === 'COMMAND';
}

/** What a program said went wrong. */
export function whyByCommand({ url, json }: Exchange): string {
  const said: Json = json ?? {};
  const words = typeof said === 'string' ? said : JSON.stringify(said);
  return `the command could not ${url.replace('command:', '')}: ${words.slice(0, 120)}`;
}

/** Ends the program of a run, if it was started. */
export async function closeCommand(shared: Map<string, unknown>): Promise<void> {
  const known = shared.get('command');
  if (known instanceof CommandClient) await known.close();
}

/** One program per target and run. */
function programOf(stage: Stage, run: string): CommandClient {
  const known = stage.shared.get('command');
  if (known instanceof CommandClient) return known;
  const made = new CommandClient(run);
  stage.shared.set('command', made);
  return made;
}
