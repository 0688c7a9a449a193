import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../contract/json.ts';
import { clientOf, modelbeam, pusherOnAPort } from './pusher-on-a-port.ts';

interface Channel {
  bind(event: string, hear: (data: JsonObject) => void): void;
}
type PusherClient = new (
  key: string,
  options: object,
) => { subscribe(channel: string): Channel; disconnect(): void; connection: { state: string } };

// Its Node build is CommonJS, and its types are those of the browser.
const Pusher = createRequire(import.meta.url)('pusher-js') as PusherClient;

test('a stock client connects, has its channel authorized with a form body, and follows a job to its end', async () => {
  const server = await pusherOnAPort();
  const port = Number(new URL(server.http).port);
  const pusher = new Pusher(modelbeam.key, {
    cluster: 'mt1',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    authEndpoint: `${server.http}/broadcasting/auth`,
    auth: { headers: { Authorization: `Bearer ${clientOf(modelbeam).api}`, Accept: 'application/json' } },
  });
  const channel = pusher.subscribe('private-client.42');
  const seen: JsonObject[] = [];
  await new Promise<void>((resolve, reject) => {
    channel.bind('pusher:subscription_error', (error) => reject(new Error(JSON.stringify(error))));
    channel.bind('pusher:subscription_succeeded', () => resolve());
  });
  await new Promise<void>((resolve) => {
    channel.bind('request.status.updated', (update) => {
      seen.push(update);
      if (update.status === 'done') resolve();
    });
    void server.submit(modelbeam, { updates: 2 });
  });
  expect(seen.map(({ status }) => status)).toEqual(['processing', 'in_progress', 'in_progress', 'done']);
  expect((await fetch(String(seen.at(-1)?.result_url))).status).toBe(200);
  pusher.disconnect();
  await server.close();
});
