import type { AddressInfo, Server, Socket } from 'node:net';

/** A server of a test, listening on this machine. */
export interface OnAPort {
  readonly port: number;
  /** Drops whoever is connected, and ends. */
  readonly close: () => Promise<void>;
}

/** Lets a server listen on any free port; it knows nothing of what the server speaks. */
export async function onAPort(server: Server): Promise<OnAPort> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
