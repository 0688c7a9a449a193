import { isObject, type Json } from '../../contract/json.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import { readBody } from '../json-body.ts';
import type { App } from './apps.ts';
import { isChannelName, isSocketId } from './protocol.ts';
import { md5, type Query, requestSignature, sameText } from './signing.ts';

/** A request to the trigger API. */
export interface TriggerRequest {
  readonly app: App;
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly body: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** Why a request is not authentic. */
export type Denial = 'key' | 'version' | 'timestamp' | 'checksum-missing' | 'checksum' | 'signature';

/** Everything that is wrong with the authentication of a request (PH2 to PH5); empty: it is authentic. */
export function triggerDenials(request: TriggerRequest, skew: number): readonly Denial[] {
  const { app, method, path, query, body, now } = request;
  const checksum = query.body_md5;
  const wrong: readonly (readonly [Denial, boolean])[] = [
    ['key', query.auth_key !== app.key],
    ['version', query.auth_version !== '1.0'],
    [
      'timestamp',
      !/^\d+$/.test(query.auth_timestamp ?? '') || Math.abs(now - Number(query.auth_timestamp)) > skew,
    ],
    ['checksum-missing', body !== '' && checksum === undefined],
    ['checksum', checksum !== undefined && !sameText(checksum, md5(body))],
    ['signature', !sameText(query.auth_signature ?? '', requestSignature(app.secret, method, path, query))],
  ];
  return wrong.filter(([, is]) => is).map(([denial]) => denial);
}

/** One event that a request asks to be sent. */
export interface Trigger {
  readonly name: string;
  readonly channels: readonly string[];
  readonly data: string;
  readonly except: string | undefined;
  readonly info: readonly string[];
}

/** What is wrong with the content of a request. */
export interface Problem {
  readonly status: 400 | 413;
  readonly message: string;
}

/** What may be asked at most. */
export interface TriggerLimits {
  readonly channels: number;
  readonly batch: number;
  readonly data: number;
  readonly name: number;
  readonly channelName: number;
}

export function triggerLimits({ limits }: PusherRules): TriggerLimits {
  return {
    channels: limits.channelsPerTrigger,
    batch: limits.eventsPerBatch,
    data: limits.eventData,
    name: limits.eventName,
    channelName: limits.channelName,
  };
}

/** How data that is no string is taken; undefined: it is not. */
export type DataReader = (data: Json | undefined) => string | undefined;

/** The events of a body, or what is wrong with it (PH8, PH10, PH11, PH18). */
export function readTriggers(
  call: 'events' | 'batch',
  text: string,
  limits: TriggerLimits,
  dataOf: DataReader,
): readonly Trigger[] | Problem {
  const { value, problem } = readBody(text);
  if (!isObject(value)) return bad(problem ?? 'the body is a JSON object');
  if (call === 'events') {
    const trigger = readTrigger(value, limits, dataOf);
    return 'status' in trigger ? trigger : [trigger];
  }
  if (!Array.isArray(value.batch)) return bad('batch is an array');
  if (value.batch.length > limits.batch) return bad(`a batch has at most ${limits.batch} events`);
  const triggers: Trigger[] = [];
  for (const item of value.batch) {
    const trigger = readTrigger(item, limits, dataOf);
    if ('status' in trigger) return trigger;
    triggers.push(trigger);
  }
  return triggers;
}

function readTrigger(value: Json, limits: TriggerLimits, dataOf: DataReader): Trigger | Problem {
  if (!isObject(value)) return bad('an event is an object');
  const { name, channel, socket_id: except, info } = value;
  if (typeof name !== 'string' || name === '' || name.length > limits.name)
    return bad(`name is a string of 1 to ${limits.name}`);
  const listed: Json | undefined = value.channels ?? (channel === undefined ? undefined : [channel]);
  if (!Array.isArray(listed) || listed.length === 0) return bad('channels is an array of channels');
  if (listed.length > limits.channels) return bad(`an event goes to at most ${limits.channels} channels`);
  const channels = listed.filter(
    (item): item is string => typeof item === 'string' && isChannelName(item, limits.channelName),
  );
  if (channels.length < listed.length) return bad('a channel has an invalid name');
  if (except !== undefined && except !== null && !(typeof except === 'string' && isSocketId(except))) {
    return bad('socket_id is digits, a point and digits');
  }
  const data = dataOf(value.data);
  if (data === undefined) return bad('data is a string');
  if (Buffer.byteLength(data) > limits.data)
    return { status: 413, message: `data has at most ${limits.data} bytes` };
  const wanted = typeof info === 'string' ? info.split(',') : [];
  if (wanted.includes('user_count') && channels.some((each) => !each.startsWith('presence-'))) {
    return bad('user_count is of presence channels only');
  }
  return { name, channels: [...new Set(channels)], data, except: except ?? undefined, info: wanted };
}

function bad(message: string): Problem {
  return { status: 400, message };
}
