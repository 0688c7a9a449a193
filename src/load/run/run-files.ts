import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PublishRow } from '../control/messages.ts';
import { EventStream } from '../report/event-stream.ts';
import type { LoadEvent } from '../report/load-events.ts';

/** What a run writes while it goes on, so that a kill takes nothing that was known: the stream, and every publish. */
export class RunFiles {
  readonly #events: EventStream;
  readonly #publishes: number;
  /** Why it could not be written any more; the run goes on, and says so at its end. */
  problem: string | undefined;

  /** @throws Error where the files cannot be made, or are there already. */
  constructor(folder: string) {
    this.#events = new EventStream(join(folder, 'events.ndjson'));
    this.#publishes = openSync(join(folder, 'publishes.ndjson'), 'ax');
  }

  event(event: LoadEvent): void {
    this.#try('events.ndjson', () => this.#events.write(event));
  }

  /** One line a publish: stage, channel, number, sent and acknowledged in milliseconds of hrtime, status. */
  publishes(stage: string, rows: readonly PublishRow[]): void {
    const text = rows
      .map(([channel, seq, sent, acknowledged, status]) =>
        JSON.stringify({
          stage,
          channel,
          seq,
          sent,
          acknowledged: acknowledged < 0 ? null : acknowledged,
          status,
        }),
      )
      .join('\n');
    this.#try('publishes.ndjson', () => {
      let rest = Buffer.from(`${text}\n`);
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#publishes, rest));
    });
  }

  close(): void {
    this.#events.close();
    closeSync(this.#publishes);
  }

  #try(file: string, write: () => void): void {
    if (this.problem !== undefined) return;
    try {
      write();
    } catch (cause) {
      this.problem = `${file} could not be written: ${(cause as Error).message}`;
    }
  }
}
