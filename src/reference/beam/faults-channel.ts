import { defineFault } from '../define-fault.ts';
import type { Fault } from '../surface-server.ts';
import type { BeamPolicies } from './policies.ts';

const fault = defineFault<BeamPolicies>;

/** A channel that is not where, or not what, it should be. */
export const channelFaults: readonly Fault[] = [
  fault('beam/wrong-accept-key', {
    breaks: ['B2'],
    says: 'the 101 bears an accept key that belongs to another request',
    bend: ({ handshake }) => ({
      handshake: (lines) =>
        handshake(lines).map((line) =>
          /^sec-websocket-accept:/i.test(line) ? 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=' : line,
        ),
    }),
  }),
  fault('beam/another-path', {
    breaks: ['B11', 'B10', 'B2'],
    says: 'the channel is at /ws instead of /',
    bend: ({ route }) => ({
      route: (path, endpoints) =>
        path.endsWith('/ws') ? route(path.slice(0, -'/ws'.length), endpoints) : undefined,
    }),
  }),
  fault('beam/event-stream', {
    breaks: ['B5'],
    says: 'a plain GET is answered with server-sent events',
    bend: () => ({
      get: () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: 'data: {}\n\n' }),
    }),
  }),
  fault('beam/closes-the-silent', {
    breaks: ['B18'],
    says: 'a client that sends nothing is closed after a second',
    bend: () => ({ patience: () => 1000 }),
  }),
];
