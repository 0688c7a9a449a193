import { isObject, parseJson } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { PusherPolicies } from '../policies.ts';
import { errorMessage, type Message } from '../protocol.ts';

const fault = defineFault<PusherPolicies>;

/** The door, the greeting and the keep-alive. */
export const connectionFaults: readonly Fault[] = [
  fault('pusher/never-greets', {
    breaks: ['M1', 'PC5'],
    says: 'a connection opens, and nothing is said',
    bend: () => ({ greet: () => [] }),
  }),
  fault('pusher/refuses-full-query', {
    breaks: ['PC1'],
    says: 'a query with more than the protocol in it is refused',
    bend: ({ admit }) => ({
      admit: (request) =>
        request.query.has('client') ? { code: 4100, reason: 'Over capacity' } : admit(request),
    }),
  }),
  fault('pusher/established-second', {
    breaks: ['PC5'],
    says: 'a pong comes before connection_established',
    bend: ({ greet }) => ({ greet: (id) => [{ event: 'pusher:pong', data: {} }, ...greet(id)] }),
  }),
  fault('pusher/established-twice', {
    breaks: ['PC5i'],
    says: 'connection_established is sent twice',
    bend: ({ greet }) => ({ greet: (id) => [...greet(id), ...greet(id)] }),
  }),
  fault('pusher/established-data-as-object', {
    breaks: ['PC6'],
    says: 'the data of connection_established is an object, not a string',
    bend: ({ encode }) => ({
      encode: (message) =>
        message.event === 'pusher:connection_established' ? plain(message) : encode(message),
    }),
  }),
  fault('pusher/activity-timeout-zero', {
    breaks: ['PC6i'],
    says: 'the announced activity timeout is zero',
    bend: () => ({
      greet: (id) => [
        { event: 'pusher:connection_established', data: { socket_id: id, activity_timeout: 0 } },
      ],
    }),
  }),
  fault('pusher/socket-ids-reused', {
    breaks: ['PC7'],
    says: 'every second connection gets the socket id of the one before',
    bend({ nextSocketId }) {
      let last: string | undefined;
      return {
        nextSocketId() {
          const again = last;
          last = again === undefined ? nextSocketId() : undefined;
          return again ?? last ?? nextSocketId();
        },
      };
    },
  }),
  fault('pusher/message-that-is-no-object', {
    breaks: ['PC4'],
    says: 'an empty array is sent after each confirmation',
    bend: ({ confirm, encode }) => ({
      confirm: (channel) => [...confirm(channel), { event: 'noise' }],
      encode: (message) => (message.event === 'noise' ? '[]' : encode(message)),
    }),
  }),
  fault('pusher/refusal-without-code', {
    breaks: ['PX15', 'PX1', 'PX2', 'PX3', 'PX4', 'PX8'],
    says: 'a refused connection gets an error event and a close with 1000',
    bend: ({ admit }) => ({
      admit(request) {
        const admission = admit(request);
        return 'app' in admission ? admission : { ...admission, code: 1000 };
      },
      farewell: (code, reason) => [errorMessage(reason, code === 1000 ? null : code)],
    }),
  }),
  fault('pusher/error-before-close', {
    breaks: ['PX15i'],
    says: 'a pusher:error comes before a close that has a code of its own',
    bend: () => ({ farewell: (code, reason) => [errorMessage(reason, code)] }),
  }),
  fault('pusher/error-without-message', {
    breaks: ['PX20', 'PE6'],
    says: 'a pusher:error says nothing in words',
    bend: ({ encode }) => ({
      encode: (message) =>
        encode(message.event === 'pusher:error' ? { ...message, data: { code: null } } : message),
    }),
  }),
  fault('pusher/error-code-out-of-range', {
    breaks: ['PX19i', 'PE6'],
    says: 'errors bear an HTTP status for a code',
    bend: ({ encode }) => ({
      encode: (message) =>
        encode(
          message.event === 'pusher:error' ? { ...message, data: { code: 500, message: 'error' } } : message,
        ),
    }),
  }),
  fault('pusher/pong-missing', {
    breaks: ['PK1', 'PK5', 'PK5i'],
    says: 'pusher:ping is not answered',
    bend: ({ react }) => ({ react: (incoming) => (incoming.kind === 'ping' ? [] : react(incoming)) }),
  }),
  fault('pusher/pong-with-data', {
    breaks: ['PK1i'],
    says: 'a pong tells the time',
    bend: ({ encode }) => ({
      encode: (message) =>
        message.event === 'pusher:pong' ? plain({ ...message, data: { time: 0 } }) : encode(message),
    }),
  }),
  fault('pusher/ping-without-data-ignored', {
    breaks: ['PK5', 'PK1'],
    says: 'a pusher:ping without data is not answered',
    bend: ({ react }) => ({
      react: (incoming) =>
        incoming.kind === 'ping' && !incoming.text.includes('"data"') ? [] : react(incoming),
    }),
  }),
  fault('pusher/empty-text-ping-kills', {
    breaks: ['PK5i'],
    says: 'a pusher:ping with an empty string for data ends its connection',
    bend: ({ react }) => ({
      react: (incoming) =>
        incoming.kind === 'ping' && /"data":\s*""/.test(incoming.text) ? [{ do: 'drop' }] : react(incoming),
    }),
  }),
  fault('pusher/serves-plain', {
    breaks: ['M4', 'PX7'],
    says: 'a connection without TLS is served where TLS is offered',
    secure: true,
    bend: () => ({ servesInTheClear: () => true }),
  }),
  fault('pusher/control-pings-unanswered', {
    breaks: ['PK1'],
    says: 'a WebSocket ping gets no WebSocket pong',
    bend: () => ({ answersControlPings: () => false }),
  }),
  fault('pusher/forged-updates-relayed', {
    breaks: ['PS15', 'PE4'],
    says: 'a job update that a client makes up is handed on to its channel',
    bend: ({ react }) => ({
      react(incoming) {
        const message = incoming.kind === 'unknown' ? parseJson(incoming.text) : undefined;
        if (!isObject(message) || typeof message.channel !== 'string') return react(incoming);
        const { event, channel, data = null } = message;
        return [{ do: 'relay', message: { event: String(event), channel, data } }];
      },
    }),
  }),
  fault('pusher/control-pings-do-not-count', {
    breaks: ['PK2'],
    says: 'WebSocket pings are no sign of life',
    bend: ({ countsAsLife }) => ({ countsAsLife: (sign) => sign !== 'control-ping' && countsAsLife(sign) }),
  }),
  fault('pusher/protocol-pings-do-not-count', {
    breaks: ['D39', 'M24', 'D38', 'PK2'],
    says: 'pusher:ping is answered and is no sign of life',
    bend: ({ countsAsLife }) => ({ countsAsLife: (sign) => sign !== 'ping' && countsAsLife(sign) }),
  }),
  fault('pusher/pinging-connection-cut', {
    breaks: ['M24', 'D38', 'D39', 'PK2'],
    says: 'nothing that a client sends keeps its connection open',
    bend: () => ({ countsAsLife: () => false }),
  }),
  fault('pusher/silence-goes-unpunished', {
    breaks: ['PK4'],
    says: 'a client that owes a pong is never closed',
    bend: ({ idle }) => ({ idle: () => ({ ...idle(), close: undefined }) }),
  }),
  fault('pusher/silent-closed-with-4200', {
    breaks: ['PX5'],
    says: 'the close for a missing pong bears 4200',
    bend: ({ idle }) => ({
      idle() {
        const plan = idle();
        return { ...plan, close: plan.close && { ...plan.close, code: 4200 } };
      },
    }),
  }),
  fault('pusher/silent-closed-unasked', {
    breaks: ['PK3i'],
    says: 'an idle connection is closed without a ping before',
    bend: ({ idle }) => ({ idle: () => ({ ...idle(), ask: 'nothing' }) }),
  }),
];

function plain({ event, channel, data = {} }: Message): string {
  return JSON.stringify({ event, ...(channel === undefined ? {} : { channel }), data });
}
