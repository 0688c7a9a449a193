import { parseJson } from '../contract/json.ts';
import type { NewEvent, WireEvent } from '../wire/event.ts';
import type { Recording, Step } from './recording.ts';

/** What a recording written by hand may hold; for tests. */
export interface Written
  extends Partial<Pick<Recording, 'scene' | 'nonce' | 'ending' | 'jobs' | 'canaries'>> {
  readonly events?: readonly NewEvent[];
  readonly steps?: readonly (Pick<Step, 'name'> & Partial<Step>)[];
  /** Connections besides those that the events are on. */
  readonly peers?: readonly string[];
  /** What connections are for, by name. */
  readonly about?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A recording as a scene would have left it, each event a millisecond after the one before. */
export function written({ events = [], steps = [], peers = [], about = {}, ...rest }: Written): Recording {
  const names = new Set([...peers, ...events.map(({ peer }) => peer)]);
  return {
    scene: 'a-scene',
    target: 'a-target',
    nonce: 'a-nonce',
    startedAt: 0,
    ending: { kind: 'done' },
    jobs: {},
    canaries: {},
    peers: Object.fromEntries([...names].map((name) => [name, { name, about: about[name] ?? {} }])),
    steps: steps.map((step, at) => ({
      n: at + 1,
      verb: 'await',
      outcome: 'ok',
      events: [],
      from: 0,
      to: 0,
      ...step,
    })),
    events: events.map((event, seq) => ({ ...event, seq, at: seq }) as WireEvent),
    ...rest,
  };
}

/** Events of one connection, as they come over the wire. */
export function on(peer: string) {
  return {
    opened: { kind: 'opened', peer, headers: {} },
    refused: (status: number, body = '') => ({ kind: 'refused', peer, status, headers: {}, body }),
    unreachable: (why: 'network' | 'silent' | 'garbled', error: string = why) => ({
      kind: 'unreachable',
      peer,
      why,
      error,
    }),
    frame: (text: string) => {
      const message = parseJson(text);
      const known = message === undefined ? {} : { message };
      return { kind: 'frame', peer, text, binary: false, bytes: Buffer.byteLength(text), ...known };
    },
    pong: { kind: 'pong', peer, by: 'them' },
    closed: (code: number, by: 'us' | 'them' = 'them') => ({ kind: 'closed', peer, by, code, reason: '' }),
  } as const satisfies Record<string, NewEvent | ((...args: never[]) => NewEvent)>;
}
