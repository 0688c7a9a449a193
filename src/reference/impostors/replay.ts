import goodRun from './good-run.json' with { type: 'json' };
import type { Answer, Impostor } from './impostor.ts';

/** What the reference server once said, by place; see scripts/record-good-run.js. */
const recorded: {
  readonly streams: Readonly<Record<string, readonly string[]>>;
  readonly answers: Readonly<Record<string, Answer>>;
} = goodRun;

/** Says again what was said in a good run, whatever it is told. */
export const replay: Impostor = {
  id: 'replay',
  says: 'plays back the recording of a good run, regardless of what it is told',
  make: () => ({
    kind: 'http',
    answer: ({ method, path }) =>
      recorded.answers[`${method} ${placeOf(path)}`] ?? { status: 200, body: '{}' },
    stream(socket, { url = '' }) {
      for (const text of recorded.streams[placeOf(url.split('?')[0] ?? '')] ?? []) socket.send(text);
    },
  }),
};

/** A path without what differs between two jobs: spaces, jobs, requests. */
function placeOf(path: string): string {
  return path
    .split('/')
    .map((part) => (/^(space-\d+|[0-9A-Z]{26}|[0-9a-f-]{36})$/.test(part) ? '*' : part))
    .join('/');
}
