// laravel-echo as a client under test, as the sample of dryAPI (001) has it, authorizer and all:
//   npm run conform -- --client 'node scripts/clients/laravel-echo.js' --dialect pusher=dryapi
import { createInterface } from 'node:readline';
import EchoModule from 'laravel-echo';
import Pusher from 'pusher-js';

const { env } = process;
// Its types are those of the browser.
const Echo = /** @type {new (options: object) => any} */ (/** @type {unknown} */ (EchoModule));
const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${env.PLUMBLINE_TOKEN}` };
/** @typedef {(error: unknown, data?: unknown) => void} Callback */
const authorizer = (/** @type {{ name: string }} */ channel) => ({
  authorize: (/** @type {string} */ socketId, /** @type {Callback} */ callback) => {
    const body = JSON.stringify({ socket_id: socketId, channel_name: channel.name });
    fetch(env.PLUMBLINE_AUTH_URL ?? '', { method: 'POST', headers, body })
      .then((response) => response.json())
      .then((data) => callback(null, data))
      .catch((error) => callback(error));
  },
});
const [wsHost, wsPort, key] = [env.PLUMBLINE_HOST, Number(env.PLUMBLINE_PORT), env.PLUMBLINE_APP_KEY];
const where = {
  key,
  wsHost,
  wsPort,
  wssPort: wsPort,
  forceTLS: false,
  enabledTransports: ['ws', 'wss'],
  cluster: 'mt1',
};
const echo = new Echo({ broadcaster: 'pusher', Pusher, authorizer, ...where });
const channel = `client.${env.PLUMBLINE_CLIENT_ID}`;
echo
  .private(channel)
  .listen(`.${env.PLUMBLINE_EVENT}`, (/** @type {object} */ data) => console.log(JSON.stringify(data)));
createInterface({ input: process.stdin })
  .on('line', (line) => (line === 'leave' ? echo.leave(channel) : echo.disconnect()))
  .on('close', () => process.exit());
