import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { isObject, parseJson } from '../contract/json.ts';
import type { BeamTarget } from '../target/target.ts';
import { Heard } from './heard.ts';
import { serveReference } from './serve-reference.ts';

/** A client in Node, which can put a token into a header, as the document asks. */
class Client {
  readonly heard = new Heard<string>();
  readonly #socket: WebSocket;

  constructor(target: BeamTarget, token: string | undefined) {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    this.#socket = new WebSocket(target.urls.ws, { headers });
    this.#socket.on('open', () => this.heard.tell('open'));
    this.#socket.on('error', this.heard.fail);
    this.#socket.on('close', (code) => this.heard.fail(new Error(`closed with ${code}`)));
    this.#socket.on('message', (data) => {
      const output = parseJson(String(data));
      if (!isObject(output)) return this.heard.fail(new Error('an output that is no JSON object'));
      // Beta9 asks now and then whether anybody is there, which is no output of the handler.
      if (output.type !== 'ping') this.heard.tell(nameOf(String(output.nonce), output.index));
    });
  }

  isOpen(): Promise<unknown> {
    return this.heard.until('an open connection', (what) => what === 'open');
  }

  /** Sends an input, and waits for the last output that is made of it. */
  async ask(nonce: string, op: 'transform' | 'stream', n?: number): Promise<void> {
    this.#socket.send(JSON.stringify({ nonce, op, n }));
    const last = nameOf(nonce, n === undefined ? undefined : n - 1);
    await this.heard.until(`the output ${last}`, (what) => what === last);
  }

  leave(): void {
    this.#socket.terminate();
  }
}

const nameOf = (nonce: string, index: unknown): string => (index === undefined ? nonce : `${nonce} ${index}`);

/** What a user of two clients at a time would complain about. */
async function complaints(dialect: string, faults: readonly string[] = []): Promise<string[]> {
  const { target, close } = await serveReference('beam', dialect, faults);
  const [mine, theirs] = [new Client(target, target.tokens.valid), new Client(target, target.tokens.valid)];
  const stranger = new Client(target, undefined);
  const clients = [mine, theirs, stranger];
  try {
    const found: string[] = [];
    await Promise.all([mine.isOpen(), theirs.isOpen()]);
    await stranger.isOpen().then(
      () => found.push('a client without a token was let in'),
      () => {},
    );
    await mine.ask('my first', 'transform');
    await theirs.ask('their first', 'transform');
    await mine.ask('my stream', 'stream', 3);
    await theirs.ask('their stream', 'stream', 3);
    // Whatever came too much, or went to the wrong one, is there before these.
    await mine.ask('my last', 'transform');
    await theirs.ask('their last', 'transform');
    const due = [
      [mine, 'open, my first, my stream 0, my stream 1, my stream 2, my last'],
      [theirs, 'open, their first, their stream 0, their stream 1, their stream 2, their last'],
    ] as const;
    for (const [client, outputs] of due) {
      const heard = client.heard.all.join(', ');
      if (heard !== outputs) found.push(`heard ${heard}`);
    }
    return found;
  } catch (error) {
    return [(error as Error).message];
  } finally {
    for (const client of clients) client.leave();
    await close();
  }
}

describe('the ws library on a Beam endpoint (002)', () => {
  it.each(['document', 'beta9'])(
    'gets every output of its own inputs, and no other, as %s',
    async (dialect) => {
      expect(await complaints(dialect)).toEqual([]);
    },
  );

  it.concurrent.each([
    ['beam/output-elsewhere', /did not see the output my first/],
    ['beam/output-to-everybody', /heard .*their first.*my/],
    ['beam/answers-twice', /heard .*my first, my first/],
    ['beam/stream-drops-one', /heard .*my stream 0, my stream 2/],
    ['beam/stream-out-of-order', /heard .*my stream 2, my stream 1/],
    ['beam/waits-for-a-subscription', /did not see the output my first/],
    ['beam/output-as-text', /no JSON object/],
    ['beam/opens-then-closes', /was let in/],
    ['beam/another-path', /Unexpected server response: 404/],
  ])('suffers from %s', async (fault, complaint) => {
    expect((await complaints('document', [fault])).join(' · ')).toMatch(complaint);
  });
});
