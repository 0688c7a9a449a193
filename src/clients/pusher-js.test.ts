import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../contract/json.ts';
import type { Client, PusherTarget } from '../target/target.ts';
import { Heard } from './heard.ts';
import { complaints, type Follow, followerOf } from './job-updates.ts';

interface Channel {
  bind<T>(event: string, hear: (data: T) => void): Channel;
}
type PusherClient = new (
  key: string,
  options: object,
) => { subscribe(channel: string): Channel; disconnect(): void; connection: Channel };

// Its Node build is CommonJS, and its types are those of the browser.
const Pusher = createRequire(import.meta.url)('pusher-js') as PusherClient;

/** Follows with these options beside those that say where the server is. */
const followWith =
  (options: (target: PusherTarget, client: Client) => object): Follow =>
  async (target, client, hear) => {
    const { hostname, port } = new URL(target.urls.ws ?? '');
    const pusher = new Pusher(target.app.key, {
      // Without it the library refuses to start, though wsHost makes it say nothing.
      cluster: 'mt1',
      wsHost: hostname,
      wsPort: Number(port),
      forceTLS: false,
      enabledTransports: ['ws', 'wss'],
      ...options(target, client),
    });
    const subscribed = async (id: string): Promise<void> => {
      const told = new Heard<'open'>();
      pusher.connection.bind('error', told.fail);
      pusher
        .subscribe(`private-client.${id}`)
        .bind('request.status.updated', (update: JsonObject) => hear(update))
        .bind('pusher:subscription_error', told.fail)
        .bind('pusher:subscription_succeeded', () => told.tell('open'));
      await told.until('that its channel is open', () => true);
    };
    return followerOf(client, subscribed, () => pusher.disconnect());
  };

/** As ModelBeam shows it: the library itself asks the endpoint, with a form. */
const withEndpoint = followWith((target, client) => ({
  authEndpoint: target.urls.auth,
  auth: { headers: { Authorization: `Bearer ${client.tokens.api}`, Accept: 'application/json' } },
}));

/** As dryAPI shows it: a function of the user's asks, with JSON, and hands on whatever is answered. */
const withAuthorizer = followWith((target, client) => ({
  authorizer: (channel: { name: string }) => ({
    authorize: async (socketId: string, callback: (error: unknown, data: unknown) => void) => {
      try {
        const answer = await fetch(target.urls.auth ?? '', {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Authorization: `Bearer ${client.tokens.api}`,
            connection: 'close',
          },
          body: JSON.stringify({ socket_id: socketId, channel_name: channel.name }),
        });
        callback(null, await answer.json());
      } catch (error) {
        callback(error, null);
      }
    },
  }),
}));

describe('pusher-js with authEndpoint (000)', () => {
  it('follows the jobs of its client from beginning to end, and nobody else’s', async () => {
    expect(await complaints('modelbeam', withEndpoint)).toEqual([]);
  });

  it.concurrent.each([
    ['pusher/form-body-refused', /AuthError/],
    ['pusher/auth-reply-created', /AuthError.*201/],
    ['pusher/activity-timeout-zero', /handshake/i],
    ['pusher/event-name-with-dot', /did not see the end/],
    ['pusher/done-missing', /did not see the end/],
    ['pusher/progress-as-text', /progress of another type/],
    ['pusher/signs-foreign-channel', /another client’s channel opened/],
  ])('suffers from %s', async (fault, complaint) => {
    expect((await complaints('modelbeam', withEndpoint, [fault])).join(' · ')).toMatch(complaint);
  });
});

describe('pusher-js with an authorizer of its own (001)', () => {
  it('follows the jobs of its client from beginning to end, and nobody else’s', async () => {
    expect(await complaints('dryapi', withAuthorizer)).toEqual([]);
  });

  it.concurrent.each([
    ['pusher/json-body-refused', /AuthError/],
    ['pusher/auth-double-encoded', /AuthError/],
    ['pusher/confirmation-missing', /did not see that its channel is open/],
    ['pusher/processing-missing', /a job went in_progress/],
    ['pusher/events-twice', /a job went processing, processing/],
    ['pusher/results-gone', /the result answers 4/],
  ])('suffers from %s', async (fault, complaint) => {
    expect((await complaints('dryapi', withAuthorizer, [fault])).join(' · ')).toMatch(complaint);
  });
});
