import { randomBytes } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../src/contract/json.ts';
import type { Row, TriggerTry } from '../../src/contract/pusher-rules.ts';
import type { View } from '../../src/suite/view.ts';
import type { Published } from '../../src/surfaces/pusher/publisher.ts';
import { fill, type Values } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { md5 } from '../../src/wire/sign.ts';

export type TriggerRow = Row<TriggerTry>;

/** Where the rows are tried. */
export interface Place {
  readonly channel: string;
  readonly many: readonly string[];
  /** The connection that `excluding` leaves out. */
  readonly socketId: string;
  readonly eventName: string;
}

/** The name by which the event of a row is told apart from that of every other. */
export function eventName(row: string, nonce: string): string {
  return `row-${row.replaceAll(' ', '-')}-${nonce}.`;
}

/** Performs one row as a step of its name, and writes down what its subscribers are owed if it is accepted. */
export async function performRow(
  verbs: PusherVerbs,
  name: string,
  row: TriggerRow,
  place: Place,
): Promise<void> {
  const { publisher, waits, nonce } = verbs;
  const events = eventsOf(name, row, place, nonce);
  const values = valuesOf(verbs);
  const template = (text: string | null): string | null =>
    text === null ? null : fill(atNow(text, Math.floor(Date.now() / 1000)), values);
  const from = waits.position;
  const raw = row.body?.raw;
  const exchange = await publisher.request({
    name: 'trigger',
    call: row.call,
    channel: row.vacant ? `${place.channel}-nobody` : place.channel,
    ...(typeof raw === 'string' ? { raw } : { body: bodyOf(row, events, place) }),
    query: Object.fromEntries(Object.entries(row.query ?? {}).map(([key, value]) => [key, template(value)])),
    sign: {
      ...(row.sign?.secret === undefined ? {} : { secret: randomBytes(16).toString('hex') }),
      ...(row.sign?.path === undefined ? {} : { path: publisher.trigger.path(row.sign.path) }),
      ...(row.sign?.method === undefined ? {} : { method: row.sign.method }),
    },
    changedAfter: row.signed === 'before',
  });
  if (row.call === 'events' || row.call === 'batch') {
    for (const event of events) publisher.note('published', 'row', event, exchange);
  }
  waits.done(name, 'trigger', from, [exchange.seq]);
}

/** `{now-660}` is the second that was 660 seconds ago. */
function atNow(text: string, now: number): string {
  return text.replace(/\{now([+-]\d+)\}/g, (_, offset) => String(now + Number(offset)));
}

function valuesOf({ nonce }: PusherVerbs): Values {
  return {
    'made-up': `plumbline-${nonce}`,
    'other-md5': md5(nonce),
  };
}

/** What was published by a row, as its scene wrote it down. */
export function triggerBody(view: View, row: string): Published[] {
  const name = eventName(row, view.nonce);
  return view
    .job('published')
    .calls.flatMap((call) =>
      isObject(call.body) && typeof call.body.name === 'string' && call.body.name.startsWith(name)
        ? [call.body as Published]
        : [],
    );
}

function eventsOf(name: string, row: TriggerRow, place: Place, nonce: string): Published[] {
  const body = row.body ?? {};
  const data = dataOf(body.data, nonce);
  const event = eventName(name, nonce);
  const except = body.socket_id === 'witness' ? place.socketId : null;
  if (typeof body.batch === 'number') {
    return Array.from({ length: body.batch }, (_, at) => ({
      name: `${event}${at}`,
      channels: [place.channel],
      data,
      except,
    }));
  }
  const channels =
    typeof body.channels === 'number'
      ? [...place.many, place.channel].slice(0, body.channels)
      : [place.channel];
  return [{ name: event, channels, data, except }];
}

/** Data of a size, of the usual kind, or (an object) as it would be if it were turned into text. */
function dataOf(wanted: Json | undefined, nonce: string): string {
  const size = wanted === 'over-limit' ? overLimit : wanted;
  if (typeof size === 'number') return `${nonce} `.padEnd(size, 'plumb line ');
  return JSON.stringify({
    nonce,
    text: 'Gr\u00fc\u00dfe, \u4e16\u754c \ud83d\udc69\u200d\ud83d\ude80 "quoted" \\ and / and \n',
    n: 45.5,
  });
}

/** More than any of the servers that we know of takes unless it is told to. */
const overLimit = 102_401;

function bodyOf(row: TriggerRow, events: readonly Published[], place: Place): Json {
  const body = row.body ?? {};
  const [event] = events;
  if (!event) return {};
  if (row.call === 'batch')
    return { batch: events.map(({ name, channels, data }) => ({ name, channel: channels[0] ?? '', data })) };
  const { name, channels, data, except } = event;
  const good: JsonObject = {
    name,
    ...(body.channel === 'one' ? { channel: place.channel } : { channels }),
    data: body.data === 'object' ? (JSON.parse(data) as Json) : data,
    ...(except === null ? {} : { socket_id: except }),
    ...(typeof body.info === 'string' ? { info: body.info } : {}),
  };
  // null leaves a field out.
  return Object.fromEntries(Object.entries(good).filter(([key]) => body[key] !== null));
}
