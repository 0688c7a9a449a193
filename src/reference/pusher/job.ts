import type { App, Client } from './apps.ts';

export type Status = 'pending' | 'processing' | 'in_progress' | 'done' | 'error';

export type JobKind = 'image' | 'other';

/** What whoever submits a job may ask of the simulated worker. */
export interface Script {
  /** in_progress updates; undefined: nobody scripted them, and the worker's own way is taken. */
  readonly updates: number | undefined;
  readonly previews: boolean;
  /** Bytes that a preview has at least. */
  readonly previewBytes: number;
  readonly fails: boolean;
  /** Wait for steps instead of working. */
  readonly hold: boolean;
  /** Milliseconds that each stage takes. */
  readonly stageMs: number;
}

/** A job and where it stands. */
export interface Job {
  readonly id: string;
  readonly app: App;
  readonly client: Client;
  readonly kind: JobKind;
  readonly type: string;
  readonly script: Script;
  readonly webhookUrl: string | undefined;
  /** Where the server was reached when the job was submitted: its result is there. */
  readonly origin: string;
  status: Status;
  previous: Status | undefined;
  /** 0 to 100. */
  progress: number;
  preview: Buffer | undefined;
  resultUrl: string | undefined;
  errorCode: string | undefined;
}

/** One job update as it is announced, before a dialect puts it in its form. */
export interface Update {
  readonly job: Job;
  readonly status: Status;
  readonly progress: number;
  readonly preview: Buffer | undefined;
  readonly resultUrl: string | undefined;
}

/** An event for the subscribers of a channel. Data that is no string is encoded as one. */
export interface ChannelEvent {
  readonly app: App;
  readonly channel: string;
  readonly name: string;
  readonly data: string;
  /** The connection that is left out. */
  readonly except?: string;
  /** The job that it tells of, where it is a job update. */
  readonly job?: Job;
}
