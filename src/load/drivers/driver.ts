import type { Ending } from '../evidence/stage-record.ts';

/** Makes the bulk of the load: the subscribers that count, and whose own latencies are claimed for nothing. */
export interface BulkDriver {
  readonly name: 'k6' | 'node';
  readonly version: string;
  /** Starts what connects to the coordinator as `bulk`, that many times. */
  readonly start: (options: BulkOptions) => Promise<BulkProcess>;
}

export interface BulkOptions {
  readonly control: { readonly url: string; readonly token: string };
  /** Members of the control connection to make: VUs of k6, threads of Node. */
  readonly members: number;
  readonly surface: 'pusher' | 'emit' | 'beam';
  /** File for whatever it prints. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface BulkProcess {
  readonly pid: number;
  readonly members: number;
  readonly ended: Promise<Ending>;
  /** After it was asked to stop over the control connection: waits, then insists, then ends it. */
  readonly stop: () => Promise<Ending>;
}
