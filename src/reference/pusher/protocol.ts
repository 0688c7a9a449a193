import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import { readBody } from '../json-body.ts';

/** A message of the server before it is encoded: `data` is still what it stands for. */
export interface Message {
  readonly event: string;
  readonly channel?: string;
  readonly data?: Json;
  /** Who a client event is from. */
  readonly user_id?: string;
}

/** Close codes of the protocol, by what they mean. */
export const closeCode = {
  unknownApp: 4001,
  pathNotFound: 4005,
  malformedVersion: 4006,
  unsupportedProtocol: 4007,
  noProtocol: 4008,
  unauthorized: 4009,
  reconnect: 4200,
  noPong: 4201,
} as const;

/** What came from a client, told apart. */
export type Incoming =
  | { readonly kind: 'ping'; readonly text: string }
  | { readonly kind: 'pong'; readonly text: string }
  | { readonly kind: 'subscribe'; readonly text: string; readonly claim: Claim }
  | { readonly kind: 'unsubscribe'; readonly text: string; readonly channel: string }
  | {
      readonly kind: 'client-event';
      readonly text: string;
      readonly event: string;
      readonly channel: string | undefined;
      readonly data: Json | undefined;
    }
  | {
      readonly kind: 'sign-in';
      readonly text: string;
      readonly auth: Json | undefined;
      readonly userData: string;
    }
  | { readonly kind: 'unknown'; readonly text: string; readonly event: string }
  | { readonly kind: 'malformed'; readonly text: string; readonly why: string }
  | { readonly kind: 'binary'; readonly text: string };

/** What a subscription rests on; `auth` as it came, whatever its type. */
export interface Claim {
  readonly channel: string;
  readonly auth: Json | undefined;
  readonly channelData: string | undefined;
}

/** Reads one message of a client. Total: whatever came, it is one of the kinds. */
export function readMessage(text: string, binary: boolean): Incoming {
  if (binary) return { kind: 'binary', text };
  const { value, problem } = readBody(text);
  if (!isObject(value)) return malformed(text, problem ?? 'a message is a JSON object');
  const { event } = value;
  if (typeof event !== 'string') return malformed(text, 'event is a string');
  const data = typeof value.data === 'string' ? (readBody(value.data).value ?? value.data) : value.data;
  switch (event) {
    case 'pusher:ping':
      return { kind: 'ping', text };
    case 'pusher:pong':
      return { kind: 'pong', text };
    case 'pusher:subscribe':
      return isObject(data)
        ? readSubscribe(text, data)
        : malformed(text, 'data of a subscription is an object');
    case 'pusher:unsubscribe':
      return isObject(data) && typeof data.channel === 'string'
        ? { kind: 'unsubscribe', text, channel: data.channel }
        : malformed(text, 'data of an unsubscription names a channel');
    case 'pusher:signin':
      return isObject(data) && typeof data.user_data === 'string'
        ? { kind: 'sign-in', text, auth: data.auth, userData: data.user_data }
        : malformed(text, 'data of a sign-in has user_data in a string');
  }
  if (!event.startsWith('client-')) return { kind: 'unknown', text, event };
  return {
    kind: 'client-event',
    text,
    event,
    channel: typeof value.channel === 'string' ? value.channel : undefined,
    data: value.data,
  };
}

function readSubscribe(text: string, { channel, auth, channel_data: channelData }: JsonObject): Incoming {
  if (typeof channel !== 'string') return malformed(text, 'channel is a string');
  return {
    kind: 'subscribe',
    text,
    claim: { channel, auth, channelData: typeof channelData === 'string' ? channelData : undefined },
  };
}

function malformed(text: string, why: string): Incoming {
  return { kind: 'malformed', text, why };
}

/** An error that leaves the connection open. */
export function errorMessage(message: string, code: number | null = null, channel?: string): Message {
  return { event: 'pusher:error', ...(channel === undefined ? {} : { channel }), data: { code, message } };
}

/** True where a channel opens only to a signature. */
export function isGuarded(channel: string): boolean {
  return channel.startsWith('private-') || channel.startsWith('presence-');
}

/** True where a channel tells who is on it. */
export function isPresence(channel: string): boolean {
  return channel.startsWith('presence-');
}

/** True for a private channel of the plain kind: neither presence nor encrypted. */
export function isPlainPrivate(channel: string): boolean {
  return channel.startsWith('private-') && !channel.startsWith('private-encrypted-');
}

/** True for a name of at most `longest` characters of those that a channel's name is made of. */
export function isChannelName(name: string, longest: number): boolean {
  return name.length <= longest && /^[A-Za-z0-9_\-=@,.;]+$/.test(name);
}

/** The only form of a socket id that is ever signed. */
export function isSocketId(text: string): boolean {
  return /^\d+\.\d+$/.test(text) && text.length <= 64;
}
