import { InputError } from '../../contract/contract.ts';
import { checkFormat, type Formats } from '../../contract/format.ts';
import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { LoadResult, Quantiles } from '../verdict/load-result.ts';
import type { LoadEvent } from './load-events.ts';
import { resultOfEvents } from './partial-result.ts';

const format = 'plumbline-load/1';

/** True where a text says of itself that it is of a load run: a result, or a stream. */
export function isLoad(text: string): boolean {
  const whole = parsed(text) ?? parsed(text.slice(0, text.indexOf('\n')));
  return isObject(whole) && whole.format === format;
}

/**
 * Reads `result.json` or `events.ndjson` of a load run; which of them it is, it says itself.
 * @throws InputError where it is neither, and where it is of a run that did not end, unless `partial` asks for that.
 */
export function readLoad(file: string, text: string, formats: Formats, partial = false): LoadResult {
  const whole = parsed(text);
  const result =
    isObject(whole) && whole.event === undefined
      ? ofResult(file, whole, formats)
      : readLoadEvents(file, text, formats);
  if (!result.complete && !partial) {
    throw new InputError(
      `${file}: is of a run that did not end, and would look like a whole one; --partial shows what there is of it`,
    );
  }
  return result;
}

/**
 * What a stream tells, in full or up to where it was killed: a stage that was not over is marked, and whatever the run
 * would have come to is incomplete, unless something was found that no generator can cause.
 * @throws InputError naming the line that is none.
 */
export function readLoadEvents(file: string, text: string, formats: Formats): LoadResult {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const events: LoadEvent[] = [];
  for (const [at, line] of lines.entries()) {
    const value = parsed(line);
    // A line that kill -9 has torn is the last one.
    if (value === undefined && at > 0 && at === lines.length - 1) break;
    const schema = isObject(value) ? lineSchemas[String(value.event)] : undefined;
    if (schema === undefined) throw new InputError(`${file}:${at + 1}: no event of a load run`);
    checkFormat(formats, `load-result#/$defs/${schema}`, {
      ...{ file, value: value as JsonObject, lineOf: () => at + 1 },
    });
    events.push(revived(value) as unknown as LoadEvent);
  }
  const [header] = events;
  if (header?.event !== 'header') throw new InputError(`${file}:1: no header of a load run`);
  return resultOfEvents(header, events);
}

const lineSchemas: Readonly<Record<string, string>> = {
  header: 'header',
  'stage-started': 'stageStarted',
  window: 'windowEvent',
  finding: 'findingEvent',
  trust: 'trustEvent',
  gate: 'gateEvent',
  'stage-ended': 'stageEnded',
  verdict: 'verdictEvent',
  footer: 'footer',
} satisfies Record<LoadEvent['event'], string>;

function ofResult(file: string, value: JsonObject, formats: Formats): LoadResult {
  checkFormat(formats, 'load-result', { file, value, lineOf: () => 1 });
  return revived(value) as unknown as LoadResult;
}

/** What JSON has no number for was written as null: longer than can be measured, or nothing at all. */
function revived(value: Json | undefined): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (!isObject(value)) return value;
  if ('pairs' in value && 'p999' in value) return revivedQuantiles(value);
  const nothing: readonly string[] =
    'slope' in value ? ['slope', 'low', 'high', 'growth'] : 'rss' in value ? ['busy'] : [];
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (one === null && nothing.includes(key)) return [key, Number.NaN];
      if ((key === 'cpu' || key === 'rss') && isObject(one))
        return [key, Object.fromEntries(Object.entries(one).map(([name, of]) => [name, of ?? Number.NaN]))];
      return [key, revived(one)];
    }),
  );
}

function revivedQuantiles(value: JsonObject): Quantiles {
  const missing = value.count === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, one ?? missing]),
  ) as unknown as Quantiles;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
