import { isObject, type Json, type JsonObject } from '../../contract/json.ts';

/** Schemas by file name, as a surface's contract has them. */
export type Schemas = Readonly<Record<string, JsonObject>>;

/** Draws from 0 to 1, the same for the same seed (mulberry32). */
export function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A random value of about the shape that a schema asks for: keys, constants and types, not every condition. */
export function randomMessage(schemas: Schemas, name: string, draw: () => number): Json {
  return valueFor(schemas[`messages/${name}`] ?? {}, schemas, draw, 0);
}

function valueFor(schema: JsonObject, schemas: Schemas, draw: () => number, depth: number): Json {
  const whole = merged(schema, schemas);
  if ('const' in whole) return whole.const ?? null;
  if (Array.isArray(whole.enum)) return pick(whole.enum, draw);
  const choices = whole.anyOf ?? whole.oneOf;
  if (Array.isArray(choices) && choices.every(isObject)) {
    return valueFor(pick(choices as JsonObject[], draw), schemas, draw, depth);
  }
  const type = Array.isArray(whole.type) ? pick(whole.type, draw) : whole.type;
  switch (type) {
    case 'string':
      return textOf(whole, draw);
    case 'number':
    case 'integer':
      return Math.floor(draw() * 100);
    case 'boolean':
      return draw() < 0.5;
    case 'null':
      return null;
    case 'array':
      return [];
    default:
      return isObject(whole.properties)
        ? objectOf(whole, schemas, draw, depth)
        : { noise: Math.floor(draw() * 1e6) };
  }
}

function objectOf(whole: JsonObject, schemas: Schemas, draw: () => number, depth: number): JsonObject {
  if (depth > 4) return {};
  const properties = isObject(whole.properties) ? whole.properties : {};
  return Object.fromEntries(
    Object.entries(properties).map(([key, of]) => [
      key,
      valueFor(isObject(of) ? of : {}, schemas, draw, depth + 1),
    ]),
  );
}

/** A schema with what it refers to and what its parts add; conditions are left out. */
function merged(schema: JsonObject, schemas: Schemas): JsonObject {
  const parts: readonly JsonObject[] = [
    ...(typeof schema.$ref === 'string'
      ? [schemas[`messages/${schema.$ref.replace('.schema.json', '')}`] ?? {}]
      : []),
    ...(Array.isArray(schema.allOf) ? schema.allOf.filter(isObject) : []),
  ].map((part) => merged(part as JsonObject, schemas));
  const all = [...parts, schema];
  const properties = all.map((part) => (isObject(part.properties) ? part.properties : {}));
  return { ...Object.assign({}, ...all), properties: Object.assign({}, ...properties) };
}

function textOf({ format, pattern }: JsonObject, draw: () => number): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(draw() * 16).toString(16)).join('');
  if (format === 'date-time') return new Date().toISOString();
  if (typeof pattern !== 'string') return `noise-${digits(6)}`;
  if (pattern.includes('{8}-')) return [8, 4, 4, 4, 12].map(digits).join('-');
  if (pattern.includes('[Tt]') && pattern.includes('://')) return `http://127.0.0.1/${digits(8)}`;
  if (pattern.includes('base64') || pattern.includes('A-Za-z0-9+/')) {
    const noise = Buffer.from(digits(12)).toString('base64');
    return pattern.includes('data:') ? `data:image/jpeg;base64,${noise}` : noise;
  }
  if (pattern.includes('Z')) return new Date().toISOString();
  return pattern.includes('private-client') ? 'private-client.42' : `${Math.floor(draw() * 99)}.50`;
}

function pick<T>(from: readonly T[], draw: () => number): T {
  const one = from[Math.floor(draw() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}
