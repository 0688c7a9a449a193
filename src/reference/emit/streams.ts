import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { EmitRules } from '../../contract/rules.ts';
import { createSocketServer, refuseUpgrade, targetOf } from '../handshake.ts';
import { createOutbox } from '../outbox.ts';
import type { Refusal, StreamKind, StreamRequest } from './admission.ts';
import type { Announcer } from './announcer.ts';
import { headerToken } from './header-token.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { EmitPolicies } from './policies.ts';
import type { Store } from './store.ts';
import type { Viewer, Viewers } from './viewers.ts';

interface Parts {
  readonly rules: EmitRules;
  readonly policies: EmitPolicies;
  readonly store: Store;
  readonly viewers: Viewers;
  readonly announcer: Announcer;
}

/** The two kinds of event stream. */
export interface Streams {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  readonly close: () => void;
}

export function createStreams({ rules, policies, store, viewers, announcer }: Parts): Streams {
  const server = createSocketServer();
  const stopHeartbeat = startHeartbeat(server);
  const which = streamPaths(rules);

  const join = (
    socket: WebSocket,
    stream: StreamKind,
    id: string,
    scope: string,
    token: Viewer['token'],
  ): void => {
    const viewer: Viewer = { stream, id, scope, token, outbox: createOutbox(socket) };
    // A viewer says nothing that matters, and whatever breaks its socket ends in 'close'.
    socket.on('error', () => {}).on('close', () => viewers.remove(viewer));
    // In one turn of the event loop: no event can fall between the state in `init` and the joining.
    viewers.add(viewer);
    const { event } = announcer;
    const job = stream === 'job' ? store.job(id) : undefined;
    if (job) {
      announcer.show(viewer, policies.greet({ stream: 'job', job, event }));
      if (rules.automaton.terminal.includes(job.status)) closeWith(socket, policies.afterEnd('finished'));
    } else {
      announcer.show(viewer, policies.greet({ stream: 'space', space: id, jobs: store.jobsOf(id), event }));
    }
  };

  const refuse = (request: IncomingMessage, socket: Duplex, head: Buffer, refusal: Refusal): void => {
    const { closeCode } = refusal;
    if (closeCode === undefined) refuseUpgrade(socket, refusal.status, { error: refusal.error });
    else {
      server.handleUpgrade(request, socket, head, (open) => {
        open.on('error', () => {}).close(closeCode, refusal.error.slice(0, 100));
      });
    }
  };

  return {
    upgrade(request, socket, head) {
      const url = targetOf(request);
      const found = url && which(url.pathname);
      if (!found) return false;
      const { stream, id } = found;
      const presented = url.searchParams.get('token');
      const issued = store.tokens.get(presented ?? '');
      const job = stream === 'job' ? store.job(id) : undefined;
      const asked: StreamRequest = {
        stream,
        presented,
        issued,
        token: policies.recognise(issued),
        inHeader: headerToken(store, (name) => headerText(request, name)),
        job,
        space: stream === 'job' ? job?.space : store.spaces.get(id)?.id,
      };
      const answer = policies.admit(asked);
      if (answer.kind === 'refused') refuse(request, socket, head, answer);
      else {
        server.handleUpgrade(request, socket, head, (open) => join(open, stream, id, answer.scope, issued));
      }
      return true;
    },
    close() {
      stopHeartbeat();
      for (const client of server.clients) client.close(1001, 'the server is going away');
    },
  };
}

/** Tells which stream a path means, by the paths of the rules; the space stream is tried first. */
function streamPaths(rules: EmitRules): (path: string) => { stream: StreamKind; id: string } | undefined {
  const { root, jobStream, spaceStream } = rules.api;
  const paths = [
    { stream: 'space', pattern: patternOf(root + spaceStream) },
    { stream: 'job', pattern: patternOf(root + jobStream) },
  ] as const;
  return (path) => {
    for (const { stream, pattern } of paths) {
      const id = pattern.exec(path)?.[1];
      if (id !== undefined) return { stream, id };
    }
    return undefined;
  };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{\w+\}/, '([^/]+)')}/?$`);
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function closeWith(socket: WebSocket, code: number | undefined): void {
  if (code !== undefined) socket.close(code);
}
