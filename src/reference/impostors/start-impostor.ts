import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { InputError } from '../../contract/contract.ts';
import { describeReference, type Reference, type ReferenceOptions } from '../start.ts';
import type { Manners } from './impostor.ts';
import { chooseImpostor } from './impostors.ts';

/** Where and as what an impostor is to be met. */
export type ImpostorOptions = Pick<
  ReferenceOptions,
  'contract' | 'port' | 'host' | 'surfaces' | 'dialects'
> & {
  /** Its name. */
  readonly id: string;
};

/**
 * Starts a server that knows nothing, on every path of every surface. Its entries of a target file are those
 * of the reference server, so that `conform` meets it as it would meet that.
 * @throws InputError for an unknown name, and where the port is taken.
 */
export async function startImpostor(options: ImpostorOptions): Promise<Reference> {
  const { contract, host = '127.0.0.1', id, says } = { ...options, ...chooseImpostor(options.id) };
  const server = serverOf(chooseImpostor(id).make(contract));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new InputError(`port ${options.port} on ${host}: ${cause.message}`, { cause })),
    );
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const at = { http: `http://${host}:${port}`, ws: `ws://${host}:${port}` };
  const targets = describeReference({ ...options, faults: [] }, at);
  return {
    port,
    address: at,
    targets: () => targets,
    offers: () => [`an impostor, "${id}": it ${says}`],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serverOf(manners: Manners): Server {
  if (manners.kind === 'raw') return createTcpServer(manners.connected);
  const { answer, stream } = manners;
  const told = (request: IncomingMessage, body: string) =>
    answer({ method: request.method ?? 'GET', path: (request.url ?? '').split('?')[0] ?? '', body });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body } = told(request, Buffer.concat(chunks).toString());
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  if (stream) {
    const streams = new WebSocketServer({ server });
    streams.on('connection', (socket, request) => {
      socket.on('error', () => {});
      stream(socket, request);
    });
    return server;
  }
  return server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const { status, body } = told(request, '');
    socket.end(
      `HTTP/1.1 ${status} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
}
