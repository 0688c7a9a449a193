import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../contract/contract.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import { shapeOf } from '../profile/profile.ts';
import { type LoadResult, latencyNames, type StageResult } from '../verdict/load-result.ts';
import { eventsOf } from './load-events.ts';
import { readLoad } from './read-load.ts';
import { resultJson } from './result-json.ts';
import { failedLoad, hostileLoad, passedLoad, sampleLoads, spread } from './sample-load.ts';

const schema = JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/load-result.schema.json'), 'utf8'));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(schema, 'load-result');
const formats = { 'load-result': schema };

function violations(name: string, value: unknown): unknown {
  const validate = ajv.getSchema(name);
  if (!validate) throw new Error(`no schema ${name}`);
  return validate(value) ? [] : validate.errors;
}

/** Everything that may stand in a result stands in this one, and little of each. */
const few = spread(4, 3);
const [{ windows, system, lag, ...stage }] = passedLoad.stages as readonly [StageResult];
const fullLoad: LoadResult = {
  ...failedLoad,
  findings: sampleLoads.leaked.findings,
  stages: [
    {
      ...stage,
      ...{ windows: windows.slice(0, 1), system: system.slice(1, 2), lag: lag.slice(0, 1), unfinished: true },
      latency: Object.fromEntries(latencyNames.map((name) => [name, few])),
      ...{ positions: { first: few, middle: few, last: few }, sentinel: few, blind: few },
      floor: { before: few, after: few },
      intruders: { goodIn: 1, goodOut: 0, badIn: 0, badOut: 9 },
      recovery: { p50: 10, p99: 200, all: null },
    },
  ],
};

type Place = readonly (string | number)[];

/** Every key of every object, but those of maps, where any key may stand. */
function keysOf(value: unknown, place: Place = []): Place[] {
  if (Array.isArray(value)) return keysOf(value[0], [...place, 0]);
  if (typeof value !== 'object' || value === null) return [];
  const isMap = ['refused', 'closedByServer', 'cpu', 'rss'].includes(String(place.at(-1)));
  return Object.entries(value).flatMap(([key, one]) => [
    ...(isMap ? [] : [[...place, key]]),
    ...keysOf(one, [...place, key]),
  ]);
}

function changed(
  value: unknown,
  place: Place,
  change: (object: Record<string, unknown>, key: string) => void,
) {
  const copy = structuredClone(value);
  let at = copy as Record<string, unknown>;
  for (const key of place.slice(0, -1)) at = at[key] as Record<string, unknown>;
  change(at, String(place.at(-1)));
  return copy;
}

const optional = ['requirement', 'unfinished'];
const whole = JSON.parse(resultJson(fullLoad));

describe('a stage of any shape', () => {
  it.each<[string, Parameters<typeof shapeOf>[0], boolean]>([
    ['steady', {}, true],
    ['on the stream of a space', { stream: 'space', jobs: 3 }, true],
    ['with a burst', { burst: { times: 3, publishes: 9 } }, true],
    ['that changes its subscribers', { churn: 0.1 }, true],
    ['with a storm', { storm: { jitterMs: 5 } }, true],
    ['with intruders', { intruders: { rate: 5, badShare: 0.5 } }, true],
    ['with sleepers', { sleepers: 0.1 }, true],
    ['that only connects', { holdMs: 5 }, false],
    ['with bare connections', { bare: true }, false],
  ])('%s may stand in a result', (_what, written, publishes) => {
    const [first] = passedLoad.stages;
    const result = { ...passedLoad, stages: [{ ...first, shape: shapeOf(written, publishes) }] };
    expect(violations('load-result', JSON.parse(resultJson(result as LoadResult)))).toEqual([]);
  });
});

describe('result.json', () => {
  it.each(Object.entries({ ...sampleLoads, hostile: hostileLoad, full: fullLoad }))(
    '%s is as its schema says',
    (_, load) => {
      expect(violations('load-result', JSON.parse(resultJson(load)))).toEqual([]);
    },
  );

  it('is held to every key: none may be missing, none may be unknown', () => {
    const places = keysOf(whole);
    expect(places.length).toBeGreaterThan(150);
    for (const place of places) {
      const name = String(place.at(-1));
      // A latency that was not measured is not there.
      const isLatency = place.length === 4 && (place[2] === 'latency' || place[2] === 'positions');
      const without = changed(whole, place, (object, key) => Reflect.deleteProperty(object, key));
      const isFine = (violations('load-result', without) as unknown[]).length === 0;
      expect([place.join('.'), isFine]).toEqual([place.join('.'), isLatency || optional.includes(name)]);
      const more = changed(whole, place, (object) => {
        object['no such key'] = 1;
      });
      expect([place.join('.'), violations('load-result', more)]).not.toEqual([place.join('.'), []]);
    }
  });

  it.each([
    ['format', 'plumbline-load/2'],
    ['verdict', 'conformant'],
    ['exit', 2],
    ['driver', 'wrk'],
    ['startedAt', 'yesterday'],
    ['durationMs', -1],
  ])('refuses %s %j', (key, value) => {
    expect(violations('load-result', { ...whole, [key]: value })).not.toEqual([]);
  });

  it.each(Object.entries({ ...sampleLoads, hostile: hostileLoad }))(
    '%s is read as it was, what JSON has no number for included',
    (_, load) => {
      const withNever = {
        ...load,
        stages: load.stages.map((one) => ({
          ...one,
          latency: { ...one.latency, last: { ...spread(3), p999: Number.POSITIVE_INFINITY, overflow: 1 } },
          steady: { ...one.steady, judged: false, slope: Number.NaN },
          sentinel: {
            count: 0,
            p50: Number.NaN,
            p90: Number.NaN,
            p99: Number.NaN,
            p999: Number.NaN,
            max: Number.NaN,
            pairs: [],
            overflow: 0,
          },
          system: [
            { second: 0, cpu: { target: Number.NaN }, rss: { target: 5 }, busy: Number.NaN, pressure: null },
          ],
        })),
        gates: load.gates.filter(({ value }) => value === null || Number.isFinite(value)),
      } satisfies LoadResult;
      expect(readLoad('r.json', resultJson(withNever), formats, true)).toEqual(withNever);
    },
  );

  it('of a run that did not end is refused, unless that is asked for', () => {
    const text = resultJson(sampleLoads.incomplete);
    expect(() => readLoad('r.json', text, formats)).toThrow(
      /^r\.json: is of a run that did not end.*--partial/,
    );
    expect(readLoad('r.json', text, formats, true).complete).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['other JSON', '{"a":1}'],
    ['half of a result', JSON.stringify({ ...whole, stages: undefined })],
  ])('is not %s: one message, with the file', (_, text) => {
    expect(() => readLoad('r.json', text, formats, true)).toThrow(InputError);
    expect(() => readLoad('r.json', text, formats, true)).toThrow(/^r\.json/);
  });
});

describe('events.ndjson', () => {
  it.each(Object.entries({ ...sampleLoads, full: fullLoad }))(
    '%s: each line is as the schema says',
    (_, load) => {
      for (const event of eventsOf(load)) {
        const line = JSON.parse(JSON.stringify(event));
        expect([line.event, violations('load-result#/$defs/line', line)]).toEqual([line.event, []]);
      }
    },
  );
});
