import type { ServerResponse } from 'node:http';
import type { SurfaceName } from '../../contract/requirement.ts';
import type { HostilePeer, HttpPeer } from '../hostile-peer.ts';
import { dribble, pour } from '../pace.ts';

const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };
const page = '<!doctype html><title>Please log in</title><form action="/login"></form>';

/** How one route of an HTTP API goes wrong. The rest of the API is the good server's. */
const ways: Readonly<Record<string, readonly [says: string, spoil: HttpPeer['spoil']]>> = {
  hangs: ['never answers', () => {}],
  'answers-html': ['answers 200 with a page', (_, to) => end(to, 200, { 'content-type': 'text/html' }, page)],
  redirects: ['redirects to a page', (_, to) => end(to, 302, { location: '/login' })],
  'redirects-in-a-loop': ['redirects to itself', ({ url = '/' }, to) => end(to, 307, { location: url })],
  'sends-100-mb': [
    'answers with 100 MB of JSON',
    (_, to) => {
      to.writeHead(200, json).write('{"filler":"');
      pour(to, Buffer.alloc(mebibyte, 0x78), 100 * mebibyte);
    },
  ],
  'promises-more': [
    'promises more of a body than it sends',
    (_, to) => to.writeHead(200, { ...json, 'content-length': '1000' }).write('{}'),
  ],
  'sends-more': [
    'sends more of a body than it promised',
    (_, to) => raw(to, 'content-length: 2\r\n\r\n{"a":1}{"b":2}'),
  ],
  'never-ends': [
    'sends chunk after chunk without end',
    (_, to) => {
      to.writeHead(200, json).write('[');
      pour(to, Buffer.from('"x",'.repeat(4096)), 100 * mebibyte);
    },
  ],
  dribbles: [
    'answers one byte a second',
    (_, to) => dribble(to.writeHead(200, json), '{"id":"slow","ok":true}'),
  ],
  'sends-huge-headers': [
    'answers with a megabyte of headers',
    (_, to) => raw(to, `x: ${'x'.repeat(mebibyte)}\r\n\r\n`),
  ],
  'breaks-off': [
    'resets amid its answer',
    (_, to) => to.writeHead(200, json).write('{"id":', () => to.socket?.resetAndDestroy()),
  ],
  'speaks-no-http': [
    'answers with bytes that are no HTTP',
    (_, to) => void to.socket?.end('\u0000\u0001 no HTTP\r\n\r\n'),
  ],
  'sends-bad-json': ['answers with JSON that is cut', (_, to) => end(to, 200, json, '{"id":')],
  'sends-deep-json': [
    'answers with JSON that is nested 100,000 deep',
    (_, to) => end(to, 200, json, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  ],
  'sends-other-json': [
    'answers with JSON of another shape',
    (_, to) => end(to, 200, json, '[null, 7, {"id": {}}]'),
  ],
  'is-busy': ['answers 503', (_, to) => end(to, 503, { ...json, 'retry-after': '60' }, '{}')],
};

interface Route {
  readonly name: string;
  readonly surfaces: readonly SurfaceName[];
  readonly method: string;
  readonly route: RegExp;
  /** Which ways are tried there. */
  readonly ways: readonly string[];
}

const telling = ['hangs', 'answers-html', 'sends-100-mb', 'is-busy'];

/** One route of each kind goes wrong in every way, the others in those that tell. */
const routes: readonly Route[] = [
  { name: 'ack', surfaces: ['emit'], method: 'POST', route: /\/jobs\/[^/]+\/ack$/, ways: Object.keys(ways) },
  { name: 'create', surfaces: ['emit'], method: 'POST', route: /\/spaces\/[^/]+\/jobs$/, ways: telling },
  { name: 'poll', surfaces: ['emit'], method: 'POST', route: /\/jobs\/poll$/, ways: telling },
  {
    name: 'auth',
    surfaces: ['pusher'],
    method: 'POST',
    route: /^\/broadcasting\/auth$/,
    ways: Object.keys(ways),
  },
  { name: 'trigger', surfaces: ['pusher'], method: 'POST', route: /^\/apps\/[^/]+\/events$/, ways: telling },
  { name: 'submit', surfaces: ['pusher'], method: 'POST', route: /\/client\/txt2img$/, ways: telling },
  {
    name: 'job-status',
    surfaces: ['pusher'],
    method: 'GET',
    route: /\/request-status\/[^/]+$/,
    ways: telling,
  },
  {
    name: 'control',
    surfaces: ['emit', 'beam', 'pusher'],
    method: 'POST',
    route: /^\/control$/,
    ways: telling,
  },
];

export const http: readonly HostilePeer[] = routes.flatMap(
  ({ name, surfaces, method, route, ways: chosen }) =>
    chosen.flatMap((way): HostilePeer[] => {
      const found = ways[way];
      if (!found) return [];
      const [says, spoil] = found;
      return [
        { kind: 'http', name: `${name}-${way}`, says: `${says} to ${name}`, surfaces, method, route, spoil },
      ];
    }),
);

function end(to: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body = ''): void {
  to.writeHead(status, headers).end(body);
}

/** Bytes after the status line that node itself would not send. */
function raw(to: ServerResponse, rest: string): void {
  to.socket?.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${rest}`);
}
