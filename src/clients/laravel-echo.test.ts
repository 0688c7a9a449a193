import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../contract/json.ts';
import type { Client, PusherTarget } from '../target/target.ts';
import { Heard } from './heard.ts';
import { complaints, type Follow, followerOf } from './job-updates.ts';

interface EchoChannel {
  listen(event: string, hear: (update: JsonObject) => void): EchoChannel;
  subscribed(hear: () => void): EchoChannel;
  error(hear: (why: unknown) => void): EchoChannel;
}
type EchoClient = new (
  options: object,
) => {
  private(channel: string): EchoChannel;
  leave(channel: string): void;
  disconnect(): void;
  connector: { pusher: { connection: { bind(event: string, hear: (why: unknown) => void): void } } };
};

const require = createRequire(import.meta.url);
const Pusher = require('pusher-js') as unknown;
// Its types are those of the browser.
const { default: Echo } = (await import('laravel-echo')) as unknown as { default: EchoClient };

/** An authorizer as dryAPI shows it: a JSON body, and whatever is answered is handed on. */
const authorizer =
  (target: PusherTarget, { tokens }: Client) =>
  ({ name }: { name: string }) => ({
    authorize: (socketId: string, callback: (error: unknown, data?: unknown) => void) => {
      fetch(target.urls.auth ?? '', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${tokens.api}`,
          connection: 'close',
        },
        body: JSON.stringify({ socket_id: socketId, channel_name: name }),
      })
        .then((answer) => answer.json())
        .then((data) => callback(null, data))
        .catch((error) => callback(error));
    },
  });

/** Follows by listening for an event of this name. */
const listeningFor =
  (event: string): Follow =>
  async (target, client, hear) => {
    const { hostname, port } = new URL(target.urls.ws ?? '');
    const echo = new Echo({
      broadcaster: 'pusher',
      Pusher,
      key: target.app.key,
      cluster: 'mt1',
      wsHost: hostname,
      wsPort: Number(port),
      wssPort: Number(port),
      forceTLS: false,
      enabledTransports: ['ws', 'wss'],
      authorizer: authorizer(target, client),
    });
    const subscribed = async (id: string): Promise<void> => {
      const told = new Heard<'open'>();
      echo.connector.pusher.connection.bind('error', told.fail);
      echo
        .private(`client.${id}`)
        .listen(event, hear)
        .error(told.fail)
        .subscribed(() => told.tell('open'));
      await told.until('that its channel is open', () => true);
    };
    return followerOf(client, subscribed, () => {
      echo.leave(`client.${client.id}`);
      echo.disconnect();
    });
  };

const withDot = listeningFor('.request.status.updated');

describe('laravel-echo (001)', () => {
  it('follows the jobs of its client from beginning to end, and nobody else’s', async () => {
    expect(await complaints('dryapi', withDot)).toEqual([]);
  });

  it('hears nothing without the dot in front, which makes it look for a class of that name', async () => {
    const complaint = 'the client did not see the end of its job';
    expect(await complaints('dryapi', listeningFor('request.status.updated'))).toEqual([complaint]);
  });

  it.concurrent.each([
    ['pusher/right-signature-refused', /AuthError/],
    ['pusher/auth-without-key', /AuthError/],
    ['pusher/event-name-with-dot', /did not see the end/],
    ['pusher/result-too-early', /a result before the end/],
    ['pusher/progress-as-number', /progress of another type/],
    ['pusher/event-after-done', /a job went .*done, done/],
    ['pusher/signs-foreign-channel', /another client’s channel opened/],
  ])('suffers from %s', async (fault, complaint) => {
    expect((await complaints('dryapi', withDot, [fault])).join(' · ')).toMatch(complaint);
  });
});
