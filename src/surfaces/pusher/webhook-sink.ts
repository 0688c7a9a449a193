import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook as it came in. */
export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Takes one in, and says with which status it is answered. */
export type Receiver = (delivery: Delivery) => number;

/** More than any webhook needs. */
const largestBody = 1024 * 1024;

/** The harness's own receiver of webhooks, on loopback: whoever is told its URL can reach it, and nobody else. */
export class WebhookSink {
  readonly #server: Server;
  readonly #receivers = new Map<string, Receiver>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.unref();
  }

  static async open(): Promise<WebhookSink> {
    const sink = new WebhookSink();
    await new Promise<void>((resolve, reject) => {
      sink.#server.once('error', reject);
      sink.#server.listen(0, '127.0.0.1', resolve);
    });
    return sink;
  }

  /** A URL of its own for whatever is to be told apart by it. */
  receive(path: string, receiver: Receiver): string {
    this.#receivers.set(path, receiver);
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > largestBody) break;
        chunks.push(chunk);
      }
    } catch {
      response.destroy();
      return;
    }
    const receiver = this.#receivers.get(request.url ?? '');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const body = Buffer.concat(chunks).toString('utf8');
    response.statusCode = receiver?.({ url: request.url ?? '', headers, body }) ?? 404;
    response.end();
  }
}
