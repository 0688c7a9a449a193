import type { Json, JsonObject } from '../../contract/json.ts';
import type { Client } from '../../target/target.ts';
import type { Exchange } from '../../wire/event.ts';

/** Verbs by which jobs are submitted. */
export type SubmitKind = 'submit' | 'submitFailing' | 'submitOther';

/** Every status that a job can be in, whether or not a dialect shows it. */
export const statuses: readonly string[] = ['pending', 'processing', 'in_progress', 'done', 'error'];

/** Makes an application emit: submits jobs, asks for their status, and moves those that are held. */
export interface JobDriver {
  /**
   * Submits a job. `script` is how it is to go, for a driver that can see to it: `updates`, `previews`,
   * `previewBytes`, and `hold`: it stands still until it is moved.
   */
  readonly submit: (
    kind: SubmitKind,
    client: Client,
    script: JsonObject,
    webhookUrl?: string,
  ) => Promise<Exchange>;
  /** Whether the job goes as its script says, by the answer to its submission. */
  readonly honours: (exchange: Exchange) => boolean;
  readonly status: (id: string, client: Client) => Promise<Exchange>;
  /** Moves a job that was submitted with `hold: true` one step. */
  readonly step: (id: string, client: Client, to: Json) => Promise<Exchange>;
}

/** One event as it is published: `data` is text, and is to arrive as it is. */
export interface PublishRequest {
  readonly name: string;
  readonly channels: readonly string[];
  readonly data: string;
  readonly socket_id?: string;
}

/** Publishes events to channels. */
export interface PublishDriver {
  readonly publish: (event: PublishRequest) => Promise<Exchange>;
}
