import { isObject, type Json, type JsonObject, parseJson, sameJson } from '../../contract/json.ts';
import type { Recording } from '../../suite/recording.ts';
import type { Frame } from '../../wire/event.ts';

/** Names of the protocol's own events. */
export const protocolEvent = {
  established: 'pusher:connection_established',
  error: 'pusher:error',
  ping: 'pusher:ping',
  pong: 'pusher:pong',
  subscribe: 'pusher:subscribe',
  unsubscribe: 'pusher:unsubscribe',
  succeeded: 'pusher_internal:subscription_succeeded',
  refused: 'pusher:subscription_error',
  memberAdded: 'pusher_internal:member_added',
  memberRemoved: 'pusher_internal:member_removed',
  cacheMiss: 'pusher:cache_miss',
  signin: 'pusher:signin',
  signedIn: 'pusher:signin_success',
} as const;

/** A frame as an object; undefined where it is none. */
export function messageOf(frame: Frame): JsonObject | undefined {
  return isObject(frame.message) ? frame.message : undefined;
}

/** The event name of a frame, where it has one. */
export function eventOf(frame: Frame): string | undefined {
  const event = messageOf(frame)?.event;
  return typeof event === 'string' ? event : undefined;
}

export function channelOf(frame: Frame): string | undefined {
  const channel = messageOf(frame)?.channel;
  return typeof channel === 'string' ? channel : undefined;
}

/** What is read off a frame once, since every monitor asks for it. */
interface Read {
  readonly data: Json | undefined;
  readonly isOfChannel: boolean;
  readonly update: JsonObject | undefined;
  /** Whether it holds a nonce: that which was asked for last. */
  nonce?: { readonly text: string; readonly isThere: boolean };
}

const reads = new WeakMap<Frame, Read>();
/** Whoever judges a frame asks a dozen questions about it in a row. */
let latest: { readonly frame: Frame; readonly read: Read } | undefined;

function readOf(frame: Frame): Read {
  if (latest?.frame === frame) return latest.read;
  const read = reads.get(frame) ?? readAnew(frame);
  latest = { frame, read };
  return read;
}

function readAnew(frame: Frame): Read {
  const raw = messageOf(frame)?.data;
  const data = typeof raw === 'string' ? (parseJson(raw) ?? raw) : raw;
  const event = eventOf(frame);
  const isOfChannel = event !== undefined && !ownPrefixes.some((prefix) => event.startsWith(prefix));
  const read: Read = { data, isOfChannel, update: isOfChannel && isObject(data) ? data : undefined };
  reads.set(frame, read);
  return read;
}

/** `data`, decoded once where it is JSON in a string. */
export function dataOf(frame: Frame): Json | undefined {
  return readOf(frame).data;
}

const ownPrefixes = ['pusher:', 'pusher_internal:', 'client-'];

/** True where a frame carries that data: as text, or as the JSON that stands in the text. */
export function carries(frame: Frame, text: string): boolean {
  const data = messageOf(frame)?.data;
  if (data === text) return true;
  return typeof data !== 'string' && data !== undefined && sameJson(data, parseJson(text));
}

/** True for events of channels: whatever is neither the protocol's own nor another client's. */
export function isChannelEvent(frame: Frame): boolean {
  return readOf(frame).isOfChannel;
}

/** The job update that a channel event carries; undefined where its data is no object. */
export function updateOf(frame: Frame): JsonObject | undefined {
  return readOf(frame).update;
}

/** The job that a frame is about, by its request id. */
export function requestOf(frame: Frame): string | undefined {
  const id = updateOf(frame)?.request_id;
  return typeof id === 'string' ? id : undefined;
}

export function statusOf(frame: Frame): string | undefined {
  const status = updateOf(frame)?.status;
  return typeof status === 'string' ? status : undefined;
}

export function jobOf(_recording: Recording, frame: Frame): string | undefined {
  return requestOf(frame);
}

/** What this harness published itself bears the scene's nonce: of it only the delivery is judged. */
export function isOurs(recording: Recording, frame: Frame): boolean {
  const read = readOf(frame);
  const { nonce } = recording;
  if (read.nonce?.text !== nonce) read.nonce = { text: nonce, isThere: frame.text.includes(nonce) };
  return read.nonce.isThere;
}

/** Progress as a number, whichever way it is written. */
export function progressOf(progress: Json | undefined): number | undefined {
  if (typeof progress === 'number') return progress;
  if (typeof progress === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(progress)) return Number(progress);
  return undefined;
}

/** How a frame answers a subscription to a channel, if it does: an error without a channel may be about any. */
export function subscriptionAnswer(frame: Frame, channel: string): 'granted' | 'refused' | undefined {
  const event = eventOf(frame);
  const named = channelOf(frame);
  if (event === protocolEvent.succeeded) return named === channel ? 'granted' : undefined;
  if (event === protocolEvent.refused || event === 'pusher_internal:subscription_error')
    return named === undefined || named === channel ? 'refused' : undefined;
  if (event === protocolEvent.error) return named === undefined || named === channel ? 'refused' : undefined;
  return undefined;
}
