import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { Body } from '../json-body.ts';
import type { JobSpec } from './job.ts';

/** A request that is not as it should be: answered 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

type Limits = Readonly<Record<string, number>>;

/** The body of `create`. */
export function readJobSpec(body: Body, limits: Limits): JobSpec {
  const spec = fields(body, [
    'name',
    'payload',
    'maxRetries',
    'timeoutSeconds',
    'callbackUrl',
    'callbackHeaders',
  ]);
  const { name, payload = null, callbackUrl, callbackHeaders } = spec;
  if (typeof name !== 'string' || name.trim() === '')
    throw new BadRequest('name must be a text that is not empty');
  return {
    name,
    payload,
    maxRetries: integer(spec, 'maxRetries', 0, limits.maxRetries ?? 25, limits.defaultRetries ?? 3),
    timeoutSeconds: integer(
      spec,
      'timeoutSeconds',
      1,
      limits.maxTimeoutSeconds ?? 86_400,
      limits.defaultTimeoutSeconds ?? 300,
    ),
    ...(callbackUrl === undefined || callbackUrl === null
      ? {}
      : { callback: { url: webAddress(callbackUrl), headers: textHeaders(callbackHeaders ?? {}) } }),
  };
}

/** The body of `poll`: how many jobs. */
export function readCount(body: Body, limits: Limits): number {
  return integer(fields(body, ['count']), 'count', 1, limits.pollCount ?? 10, 1);
}

/** The payload of a body that has it under a key of its own, such as `complete` its result. */
export function readWrapped(body: Body, key: string): Json {
  return fields(body, [key])[key] ?? null;
}

/** The body of `fail`: what went wrong. */
export function readError(body: Body): string {
  const { error = 'Job failed' } = fields(body, ['error']);
  if (typeof error !== 'string') throw new BadRequest('error must be a text');
  return error;
}

/** The body of `progress` and `checkpoint`: any JSON, which is the event's data. */
export function readData(body: Body): Json {
  if (body.problem) throw new BadRequest(body.problem);
  if (body.value === undefined)
    throw new BadRequest('the body must be JSON; it becomes the data of the event');
  return body.value;
}

/** A number in the query of `list`. */
export function readNumber(
  query: Readonly<Record<string, string>>,
  name: string,
  least: number,
  most: number,
  other: number,
): number {
  const text = query[name];
  return integer(
    text === undefined ? {} : { [name]: /^\d{1,9}$/.test(text) ? Number(text) : text },
    name,
    least,
    most,
    other,
  );
}

/** The `status` in the query of `list`. */
export function readStatus(
  query: Readonly<Record<string, string>>,
  states: readonly string[],
): string | undefined {
  const { status } = query;
  if (status === undefined || states.includes(status)) return status;
  throw new BadRequest(`status must be one of ${states.join(', ')}`);
}

function fields(body: Body, known: readonly string[]): JsonObject {
  if (body.problem) throw new BadRequest(body.problem);
  const { value = {} } = body;
  if (!isObject(value)) throw new BadRequest('the body must be a JSON object');
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new BadRequest(
      `unknown key ${JSON.stringify(stranger.slice(0, 80))}; known are ${known.join(', ')}`,
    );
  }
  return value;
}

function integer(from: JsonObject, name: string, least: number, most: number, other: number): number {
  const value = from[name] ?? other;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BadRequest(`${name} must be an integer from ${least} to ${most}`);
}

function webAddress(value: Json): string {
  if (typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw new BadRequest('callbackUrl must be an http or https address');
}

function textHeaders(value: Json): Readonly<Record<string, string>> {
  if (isObject(value) && Object.values(value).every((each) => typeof each === 'string')) {
    return value as Readonly<Record<string, string>>;
  }
  throw new BadRequest('callbackHeaders must be an object of texts');
}
