import type { BeamRules } from '../../contract/beam-rules.ts';
import type { SurfaceContract } from '../../contract/contract.ts';
import { isObject } from '../../contract/json.ts';
import { validatorsOf } from '../../contract/validators.ts';
import { type Finding, instead } from '../../suite/judgement.ts';
import { valueAt } from '../../suite/pointer.ts';
import type { Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';
import { dialectOf } from './dialect.ts';
import { foretoldOf, isForetold } from './foretold.ts';
import { contentOf, inputOf, isHeartbeat, shown } from './message.ts';

/** What one frame breaks by its form alone, and what it could be judged by. */
export interface Form {
  readonly judged: readonly string[];
  readonly broken: readonly (Omit<Finding, 'frame' | 'scene'> & { readonly requirement: string })[];
}

/** Judges the form of frames under one dialect: text, JSON, an object; heartbeats by a schema of their own. */
export function formsOf(contract: SurfaceContract<BeamRules>, dialect: string): (frame: Frame) => Form {
  const { heartbeat, output } = dialectOf(contract.rules, dialect);
  const asked = heartbeat.requirements?.form ?? [];
  const own = `messages/realtime-output-${dialect}`;
  const outputs = contract.schemas[own] ? own : 'messages/realtime-output';

  return (frame) => {
    const beats = isHeartbeat(heartbeat, frame);
    const content = contentOf(frame);
    const judged = ['B8i', 'B8'];
    const broken: (Omit<Finding, 'frame' | 'scene'> & { requirement: string })[] = [];
    if (beats || isObject(content)) judged.push(...asked);
    if (frame.binary) {
      const actual = `a binary frame of ${frame.bytes} bytes`;
      for (const requirement of beats || isObject(content) ? ['B8i', ...asked] : ['B8i']) {
        broken.push({ requirement, rule: 'binary', expected: 'a text frame', actual });
      }
    }
    if (content === undefined) {
      if (output === 'text') return { judged, broken };
      const seen = shown(frame);
      broken.push({ requirement: 'B8', rule: 'not-json', expected: 'one JSON value', ...seen });
      return { judged, broken };
    }
    if (!beats && output !== 'json-object') return { judged, broken };
    const schema = beats ? 'messages/heartbeat' : outputs;
    if (beats && asked.length === 0) return { judged, broken };
    judged.push(...validatorsOf(contract).covers(schema));
    for (const { requirement, pointer, expected } of validatorsOf(contract).violations(schema, content)) {
      const seen = instead(valueAt(content, pointer), pointer);
      broken.push({ requirement, rule: `schema ${pointer}`, expected, ...seen });
    }
    return { judged, broken };
  };
}

/**
 * Whether the form of a frame is the server's to answer for. Of a handler that is not ours it is only known
 * where a program foretold an object: what a handler returns that makes no objects is no object either.
 */
export function isFormKnown(rules: BeamRules, dialect: string, recording: Recording, frame: Frame): boolean {
  if (!isForetold(recording) || isHeartbeat(dialectOf(rules, dialect).heartbeat, frame)) return true;
  const job = inputOf(recording, frame);
  return job !== undefined && (foretoldOf(job)?.some((output) => typeof output === 'object') ?? false);
}

/** Every requirement that the form of a frame can break, without compiling a schema. */
export const formRequirements = ['B8', 'B8i', 'B16', 'BH5'] as const;
