import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';
import { isObject, type JsonObject, parseJson } from '../../contract/json.ts';
import type { Answer, Asked, Impostor } from './impostor.ts';
import { echo } from './plain.ts';

const job = '01HZZZZZZZZZZZZZZZZZZZZZZZ';

/** A body in which every surface finds what a granted request gives, made without looking at the request. */
const granted = JSON.stringify({
  ...{ id: job, name: 'a-job', status: 'pending', jobs: [{ id: job, name: 'a-job', payload: {} }] },
  ...{ auth: `key:${'0'.repeat(64)}`, data: { request_id: randomUUID(), status: 'done' } },
  ...{ channels: {}, ok: true, ran: 1 },
});

const grants = (): Answer => ({ status: 200, body: granted });

/** Says all of the Pusher protocol that can be said without knowing anything. */
function pushy(socket: WebSocket, decide: 'granted' | 'refused'): void {
  const data = JSON.stringify({ socket_id: '1.1', activity_timeout: 30 });
  say(socket, { event: 'pusher:connection_established', data });
  socket.on('message', (text) => {
    const message = parseJson(String(text));
    if (!isObject(message)) return;
    if (message.event === 'pusher:ping') say(socket, { event: 'pusher:pong', data: {} });
    if (message.event !== 'pusher:subscribe') return;
    const channel = isObject(message.data) ? (message.data.channel ?? '') : '';
    say(
      socket,
      decide === 'granted'
        ? { event: 'pusher_internal:subscription_succeeded', channel, data: '{}' }
        : { event: 'pusher:subscription_error', channel, data: { status: 401 } },
    );
  });
}

function say(socket: WebSocket, message: JsonObject): void {
  socket.send(JSON.stringify(message));
}

/** The job that a stream's path names: the least that a server can be told. */
export function jobNamedIn(path: string): string {
  return /\/realtime\/(?!spaces\/)([^/?]+)/.exec(path)?.[1] ?? job;
}

const isPusher = (path: string): boolean => path.startsWith('/app/');

/** Whether a path is of the calls that make something: 201 is then as good an answer as 200. */
const creates = ({ method, path }: Asked): boolean => method === 'POST' && path.endsWith('/jobs');

/** Impostors that please whoever asks. */
export const obligingImpostors: readonly Impostor[] = [
  {
    id: 'accept-everything',
    says: 'grants every request and every subscription, and beats on every stream',
    make: () => ({
      kind: 'http',
      answer: (asked) => (creates(asked) ? { ...grants(), status: 201 } : grants()),
      stream(socket, { url = '' }) {
        if (isPusher(url)) return pushy(socket, 'granted');
        say(socket, { type: 'ping' });
        socket.on('message', () => say(socket, { type: 'ping' }));
      },
    }),
  },
  {
    id: 'refuse-politely',
    says: 'speaks the protocols and refuses whatever they ask for',
    make: () => ({
      kind: 'http',
      answer: () => ({ status: 403, body: '{"error":"Forbidden"}' }),
      stream(socket, { url = '' }) {
        if (isPusher(url)) pushy(socket, 'refused');
        else socket.close(1008);
      },
    }),
  },
  {
    id: 'reflect',
    says: 'grants every request, and says back on the stream all that it was told at the upgrade',
    make: (contract) => ({
      kind: 'http',
      answer: grants,
      stream: (socket, { url = '', headers }) => {
        if (isPusher(url)) pushy(socket, 'granted');
        else for (const message of [{ type: 'ping' }, ...wellFormed(contract, url)]) say(socket, message);
        const data = { url, headers: { ...headers } } as unknown as JsonObject;
        const about = { jobId: jobNamedIn(url), jobName: 'a-job', type: 'progress', status: 'running' };
        say(socket, { ...about, timestamp: new Date().toISOString(), data });
        echo(socket);
      },
    }),
  },
];

/** Every event of the emit table about the job of the URL, as its own rules have it. */
export function wellFormed({ emit }: Contract, url: string): JsonObject[] {
  return Object.entries(emit.rules.events).map(([type, { status }]) => ({
    ...{ jobId: jobNamedIn(url), jobName: 'a-job', type, status: Object.keys(status)[0] ?? 'running' },
    timestamp: new Date().toISOString(),
    ...(type === 'init' ? {} : { data: ['progress', 'checkpoint'].includes(type) ? { percent: 50 } : null }),
  }));
}
