import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Awaited {
  /** What is answered, in order. */
  readonly statuses: readonly number[];
  came: number;
  readonly tell: (came: number) => void;
}

/** Takes the webhooks of all scenes and answers them as they were answered in the recording. */
export class WebhookSink {
  readonly #awaited = new Map<string, Awaited>();
  readonly #server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      const known = this.#awaited.get(incoming.url ?? '');
      response.statusCode = known?.statuses[known.came] ?? 200;
      response.end();
      if (!known) return;
      known.came += 1;
      known.tell(known.came);
    });
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  await(path: string, statuses: readonly number[], tell: (came: number) => void): void {
    this.#awaited.set(path, { statuses, came: 0, tell });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
