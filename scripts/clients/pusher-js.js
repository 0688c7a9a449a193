// pusher-js as a client under test, as the sample of ModelBeam (000) has it:
//   npm run conform -- --client 'node scripts/clients/pusher-js.js'
import { createInterface } from 'node:readline';
import Pusher from 'pusher-js';

const { env } = process;
// @ts-expect-error: its types take it for an ES module, which it is not.
const pusher = new Pusher(env.PLUMBLINE_APP_KEY ?? '', {
  // The sample leaves it out, and then the library does not start (A15).
  cluster: 'mt1',
  wsHost: env.PLUMBLINE_HOST ?? '',
  wsPort: Number(env.PLUMBLINE_PORT),
  forceTLS: false,
  enabledTransports: ['ws', 'wss'],
  authEndpoint: env.PLUMBLINE_AUTH_URL ?? '',
  auth: { headers: { Authorization: `Bearer ${env.PLUMBLINE_TOKEN}`, Accept: 'application/json' } },
});
const channel = env.PLUMBLINE_CHANNEL ?? '';
pusher
  .subscribe(channel)
  .bind(env.PLUMBLINE_EVENT ?? '', (/** @type {object} */ data) => console.log(JSON.stringify(data)));
pusher.connection.bind('error', (/** @type {unknown} */ error) => console.error(JSON.stringify(error)));
createInterface({ input: process.stdin })
  .on('line', (line) => (line === 'leave' ? pusher.unsubscribe(channel) : pusher.disconnect()))
  .on('close', () => process.exit());
