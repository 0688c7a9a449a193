import type { WebSocket, WebSocketServer } from 'ws';

/** Milliseconds between two pings. */
const pause = 30_000;

/** Ends streams whose other end has gone without a word: those that left the last ping unanswered. */
export function startHeartbeat(server: WebSocketServer): () => void {
  const pinged = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (pinged.has(socket)) {
        socket.terminate();
        continue;
      }
      pinged.add(socket);
      socket.once('pong', () => pinged.delete(socket));
      socket.ping();
    }
  }, pause).unref();
  return () => clearInterval(timer);
}
