import { isObject, type Json, type JsonObject, parseJson, sameJson } from '../../contract/json.ts';
import type { Job, Recording } from '../../suite/recording.ts';

/**
 * An output as a program foretells it: a text that stands in the frame, or members that its JSON object has.
 * Some program knows what a handler that is not ours makes of an input; that a frame then comes which bears
 * just that is how such a handler is known, and how its connection is proven.
 */
export type Foretold = string | JsonObject;

/** Characters below which a text is too easily hit upon by chance. */
const least = 16;

/** What was foretold of an input; undefined where the published handler answers it. */
export function foretoldOf(job: Job): readonly Foretold[] | undefined {
  const { outputs } = job.about;
  return Array.isArray(outputs) ? (outputs as Foretold[]) : undefined;
}

/** Positions of the foretold outputs of an input that a frame holds, from 0. */
export function positionsIn(job: Job, text: string, content: Json | undefined): readonly number[] {
  return (foretoldOf(job) ?? []).flatMap((output, at) => (bears(text, content, output) ? [at] : []));
}

/** True where a program, and not the published handler, speaks for the handler of a recording. */
export function isForetold(recording: Recording): boolean {
  return Object.values(recording.jobs).some((job) => foretoldOf(job) !== undefined);
}

/** What makes a program's foretelling useless as evidence, in words; undefined: it can be used. */
export function flawIn(sent: string, outputs: readonly Json[], wanted: number, used: ReadonlySet<string>) {
  if (outputs.length !== wanted) return `foretells ${outputs.length} outputs where ${wanted} are asked for`;
  for (const [at, output] of outputs.entries()) {
    if (!isForetellable(output)) return `foretells no text or object as output ${at}`;
    const text = written(output);
    if (text.length < least) return `foretells less than ${least} characters of output ${at}`;
    // Else a server that echoes would pass for the handler, and one that repeats itself too.
    if (bears(sent, parseJson(sent), output))
      return `foretells of output ${at} what stands in the input itself`;
    if (used.has(text)) return `foretells of output ${at} what it has foretold before`;
    const alike = outputs.findIndex(
      (other, n) => n !== at && isForetellable(other) && bears(written(other), other, output),
    );
    if (alike >= 0) return `cannot tell output ${at} from output ${alike}`;
  }
  return undefined;
}

/** A foretold output as one text. */
export function written(output: Json): string {
  return typeof output === 'string' ? output : JSON.stringify(output);
}

function isForetellable(output: Json): output is Foretold {
  return typeof output === 'string' || isObject(output);
}

function bears(text: string, content: Json | undefined, output: Foretold): boolean {
  if (typeof output === 'string') return text.includes(output);
  const objects = Array.isArray(content) ? content : [content];
  return objects.some(
    (one) =>
      isObject(one) &&
      Object.entries(output).every(([key, value]) => Object.hasOwn(one, key) && sameJson(one[key], value)),
  );
}
