import type { Contract } from '../../../src/contract/contract.ts';
import { onReference } from './reference-thread.ts';
import { replay } from './replay.ts';
import type { Line, TargetScript } from './script.ts';

/** Scripts that a replay follows, and what was struck from them for that. */
export interface Rehearsed {
  readonly scripts: readonly TargetScript[];
  /** Arrivals that are no longer waited for. */
  readonly struck: number;
  readonly of: number;
}

const mostRehearsals = 3;

/**
 * Plays scripts on new servers, and strikes the arrivals that do not come again: those that one viewer saw because it came
 * a moment earlier than another. Who waited for them would measure its own patience.
 */
export async function rehearse(
  root: string,
  contract: Contract,
  recorded: readonly TargetScript[],
  quietMs?: number,
): Promise<Rehearsed> {
  let scripts = recorded;
  let struck = 0;
  let of = 0;
  for (let n = 1; n <= mostRehearsals; n++) {
    const { awaited, astray } = await onReference(root, contract, (_entries, host) =>
      replay(scripts, host, quietMs),
    );
    if (n === 1) of = awaited;
    const lost = new Set<Line>(astray.map(({ line }) => line));
    if (lost.size === 0) break;
    struck += lost.size;
    scripts = scripts.map((script) => without(script, lost));
  }
  return { scripts, struck, of };
}

function without(script: TargetScript, lost: ReadonlySet<Line>): TargetScript {
  const kept = (lines: readonly Line[]): readonly Line[] => lines.filter((line) => !lost.has(line));
  const scenes = script.scenes.map((scene) => ({
    ...scene,
    lines: kept(scene.lines),
    drain: kept(scene.drain),
  }));
  return { ...script, scenes };
}
