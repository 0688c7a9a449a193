import type { WebSocket } from 'ws';
import type { Contract } from '../../contract/contract.ts';
import { isObject, type Json, parseJson } from '../../contract/json.ts';
import type { Impostor } from './impostor.ts';
import { jobNamedIn } from './obliging.ts';
import { draws, randomMessage } from './random-message.ts';

/** Fixed, so that a failure can be seen again. */
const seed = 20_190;

/** Says messages of the documented shapes, with random values, about whatever it heard of. */
export const noise: Impostor = {
  id: 'noise',
  says: 'makes random messages in the shapes of the schemas',
  make(contract) {
    const draw = draws(seed);
    const reply = (name: string, surface: 'emit' | 'pusher'): string =>
      JSON.stringify(randomRest(contract, surface, name, draw));
    return {
      kind: 'http',
      answer({ method, path }) {
        if (path.startsWith('/broadcasting')) return { status: 200, body: reply('auth-response', 'pusher') };
        if (path.includes('/client/')) {
          return { status: 200, body: reply(method === 'GET' ? 'status-reply' : 'submit-reply', 'pusher') };
        }
        if (path.endsWith('/poll')) return { status: 200, body: reply('poll-reply', 'emit') };
        if (method === 'POST' && path.endsWith('/jobs'))
          return { status: 201, body: reply('created-job', 'emit') };
        return { status: 200, body: path.startsWith('/apps/') ? '{}' : reply('job', 'emit') };
      },
      stream(socket, { url = '' }) {
        if (url.startsWith('/app/')) pusherNoise(socket, contract, draw);
        else if (url.includes('/realtime/')) emitNoise(socket, contract, draw, url);
        else beamNoise(socket, contract, draw);
      },
    };
  },
};

function randomRest(
  { emit, pusher }: Contract,
  surface: 'emit' | 'pusher',
  name: string,
  draw: () => number,
): Json {
  const { schemas } = surface === 'emit' ? emit : pusher;
  const rest = Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => [key.replace('rest/', 'messages/'), schema]),
  );
  return randomMessage(rest, name, draw);
}

function emitNoise(socket: WebSocket, { emit }: Contract, draw: () => number, url: string): void {
  const types = Object.keys(emit.rules.events);
  for (const type of [...types, ...types]) {
    const made = randomMessage(emit.schemas, type, draw);
    const about = { jobId: jobNamedIn(url), jobName: 'a-job', timestamp: new Date().toISOString() };
    socket.send(JSON.stringify({ ...(isObject(made) ? made : {}), ...about }));
  }
}

function beamNoise(socket: WebSocket, { beam }: Contract, draw: () => number): void {
  const say = (name: string): void => socket.send(JSON.stringify(randomMessage(beam.schemas, name, draw)));
  say('heartbeat');
  socket.on('message', () => {
    say('realtime-output');
    say('realtime-output-beta9');
  });
}

function pusherNoise(socket: WebSocket, { pusher }: Contract, draw: () => number): void {
  const make = (name: string, more: Readonly<Record<string, Json>> = {}): void => {
    const made = randomMessage(pusher.schemas, name, draw);
    socket.send(JSON.stringify({ ...(isObject(made) ? made : {}), ...more }));
  };
  const within = (name: string): string => JSON.stringify(randomMessage(pusher.schemas, name, draw));
  make('connection-established', { data: within('connection-established-data') });
  socket.on('message', (text) => {
    const message = parseJson(String(text));
    const channel = isObject(message) && isObject(message.data) ? message.data.channel : undefined;
    make('pong');
    make(
      draw() < 0.5 ? 'subscription-succeeded' : 'subscription-error',
      channel === undefined ? {} : { channel },
    );
    for (const dialect of Object.keys(pusher.dialects)) {
      make('job-event', {
        ...(channel === undefined ? {} : { channel }),
        data: within(`job-update.${dialect}`),
      });
    }
  });
}
