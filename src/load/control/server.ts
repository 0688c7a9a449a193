import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Fact, Order, Role } from './messages.ts';

/** A process that has said who it is. */
export interface Member {
  readonly role: Role;
  readonly pid: number;
  readonly order: (order: Order) => void;
  readonly isThere: () => boolean;
}

/** What the coordinator does with what its processes tell. */
export interface ControlListener {
  readonly joined: (member: Member) => void;
  readonly told: (member: Member, fact: Fact) => void;
  readonly sent: (member: Member, frame: DataView) => void;
  readonly left: (member: Member) => void;
}

/** Where processes find their coordinator. */
export interface ControlServer {
  readonly url: string;
  /** Who does not know it is not listened to. */
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** Where to listen, and who is let in. */
export interface ControlAddress {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

/** Listens for the processes of a measurement; on loopback, unless they are on other machines. */
export async function startControl(
  listener: ControlListener,
  {
    host = '127.0.0.1',
    port = 0,
    token = randomBytes(18).toString('base64url'),
  }: Partial<ControlAddress> = {},
): Promise<ControlServer> {
  const http = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
  });
  sockets.on('connection', (socket) => accept(socket, token, listener));
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, resolve);
  });
  const { port: chosen } = http.address() as AddressInfo;
  return {
    // Our own processes are on this machine, whoever else may come.
    url: `ws://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${chosen}/`,
    token,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

function accept(socket: WebSocket, token: string, listener: ControlListener): void {
  let member: Member | undefined;
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      const bytes = data as Buffer;
      if (member) listener.sent(member, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return;
    }
    const text = String(data);
    // An empty message only marks that all before it has arrived.
    if (text === '') return;
    const fact = JSON.parse(text) as Fact;
    if (member) {
      listener.told(member, fact);
      return;
    }
    if (fact.say !== 'hello' || !isSame(fact.token, token)) {
      socket.close(1008, 'who are you?');
      return;
    }
    member = {
      role: fact.role,
      pid: fact.pid,
      order: (order) => socket.send(JSON.stringify(order)),
      isThere: () => socket.readyState === socket.OPEN,
    };
    listener.joined(member);
  });
  socket.on('close', () => {
    if (member) listener.left(member);
  });
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
