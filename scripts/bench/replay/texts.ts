/** Texts that came, and what later acts bear of them; texts of ours, and what in them has another value in each run. */
import { isObject, type Json, parseJson } from '../../../src/contract/json.ts';
import { hmac } from '../../../src/wire/sign.ts';
import type { Learned, Text } from './script.ts';

/** The request that an update is about, read off the text. */
export function requestIn(text: string): string | undefined {
  return /request_id\\*":\s*\\*"([^"\\]+)/.exec(text)?.[1];
}

/** Signatures are made of these, and do not show them. */
export const isSocketId = (text: string): boolean => /^\d+\.\d+$/.test(text);

/** Every text within a value, also within JSON that stands in a text. */
export function leavesOf(value: Json | undefined, path: readonly (string | number)[] = []): Learned[] {
  if (typeof value === 'string') {
    const inner = value.startsWith('{') ? parseJson(value) : undefined;
    return inner === undefined ? [{ path, was: value }] : leavesOf(inner, path);
  }
  if (Array.isArray(value)) return value.flatMap((item, at) => leavesOf(item, [...path, at]));
  return isObject(value)
    ? Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
    : [];
}

/** A text of ours with what of `values` stands in it, or is signed in it. */
export function compiled(text: string, values: readonly string[], secret: string | undefined): Text {
  const signatures = secret === undefined ? [] : signaturesIn(text, values, secret);
  const whole = [text, ...signatures.map(({ of }) => of)].join('\n');
  return { text, uses: values.filter((value) => whole.includes(value)), signatures };
}

/** The right signatures of a text that is sent, and what they are of; wrong ones stay as they are. */
function signaturesIn(text: string, values: readonly string[], secret: string): Text['signatures'] {
  const message = parseJson(text);
  const data = isObject(message) && isObject(message.data) ? message.data : {};
  const said = /^[^:]+:([0-9a-f]{64})$/.exec(String(data.auth))?.[1];
  if (said === undefined) return [];
  const extra = typeof data.channel_data === 'string' ? `:${data.channel_data}` : '';
  const of = values
    .filter((value) => isSocketId(value))
    .flatMap((socket) => [
      `${socket}:${data.channel}${extra}`,
      `${socket}:${data.channel}`,
      `${socket}::user::${data.user_data}`,
    ])
    .find((one) => hmac(secret, one) === said);
  return of === undefined ? [] : [{ was: said, of }];
}
