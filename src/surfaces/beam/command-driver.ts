import type { BeamOperationName } from '../../contract/beam-rules.ts';
import { isObject } from '../../contract/json.ts';
import type { Job } from '../../suite/recording.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { BeamTarget } from '../../target/target.ts';
import type { Frame } from '../../wire/event.ts';
import { performByCommand, uselessReply, whyByCommand } from '../command-program.ts';
import { type Foretold, flawIn, positionsIn, written } from './foretold.ts';
import type { InputDriver, Proof, WrittenInput } from './input-driver.ts';
import { contentOf, textOf } from './message.ts';

/**
 * Has a program of the user's speak for a handler that is not ours. Inputs travel over our own connections, for
 * it is these that are judged; so the program does not send. It writes the frame that its handler understands,
 * and foretells what the handler will make of it: something that depends on the nonce and does not stand in the
 * input. Who sends it back has done that work. It proves less than the published handler does, whose key nobody
 * but it and us knows: a server that is made to know the same handler could forge it.
 */
export class CommandDriver implements InputDriver {
  readonly #target: BeamTarget;
  readonly #stage: Stage;

  constructor(target: BeamTarget, stage: Stage) {
    this.#target = target;
    this.#stage = stage;
  }

  async write(nonce: string, op: BeamOperationName, n?: number): Promise<WrittenInput> {
    const body = { nonce, op, ...(n === undefined ? {} : { n }) };
    const exchange = await performByCommand(this.#stage, this.#target.command, 'input', { body });
    if (exchange.status !== 200) throw new SceneStopped(whyByCommand(exchange));
    const { send, outputs } = isObject(exchange.json) ? exchange.json : {};
    if (typeof send !== 'string') throw uselessReply(exchange, 'has no text to send');
    if (!Array.isArray(outputs)) throw uselessReply(exchange, 'has no list of outputs');
    const used = usedBy(this.#stage);
    const flaw = flawIn(send, outputs, { transform: 1, stream: n ?? 0, fail: 0 }[op], used);
    if (flaw !== undefined) throw uselessReply(exchange, flaw);
    for (const output of outputs) used.add(written(output));
    return { send, outputs: outputs as readonly Foretold[] };
  }

  proofIn(input: Job, frame: Frame): Proof {
    return positionsIn(input, textOf(frame), contentOf(frame)).length > 0 ? 'valid' : 'wrong';
  }
}

/** All that the program of this run has foretold, of whatever input. */
function usedBy({ shared }: Stage): Set<string> {
  const known = shared.get('foretold');
  if (known instanceof Set) return known as Set<string>;
  const made = new Set<string>();
  shared.set('foretold', made);
  return made;
}
