/** One event of a recording as a line of a script. */
import type { Exchange, Frame, WireEvent } from '../../../src/wire/event.ts';
import { md5, requestSignature } from '../../../src/wire/sign.ts';
import type { Learned, Line, Resigning, Text } from './script.ts';

/** What the lines of a scene are made with. */
export interface Making {
  readonly events: readonly WireEvent[];
  readonly compile: (text: string) => Text;
  /** Counts what is called so, from 1. */
  readonly count: (key: string) => number;
  readonly secret: string | undefined;
  /** Unix time in milliseconds at which the run began. */
  readonly began: number;
}

/** The line of an event; undefined where there is nothing to be done or waited for. */
export function lineOf(
  event: WireEvent,
  isReply: boolean,
  learn: readonly Learned[],
  making: Making,
): Line | undefined {
  const { compile, count, events } = making;
  const { peer } = event;
  switch (event.kind) {
    case 'dial':
      return {
        do: 'dial',
        peer,
        url: compile(event.url),
        headers: event.headers,
        ...dialledHow(events, event.seq, peer),
      };
    case 'sent':
      return { do: 'send', peer, message: compile(event.text), binary: event.binary };
    case 'ping':
      return event.by === 'us' ? { do: 'ping', peer } : undefined;
    case 'pong':
      return event.by === 'them' ? { await: 'pong', peer, count: count(`pong ${peer}`) } : undefined;
    case 'opened':
      return { await: 'answer', peer, status: 101 };
    case 'refused':
      return { await: 'answer', peer, status: event.status };
    case 'frame':
      return { await: 'frame', peer, count: count(`frame ${peer}`), learn };
    case 'closed':
      return event.by === 'us' ? { do: 'close', peer, code: event.code } : { await: 'closed', peer };
    case 'exchange':
      return exchangeLine(event, isReply, learn, making);
    default:
      return undefined;
  }
}

function exchangeLine(event: Exchange, isReply: boolean, learn: readonly Learned[], making: Making): Line {
  const { compile, count } = making;
  const { seq: id, peer, method, url, status, requestBody: body, requestHeaders } = event;
  if (peer === 'webhook') return { await: 'webhook', path: url, count: count(`webhook ${url}`) };
  if (isReply) return { await: 'reply', id, status, learn };
  const headers = Object.fromEntries(
    Object.entries(requestHeaders).map(([name, value]) => [name, compile(value)]),
  );
  const resign = signedHow(event, making);
  return {
    do: 'ask',
    id,
    method,
    url: compile(url),
    headers,
    ...(resign === undefined ? {} : { resign }),
    ...(body === undefined ? {} : { body: compile(body) }),
  };
}

/** How a request to the trigger API was signed; undefined where it was not, or not rightly. */
function signedHow(
  { method, url, requestBody = '', at, ms }: Exchange,
  { secret, began }: Making,
): Resigning | undefined {
  const { pathname, searchParams } = new URL(url);
  const query = Object.fromEntries(searchParams);
  if (secret === undefined || query.auth_signature === undefined) return undefined;
  if (requestSignature(secret, method, pathname, query) !== query.auth_signature) return undefined;
  const dated = /^\d+$/.test(query.auth_timestamp ?? '') ? Number(query.auth_timestamp) : undefined;
  return {
    body: query.body_md5 === md5(requestBody),
    ...(dated === undefined ? {} : { dated: Math.round(dated - (began + at - ms) / 1000) }),
  };
}

/** What a dial does not tell, and its answer does. */
function dialledHow(events: readonly WireEvent[], from: number, peer: string) {
  const later = events
    .slice(from + 1)
    .filter((event): event is Exclude<WireEvent, Frame> => event.peer === peer);
  const again = later.findIndex(({ kind }) => kind === 'dial');
  const life = again < 0 ? later : later.slice(0, again);
  const opened = life.find((event) => event.kind === 'opened');
  const headers = opened?.kind === 'opened' ? opened.headers : {};
  const protocol = headers['sec-websocket-protocol'];
  const isPinged = life.some((event) => event.kind === 'ping' && event.by === 'them');
  const isDropped = life.some((event) => event.kind === 'closed' && event.by === 'them');
  return {
    compress: headers['sec-websocket-extensions'] !== undefined,
    // Who is pinged and closed did not answer, so that it was closed.
    autoPong: !(isPinged && isDropped),
    ...(protocol === undefined ? {} : { protocol }),
  };
}
