import type { WebSocket } from 'ws';
import type { Impostor } from './impostor.ts';

const same = (status: number, body: string) => () => ({ status, body });

/** Says back what it hears. */
export function echo(socket: WebSocket): void {
  socket.on('message', (data, binary) => socket.send(data, { binary }));
}

/** Impostors that do not even look at what they are asked. */
export const plainImpostors: readonly Impostor[] = [
  {
    id: 'silent',
    says: 'takes connections and says nothing',
    make: () => ({ kind: 'raw', connected: () => {} }),
  },
  {
    id: 'close-at-once',
    says: 'closes each connection at once',
    make: () => ({ kind: 'raw', connected: (socket) => void socket.end() }),
  },
  {
    id: 'close-after-101',
    says: 'takes every request and every upgrade, and closes the stream at once',
    make: () => ({
      kind: 'http',
      answer: same(200, '{}'),
      stream: (socket) => socket.close(1000),
    }),
  },
  {
    id: 'always-error',
    says: 'answers 500 to everything',
    make: () => ({ kind: 'http', answer: same(500, '{"error":"Internal error"}') }),
  },
  {
    id: 'always-refuse',
    says: 'answers 403 to everything',
    make: () => ({ kind: 'http', answer: same(403, '{"error":"no"}') }),
  },
  {
    id: 'echo',
    says: 'says back whatever it is told',
    make: () => ({
      kind: 'http',
      answer: ({ body }) => ({ status: 200, body: body === '' ? '{}' : body }),
      stream: echo,
    }),
  },
  {
    id: 'constant',
    says: 'says {} to everything',
    make: () => ({
      kind: 'http',
      answer: same(200, '{}'),
      stream(socket) {
        socket.send('{}');
        socket.on('message', () => socket.send('{}'));
      },
    }),
  },
];
