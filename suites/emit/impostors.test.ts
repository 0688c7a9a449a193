import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { makePlan } from '../../src/conform/plan.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { emitTarget } from '../../src/reference/emit/targets.ts';
import { targetsOf } from '../../src/target/load.ts';
import { onAPort } from '../../src/wire/on-a-port.ts';
import { suites } from '../index.ts';

const contract = await loadContract();

/** A server that knows nothing of jobs: what it says to a request, and to a stream. */
function impostor(
  answer: (request: IncomingMessage, body: string) => [number, string],
  greet: Greeting,
): Server {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const [status, text] = answer(request, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });
  new WebSocketServer({ server }).on('connection', greet);
  return server;
}

type Greeting = (socket: WebSocket, request: IncomingMessage) => void;

const echoing: Greeting = (socket) => socket.on('message', (data, binary) => socket.send(data, { binary }));

/** Whatever is asked for is taken, and is called by the same id. */
const id = '01HZZZZZZZZZZZZZZZZZZZZZZZ';
const taken = (): [number, string] => [
  200,
  JSON.stringify({ id, name: 'a-job', status: 'pending', jobs: [{ id, name: 'a-job', payload: {} }] }),
];

const types = [
  'init',
  'delivered',
  'acked',
  'progress',
  'checkpoint',
  'retried',
  'delivery_timeout',
  'completed',
  'dead',
];
const statuses = [
  'pending',
  'delivered',
  'running',
  'running',
  'running',
  'pending',
  'pending',
  'completed',
  'dead',
];

/** Every event of the table, well formed, about the job of the URL; who watches a space hears of the same job. */
const noise: Greeting = (socket, { url = '' }) => {
  const jobId = /realtime\/(?!spaces\/)([^/?]+)/.exec(url)?.[1] ?? id;
  types.forEach((type, at) => {
    const timestamp = new Date().toISOString();
    const data = ['progress', 'checkpoint'].includes(type) ? { percent: 50, message: 'half', n: at } : null;
    const whole = { jobId, jobName: 'a-job', type, status: statuses[at], timestamp };
    socket.send(JSON.stringify(type === 'init' ? whole : { ...whole, data }));
  });
};

/** Says back all that it was told at the upgrade, as an event of the job. */
const reflecting: Greeting = (socket, request) => {
  noise(socket, request);
  const jobId = /realtime\/(?!spaces\/)([^/?]+)/.exec(request.url ?? '')?.[1] ?? id;
  const data = { url: request.url ?? '', headers: request.headers };
  socket.send(JSON.stringify({ jobId, jobName: 'a-job', type: 'progress', status: 'running', data }));
  echoing(socket, request);
};

const impostors: Readonly<Record<string, () => Server>> = {
  'says nothing': () => createTcp(() => {}) as Server,
  'closes at once': () => createTcp((socket) => socket.end()) as Server,
  'answers 500 to everything': () =>
    createServer((_, response) => response.writeHead(500).end()).on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n'),
    ),
  'refuses everything': () =>
    createServer((_, response) => response.writeHead(403).end('{"error":"no"}')).on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    ),
  'says everything back': () => impostor((_, body) => [200, body || '{}'], echoing),
  'accepts everything, and says {}': () =>
    impostor(
      () => [200, '{}'],
      (socket) => socket.send('{}'),
    ),
  'takes every job, and says {}': () => impostor(taken, (socket) => socket.send('{}')),
  'takes every job, and closes every stream': () => impostor(taken, (socket) => socket.close()),
  'takes every job, and makes well-formed noise': () => impostor(taken, noise),
  'takes every job, and says back what it was told at the upgrade': () => impostor(taken, reflecting),
};

/** Judges an impostor as though it were the server of a target file. */
async function judged(port: number) {
  const entry = {
    ...emitTarget({ http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}` }),
    control: `http://127.0.0.1:${port}/control`,
    deadlines: { connectMs: 5000, answerMs: 100 },
  };
  const targets = await targetsOf([entry], 'an impostor', contract);
  const chosen = targets.map((target) => ({ target, dialect: 'emit@1' }));
  return runPlans(makePlan(contract, chosen, suites, { only: [], slow: false }), { multiplier: 1 });
}

describe('passes no MUST check, and answers no open point: a server that', () => {
  // Side by side, since most of the time nobody answers.
  it.concurrent.each(Object.entries(impostors))('%s', async (_, make) => {
    const { port, close } = await onAPort(make());
    const { checks, exit } = await judged(port);
    await close();
    const passed = checks.filter(({ outcome, level }) => outcome === 'passed' && level === 'MUST');
    const answered = checks.filter(({ outcome }) => outcome === 'ambiguous');
    expect(passed.map((check) => `${check.case} ${check.requirement}`)).toEqual([]);
    expect(answered.map(({ requirement }) => requirement)).toEqual([]);
    expect(exit).not.toBe(0);
  });
});
