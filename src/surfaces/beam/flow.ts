import type { BeamOperationName } from '../../contract/beam-rules.ts';
import type { Flow, FlowStep } from '../../contract/flow.ts';
import { isObject, type JsonObject } from '../../contract/json.ts';
import type { BeamVerbs } from './verbs.ts';

/** A step of a flow as it is performed: repeats told apart, numbered from 1. */
export interface FlowMove {
  readonly n: number;
  readonly step: FlowStep;
  /** Which repeat of its step it is, from 1. */
  readonly repeat: number;
}

/** The steps of a flow, each repeat a move of its own. */
export function movesOf(flow: Flow): FlowMove[] {
  return flow.steps
    .flatMap((step) => Array.from({ length: step.times ?? 1 }, (_, at) => ({ step, repeat: at + 1 })))
    .map((move, at) => ({ ...move, n: at + 1 }));
}

/** Operations that a flow asks its handler for. */
export function operationsOf(flow: Flow): readonly string[] {
  return [...new Set(flow.steps.flatMap((step) => withOf(step).op ?? []).map(String))];
}

/** Connections that perform a flow: those that its steps name, else as many as the variant has. */
export function lanesOf(flow: Flow, variant: string): readonly string[] {
  const named = flow.steps.flatMap((step) => withOf(step).on ?? []);
  if (named.length > 0) return [...new Set(named.map(String))];
  return variant === 'two-connections' ? ['one', 'two'] : ['only'];
}

/** Lanes on which a step is performed. */
export function lanesOfStep(flow: Flow, variant: string, step: FlowStep): readonly string[] {
  const { on } = withOf(step);
  return typeof on === 'string' ? [on] : lanesOf(flow, variant);
}

/** Name of the input that a move of a lane sends, or whose output it awaits. */
export function inputName(flow: Flow, lane: string, move: FlowMove): string {
  const { name, of } = withOf(move.step);
  const key = String(of ?? name ?? '');
  const many = flow.steps.some((step) => withOf(step).name === key && (step.times ?? 1) > 1);
  return many ? `${lane} ${key} ${move.repeat}` : `${lane} ${key}`;
}

/** Name of the recorded step in which a move of a lane was awaited. */
export function moveName(lane: string, n: number): string {
  return `${lane} ${n}`;
}

/** The name under which an input is sent once more, on a new connection. */
export function againName(name: string): string {
  return `${name} again`;
}

/** What a step carries: the words are explained in specs/beam/flows/one-input.yaml. */
export function withOf(step: FlowStep): JsonObject {
  return isObject(step.with) ? step.with : {};
}

/** Performs a flow on the connections of a variant. The recording tells the rest. */
export async function performFlow(flow: Flow, variant: string, beam: BeamVerbs): Promise<void> {
  const lanes = lanesOf(flow, variant).map((name) => new Lane(name, flow, beam));
  await together(lanes.map((lane) => beam.open(lane.peer)));
  const moves = movesOf(flow);
  const half = Math.ceil(moves.length / 2);
  const isShared = flow.steps.some((step) => withOf(step).on !== undefined);
  const perform = async (lane: Lane, part: readonly FlowMove[]): Promise<void> => {
    for (const move of part) await lane.perform(move);
  };
  if (isShared) {
    for (const move of moves) {
      await lanes.find((lane) => lane.name === withOf(move.step).on)?.perform(move);
    }
  } else {
    await together(
      lanes.map(async (lane) => {
        await perform(lane, moves.slice(0, half));
        if (variant === 'reconnect-midway') {
          await beam.cut(lane.peer);
          await lane.reconnect();
        }
        await perform(lane, moves.slice(half));
      }),
    );
  }
  // What a lane is answered now comes after all that it, or another, was answered before.
  await together(
    lanes.map(async (lane) => {
      await beam.input(lane.peer, fenceName(lane.name), { op: 'transform' });
      await beam.output(fenceName(lane.name), fenceName(lane.name));
    }),
  );
}

/** Name of the last input of a lane, which comes after all those of the flow. */
export function fenceName(lane: string): string {
  return `${lane} fence`;
}

/** One connection of a flow, and the one that follows it. */
class Lane {
  readonly name: string;
  readonly #flow: Flow;
  readonly #beam: BeamVerbs;
  readonly #sent = new Map<string, { readonly op: BeamOperationName; readonly n?: number }>();
  readonly #pending = new Set<string>();
  #peer: string;
  /** The handler has been made to fail: the server may have closed the connection (A20.failure). */
  #failed = false;

  constructor(name: string, flow: Flow, beam: BeamVerbs) {
    this.name = name;
    this.#peer = name;
    this.#flow = flow;
    this.#beam = beam;
  }

  get peer(): string {
    return this.#peer;
  }

  async perform(move: FlowMove): Promise<void> {
    const { step } = move;
    const name = inputName(this.#flow, this.name, move);
    if (step.verb === 'input') await this.#input(name, step);
    if (step.await === undefined) return;
    const asked = this.#beam.hasInput(againName(name)) ? againName(name) : name;
    const came = await this.#beam.output(moveName(this.name, move.n), asked, {
      ...(step.owns === undefined ? {} : { owns: step.owns }),
      ...(this.#failed && asked === name ? { again: () => this.#askAgain(name) } : {}),
    });
    if (came) this.#pending.delete(name);
  }

  /** A new connection takes the place of the old one; what was not answered there is asked again. */
  async reconnect(): Promise<void> {
    const old = this.#peer;
    this.#peer = againName(old);
    await this.#beam.open(this.#peer);
    for (const name of [...this.#pending])
      await this.#beam.input(this.#peer, againName(name), this.#asked(name));
  }

  async #input(name: string, step: FlowStep): Promise<void> {
    const { op, n } = withOf(step);
    const operation: BeamOperationName = op === 'stream' || op === 'fail' ? op : 'transform';
    const asked = { op: operation, ...(typeof n === 'number' ? { n } : {}) };
    this.#sent.set(name, asked);
    if (this.#failed && !this.#beam.isOpen(this.#peer)) await this.reconnect();
    await this.#beam.input(this.#peer, name, {
      ...asked,
      ...(step.owns === undefined ? {} : { owns: step.owns }),
    });
    if (asked.op === 'fail') this.#failed = true;
    else this.#pending.add(name);
  }

  async #askAgain(name: string): Promise<string> {
    await this.reconnect();
    return againName(name);
  }

  #asked(name: string): { readonly op: BeamOperationName; readonly n?: number } {
    const asked = this.#sent.get(name);
    if (!asked) throw new Error(`the flow sent no input ${name}`);
    return asked;
  }
}

/** Runs all to their end, however one of them ends, and then fails with the first that failed. */
async function together(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}
