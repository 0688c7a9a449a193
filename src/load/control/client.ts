import { WebSocket } from 'ws';
import { controlVariables, type Fact, type Order, type Role } from './messages.ts';

/** A process's end of the control connection. */
export interface ControlClient {
  readonly tell: (fact: Fact) => void;
  readonly send: (frame: ArrayBuffer) => void;
  /** Resolves when all that was told has left this process. */
  readonly settled: () => Promise<void>;
}

/**
 * Connects a process to its coordinator, by the environment it was started with, and gives it its orders.
 * A lost coordinator ends the process: nobody is there to stop it otherwise.
 */
export async function connectToCoordinator(
  role: Role,
  handle: (order: Order, control: ControlClient) => void | Promise<void>,
): Promise<ControlClient> {
  const url = process.env[controlVariables.url];
  const token = process.env[controlVariables.token];
  if (url === undefined || token === undefined) throw new Error('not started by a coordinator');
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const control: ControlClient = {
    tell: (fact) => socket.send(JSON.stringify(fact)),
    send: (frame) => socket.send(frame),
    settled: () => new Promise((resolve) => socket.send('', () => resolve())),
  };
  socket.on('message', (data, isBinary) => {
    if (isBinary) return;
    const order = JSON.parse(String(data)) as Order;
    Promise.resolve(handle(order, control)).catch((cause: unknown) => {
      control.tell({ say: 'broken', reason: (cause as Error).stack ?? String(cause) });
    });
  });
  socket.on('close', () => process.exit(0));
  control.tell({ say: 'hello', role, token, pid: process.pid });
  return control;
}
