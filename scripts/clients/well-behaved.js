// A client that does all that the documents ask of one, on a bare WebSocket. It is what the client suite is held
// against: `--fault NAME` makes it break one thing, and one check has to notice.
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { faults } from './faults.js';

const { env } = process;
const at = process.argv.indexOf('--fault');
/** @type {import('./faults.js').Habits} */
const habits = {
  query: '?protocol=7&client=plumbline-js&version=0.1.0',
  channels: [env.PLUMBLINE_CHANNEL ?? ''],
  event: env.PLUMBLINE_EVENT ?? '',
  answersPings: true,
  idleMs: (announced) => Math.min(announced, 30_000),
  waitsForGreeting: true,
  dropDelay: (attempt) => 500 * 2 ** attempt,
  closeDelay: (code, times) =>
    code < 4100
      ? undefined
      : code < 4200
        ? 1000
        : code < 4300
          ? Math.min(100 * (times - 1), 1000)
          : undefined,
  forgetsAttempts: false,
  keepsSignature: false,
  subscribesUnsigned: false,
  asksAgainMs: undefined,
  subscribesAgainMs: undefined,
  unsubscribes: true,
  joinsAgain: false,
  closes: 'frame',
  comesBack: false,
  ...(at > 0 ? faults[process.argv[at + 1] ?? '']?.habits : {}),
};

/** Attempts since a connection has last held for a while. */
let attempts = 0;
/** Closes with a code of its own, since then. */
let closes = 0;
let isLeaving = false;
/** @type {Map<string, string>} */
const signatures = new Map();
/** @type {WebSocket | undefined} */
let socket;

function connect() {
  const ws = new WebSocket(
    `ws://${env.PLUMBLINE_HOST}:${env.PLUMBLINE_PORT}/app/${env.PLUMBLINE_APP_KEY}${habits.query}`,
  );
  socket = ws;
  let socketId = '';
  let announcedMs = 120_000;
  /** @type {NodeJS.Timeout | undefined} */
  let idle;
  const held = setTimeout(() => {
    attempts = 0;
    closes = 0;
  }, 10_000);
  const say = (/** @type {object} */ message) => {
    if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify(message));
  };
  const subscribe = async (/** @type {string} */ channel) => {
    const auth = await signed(socketId, channel);
    if (auth !== undefined || habits.subscribesUnsigned)
      say({ event: 'pusher:subscribe', data: { auth, channel } });
    else if (habits.asksAgainMs !== undefined) setTimeout(() => subscribe(channel), habits.asksAgainMs);
  };
  ws.on('open', () => {
    if (!habits.waitsForGreeting) for (const channel of habits.channels) subscribe(channel);
  });
  ws.on('message', (bytes) => {
    clearTimeout(idle);
    const message = JSON.parse(String(bytes));
    if (message.event === 'pusher:connection_established') {
      const data = JSON.parse(message.data);
      socketId = data.socket_id;
      announcedMs = data.activity_timeout * 1000;
      if (habits.forgetsAttempts) attempts = 0;
      for (const channel of habits.channels) subscribe(channel);
    } else if (message.event === 'pusher:ping' && habits.answersPings)
      say({ event: 'pusher:pong', data: {} });
    else if (message.event === 'pusher:subscription_error' && habits.subscribesAgainMs !== undefined)
      setTimeout(() => subscribe(message.channel), habits.subscribesAgainMs);
    else if (message.event === habits.event) console.log(message.data);
    const ms = habits.idleMs(announcedMs);
    if (ms !== undefined) idle = setTimeout(() => say({ event: 'pusher:ping', data: {} }), ms);
  });
  ws.on('error', () => {});
  ws.on('close', (code) => {
    clearTimeout(idle);
    clearTimeout(held);
    if (isLeaving && !habits.comesBack) return;
    if (code >= 4000) closes += 1;
    const delay = code >= 4000 ? habits.closeDelay(code, closes) : habits.dropDelay(attempts);
    if (code < 4000) attempts += 1;
    if (delay !== undefined) setTimeout(connect, delay);
  });
}

/** The signature for a channel, or undefined where it is refused. */
async function signed(/** @type {string} */ socketId, /** @type {string} */ channel) {
  const known = habits.keepsSignature ? signatures.get(channel) : undefined;
  if (known !== undefined) return known;
  const response = await fetch(env.PLUMBLINE_AUTH_URL ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${env.PLUMBLINE_TOKEN}` },
    body: JSON.stringify({ socket_id: socketId, channel_name: channel }),
  });
  if (response.status !== 200) return undefined;
  const { auth } = /** @type {{ auth: string }} */ (await response.json());
  signatures.set(channel, auth);
  return auth;
}

/** @param {string} line */
function obey(line) {
  const [channel] = habits.channels;
  if (line === 'leave') {
    if (habits.unsubscribes) socket?.send(JSON.stringify({ event: 'pusher:unsubscribe', data: { channel } }));
    if (habits.joinsAgain)
      socket?.send(
        JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth: signatures.get(channel ?? '') } }),
      );
  }
  if (line === 'disconnect') {
    isLeaving = true;
    if (habits.closes === 'frame') socket?.close(1000);
    else if (habits.closes === 'drop') socket?.terminate();
  }
}

createInterface({ input: process.stdin })
  .on('line', obey)
  .on('close', () => process.exit());
connect();
