import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';
import { type Json, parseJson } from '../../contract/json.ts';

/** A client of the tests: keeps all that came, and waits for what is to come. */
export interface Talk {
  readonly frames: readonly {
    readonly text: string;
    readonly json: Json | undefined;
    readonly binary: boolean;
  }[];
  /** The close code; 1006 where there was no close frame. */
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  readonly send: (input: Json) => void;
  /** Resolves when so many frames have come, or with false when they have not within the deadline. */
  readonly until: (count: number, deadlineMs?: number) => Promise<boolean>;
}

/** What became of an upgrade request. */
export type Upgrade =
  | { readonly kind: 'opened'; readonly talk: Talk }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: Readonly<Record<string, unknown>> }
  | { readonly kind: 'broken'; readonly reason: string };

export function upgrade(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  more: ClientOptions = {},
): Promise<Upgrade> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false, ...more });
    const frames: { text: string; json: Json | undefined; binary: boolean }[] = [];
    const waiting = new Set<() => void>();
    socket.on('message', (data: Buffer, binary) => {
      frames.push({ text: data.toString(), json: parseJson(data.toString()), binary });
      for (const look of waiting) look();
    });
    const closed = new Promise<number>((done) => socket.on('close', done));
    socket.on('open', () =>
      resolve({
        kind: 'opened',
        talk: {
          frames,
          closed,
          socket,
          send: (input) => socket.send(JSON.stringify(input)),
          until: (count, deadlineMs = 2000) =>
            new Promise((done) => {
              const look = (): void => {
                if (frames.length < count) return;
                end(true);
              };
              const end = (came: boolean): void => {
                clearTimeout(timer);
                waiting.delete(look);
                done(came);
              };
              const timer = setTimeout(() => end(false), deadlineMs);
              void closed.then(() => end(frames.length >= count));
              waiting.add(look);
              look();
            }),
        },
      }),
    );
    socket.on('unexpected-response', (request, response) => {
      response.resume();
      request.destroy();
      resolve({ kind: 'refused', status: response.statusCode ?? 0, headers: response.headers });
    });
    socket.on('error', (error) => resolve({ kind: 'broken', reason: error.message }));
  });
}

/** As `upgrade`, where anything but an open connection is a failure of the test. */
export async function talkTo(
  url: string,
  headers: Readonly<Record<string, string>>,
  more: ClientOptions = {},
): Promise<Talk> {
  const made = await upgrade(url, headers, more);
  if (made.kind !== 'opened') throw new Error(`not opened: ${JSON.stringify(made)}`);
  return made.talk;
}
