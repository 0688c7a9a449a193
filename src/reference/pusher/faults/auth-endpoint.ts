import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { AuthRequest } from '../authorization.ts';
import type { PusherPolicies } from '../policies.ts';

const fault = defineFault<PusherPolicies>;

const isGood = (status: number): boolean => status === 200;

/** A request whose fields cannot be read, as a server sees it that knows another encoding only. */
const unread = (request: AuthRequest): AuthRequest => ({
  ...request,
  socketId: undefined,
  channel: undefined,
});

/** `/broadcasting/auth`. */
export const authEndpointFaults: readonly Fault[] = [
  fault('pusher/auth-reply-empty', {
    breaks: ['M6', 'D37'],
    says: 'a granted authorization is an empty object',
    bend: () => ({ authReply: (reply) => (isGood(reply.status) ? { ...reply, body: {} } : reply) }),
  }),
  fault('pusher/auth-reply-created', {
    breaks: ['PA2'],
    says: 'a granted authorization has status 201',
    bend: () => ({ authReply: (reply) => (isGood(reply.status) ? { ...reply, status: 201 } : reply) }),
  }),
  fault('pusher/auth-double-encoded', {
    breaks: ['D37'],
    says: 'auth is the whole reply, as JSON in a string',
    bend: () => ({
      authReply: (reply) =>
        isGood(reply.status) ? { ...reply, body: { auth: JSON.stringify(reply.body) } } : reply,
    }),
  }),
  fault('pusher/auth-of-another-socket', {
    breaks: ['D37'],
    says: 'the signature is made for another socket',
    bend: ({ signChannel }) => ({ signChannel: (app, _socket, channel) => signChannel(app, '1.1', channel) }),
  }),
  fault('pusher/auth-without-key', {
    breaks: ['D37'],
    says: 'the signature comes without the app key in front',
    bend: ({ signChannel }) => ({
      signChannel: (app, socket, channel) => signChannel(app, socket, channel).slice(app.key.length + 1),
    }),
  }),
  fault('pusher/json-body-refused', {
    breaks: ['D7', 'PA2i'],
    says: 'a JSON body is not read',
    bend: ({ authorizeRequest }) => ({
      authorizeRequest: (request) =>
        authorizeRequest(request.encoding === 'json' ? unread(request) : request),
    }),
  }),
  fault('pusher/form-body-refused', {
    breaks: ['M19'],
    says: 'a form-encoded body is not read',
    bend: ({ authorizeRequest }) => ({
      authorizeRequest: (request) =>
        authorizeRequest(request.encoding === 'form' ? unread(request) : request),
    }),
  }),
  fault('pusher/client-id-by-prefix', {
    breaks: ['M26', 'D42i'],
    says: 'a client may have every channel whose id begins with its own',
    bend: ({ authorizeRequest }) => ({
      authorizeRequest(request) {
        const { bearer, channel, socketId } = request;
        const decision = authorizeRequest(request);
        if (!('status' in decision) || !bearer || bearer.revoked || request.method !== 'POST')
          return decision;
        if (typeof channel !== 'string' || typeof socketId !== 'string' || !/^\d+\.\d+$/.test(socketId))
          return decision;
        return /^[\w.-]+$/.test(channel) && channel.startsWith(`private-client.${bearer.client.id}`)
          ? { app: bearer.app, socketId, channel }
          : decision;
      },
    }),
  }),
  fault('pusher/revoked-tokens-accepted', {
    breaks: ['D42', 'M17'],
    says: 'a revoked token is as good as any',
    bend: ({ authorizeRequest }) => ({
      authorizeRequest: (request) =>
        authorizeRequest({ ...request, bearer: request.bearer && { ...request.bearer, revoked: false } }),
    }),
  }),
  fault('pusher/auth-refused-with-404', {
    breaks: ['PA3'],
    says: 'a refused authorization has status 404',
    bend: () => ({
      authReply: (reply) =>
        reply.status === 401 || reply.status === 403 ? { ...reply, status: 404 } : reply,
    }),
  }),
  fault('pusher/auth-refused-with-200', {
    breaks: ['PA3', 'D36i'],
    says: 'a refused authorization has status 200, and says in its body that it is none',
    bend: () => ({
      authReply: (reply) =>
        isGood(reply.status) ? reply : { ...reply, status: 200, body: { error: 'Forbidden' } },
    }),
  }),
  fault('pusher/malformed-auth-answered-500', {
    breaks: ['D36i'],
    says: 'a malformed auth request is answered with 500',
    bend: () => ({ authReply: (reply) => (reply.status === 422 ? { ...reply, status: 500 } : reply) }),
  }),
  fault('pusher/auth-refused-by-page', {
    breaks: ['M18', 'PA4i'],
    says: 'a refusal is a page of HTML',
    bend: () => ({
      authReply: (reply) =>
        isGood(reply.status)
          ? reply
          : { ...reply, body: '<html></html>', headers: { 'content-type': 'text/html; charset=utf-8' } },
    }),
  }),
  fault('pusher/auth-refused-by-redirect', {
    breaks: ['PA3', 'M18', 'PA4i'],
    says: 'a guest is sent to a login page',
    bend: () => ({
      authReply: (reply) =>
        reply.status === 401 ? { ...reply, status: 302, headers: { location: '/login' } } : reply,
    }),
  }),
];
