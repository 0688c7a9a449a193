/**
 * Turns recordings into what to do again: each act of ours when all has come that had come before it, with what differs
 * from run to run (ids, socket ids, ports, signatures) put in its place.
 * @module
 */
import { isObject, type Json, parseJson } from '../../src/contract/json.ts';
import type { Recording } from '../../src/suite/recording.ts';
import type { Target } from '../../src/target/target.ts';
import type { Exchange, Frame, WireEvent } from '../../src/wire/event.ts';
import { hmac, requestSignature } from '../../src/wire/sign.ts';

/** Where in a message that comes a value is found that later acts bear: its place, and what it was in the recording. */
export interface Learned {
  readonly path: readonly (string | number)[];
  readonly was: string;
}

/** A text of ours, the values in it that have others now, and signatures that must be made anew. */
export interface Text {
  readonly text: string;
  readonly uses: readonly string[];
  readonly signatures: readonly { readonly was: string; readonly of: string }[];
}

/** What we do. */
export type Act =
  | {
      readonly do: 'dial';
      readonly peer: string;
      readonly url: Text;
      readonly headers: Readonly<Record<string, string>>;
      readonly protocol?: string;
      readonly compress: boolean;
      readonly autoPong: boolean;
    }
  | { readonly do: 'send'; readonly peer: string; readonly message: Text; readonly binary: boolean }
  | { readonly do: 'ping'; readonly peer: string }
  | { readonly do: 'close'; readonly peer: string; readonly code: number }
  | {
      readonly do: 'ask';
      readonly id: number;
      readonly method: string;
      readonly url: Text;
      readonly headers: Readonly<Record<string, Text>>;
      readonly body?: Text;
      readonly resign: boolean;
    };

/** What came of it, and is waited for. */
export type Arrival =
  /** 101, or the status of a refusal. */
  | { readonly await: 'answer'; readonly peer: string; readonly status: number }
  | {
      readonly await: 'frame';
      readonly peer: string;
      readonly count: number;
      readonly learn: readonly Learned[];
    }
  | { readonly await: 'pong'; readonly peer: string; readonly count: number }
  | { readonly await: 'closed'; readonly peer: string }
  | {
      readonly await: 'reply';
      readonly id: number;
      readonly status: number;
      readonly learn: readonly Learned[];
    }
  | { readonly await: 'webhook'; readonly path: string; readonly count: number };

/** One or the other, in the order of the recording. */
export type Line = Act | Arrival;

/** One scene, to be done again. */
export interface SceneScript {
  readonly id: string;
  readonly alone: boolean;
  /** Spaces that it had for itself. */
  readonly spaces: readonly string[];
  /** Requests whose updates are this scene's: others come on the same channel. */
  readonly requests: readonly string[];
  readonly lines: readonly Line[];
  /** The pings and closes of the drain, when all scenes are done. */
  readonly drain: readonly Line[];
  /** What webhooks are answered with, by path, in order. */
  readonly webhooks: Readonly<Record<string, readonly number[]>>;
}

/** All that was done on one target. */
export interface TargetScript {
  readonly name: string;
  /** Of the app, to sign with; absent on surfaces without one. */
  readonly secret?: string;
  /** `host:port` of the recorded run, and of its receiver of webhooks. */
  readonly was: string;
  readonly sinkWas?: string;
  readonly scenes: readonly SceneScript[];
}

/** What is said of a scene beside its recording. */
export interface Performed {
  readonly recording: Recording;
  readonly alone: boolean;
  /** Milliseconds of the run at which the scene was over, and its connections left to the drain. */
  readonly endedAt: number;
}

/** Makes the script of one target. Scenes come in the order in which they were begun. */
export function scriptOf(target: Target, performed: readonly Performed[]): TargetScript {
  const was = new URL(target.urls.ws ?? '').host;
  const secret = target.surface === 'pusher' ? target.app.secret : undefined;
  const bodies = performed.flatMap(({ recording }) =>
    recording.events.map((event) => (event.kind === 'exchange' ? (event.requestBody ?? '') : '')),
  );
  const sink = bodies.join('\n').match(/127\.0\.0\.1:\d+(?=\/pl[0-9a-f]+\/)/)?.[0];
  return {
    name: target.name,
    was,
    ...(secret === undefined ? {} : { secret }),
    ...(sink === undefined ? {} : { sinkWas: sink }),
    scenes: performed.map((one) => sceneScript(one, target.surface, secret)),
  };
}

/** When an event took its beginning: an exchange is recorded when it is over. */
interface Moment {
  readonly at: number;
  readonly seq: number;
  readonly event: WireEvent;
  readonly isReply: boolean;
}

function moments(events: readonly WireEvent[]): Moment[] {
  return events
    .flatMap((event): Moment[] => {
      const { at, seq } = event;
      if (event.kind !== 'exchange' || event.peer === 'webhook') return [{ at, seq, event, isReply: true }];
      return [
        { at: at - event.ms, seq, event, isReply: false },
        { at, seq, event, isReply: true },
      ];
    })
    .sort((a, b) => a.at - b.at || a.seq - b.seq);
}

function sceneScript(
  { recording, alone, endedAt }: Performed,
  surface: string,
  secret?: string,
): SceneScript {
  const { jobs, peers, events } = recording;
  const requests = surface === 'pusher' ? Object.values(jobs).map(({ id }) => id) : [];
  const inOrder = moments(events.filter((event) => !isOfOthers(event, surface, requests)));
  const ours = inOrder.map(({ event, isReply }) => textsOf(event, isReply).join('\n'));
  const learnedAt = inOrder.map(({ event }, at) => {
    if (event.kind !== 'frame' && event.kind !== 'exchange') return [];
    const later = ours.slice(at + 1).join('\n');
    return leavesOf(event.kind === 'frame' ? event.message : event.json).filter(
      ({ was }) =>
        /\d/.test(was) &&
        was.length >= 6 &&
        !was.includes(recording.nonce) &&
        (requests.includes(was) || isSocketId(was) || later.includes(was)),
    );
  });
  const values = [...new Set(learnedAt.flat().map(({ was }) => was))].sort((a, b) => b.length - a.length);
  const compile = (text: string): Text => compiled(text, values, secret);
  const counts = new Map<string, number>();
  const count = (key: string): number => {
    const next = (counts.get(key) ?? 0) + 1;
    counts.set(key, next);
    return next;
  };
  const all = inOrder.flatMap(({ event, isReply, at }, index) => {
    const line = lineOf(event, isReply, learnedAt[index] ?? [], { events, compile, count, secret });
    return line ? [{ line, isDrain: at > endedAt }] : [];
  });
  const webhooks: Record<string, number[]> = {};
  for (const event of events)
    if (event.kind === 'exchange' && event.peer === 'webhook')
      webhooks[event.url] = [...(webhooks[event.url] ?? []), event.status];
  return {
    id: recording.scene,
    alone,
    spaces: spacesOf(
      Object.values(jobs).map(({ where }) => where),
      Object.values(peers).map(({ about }) => about.space),
      surface,
    ),
    requests,
    lines: all.filter(({ isDrain }) => !isDrain).map(({ line }) => line),
    drain: all.filter(({ isDrain }) => isDrain).map(({ line }) => line),
    webhooks,
  };
}

function spacesOf(
  jobs: readonly string[],
  peers: readonly (string | undefined)[],
  surface: string,
): string[] {
  if (surface !== 'emit') return [];
  return [...new Set([...jobs, ...peers.filter((space) => space !== undefined)])].sort();
}

/** An update of a job of another scene, on the channel of a client that both watch. */
function isOfOthers(event: WireEvent, surface: string, requests: readonly string[]): boolean {
  if (surface !== 'pusher' || event.kind !== 'frame') return false;
  const id = requestIn(event.text);
  return id !== undefined && !requests.includes(id);
}

/** The request that an update is about, read off the text. */
export function requestIn(text: string): string | undefined {
  return /request_id\\*":\s*\\*"([^"\\]+)/.exec(text)?.[1];
}

function textsOf(event: WireEvent, isReply: boolean): string[] {
  if (event.kind === 'dial' || event.kind === 'sent') return [event.kind === 'dial' ? event.url : event.text];
  if (event.kind !== 'exchange' || isReply) return [];
  return [event.url, event.requestBody ?? '', ...Object.values(event.requestHeaders)];
}

/** Signatures are made of these, and do not show them. */
const isSocketId = (text: string): boolean => /^\d+\.\d+$/.test(text);

/** Every text within a value, also within JSON that stands in a text. */
function leavesOf(value: Json | undefined, path: readonly (string | number)[] = []): Learned[] {
  if (typeof value === 'string') {
    const inner = value.startsWith('{') ? parseJson(value) : undefined;
    return inner === undefined ? [{ path, was: value }] : leavesOf(inner, path);
  }
  if (Array.isArray(value)) return value.flatMap((item, at) => leavesOf(item, [...path, at]));
  return isObject(value)
    ? Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
    : [];
}

function compiled(text: string, values: readonly string[], secret: string | undefined): Text {
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

interface Making {
  readonly events: readonly WireEvent[];
  readonly compile: (text: string) => Text;
  readonly count: (key: string) => number;
  readonly secret: string | undefined;
}

function lineOf(
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
  const { compile, count, secret } = making;
  const { seq: id, peer, method, url, status, requestBody: body, requestHeaders } = event;
  if (peer === 'webhook') return { await: 'webhook', path: url, count: count(`webhook ${url}`) };
  if (isReply) return { await: 'reply', id, status, learn };
  const headers = Object.fromEntries(
    Object.entries(requestHeaders).map(([name, value]) => [name, compile(value)]),
  );
  const { pathname, searchParams } = new URL(url);
  const query = Object.fromEntries(searchParams);
  const resign =
    secret !== undefined &&
    query.auth_signature !== undefined &&
    requestSignature(secret, method, pathname, query) === query.auth_signature;
  return {
    do: 'ask',
    id,
    method,
    url: compile(url),
    headers,
    resign,
    ...(body === undefined ? {} : { body: compile(body) }),
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
