import type { Reporter } from '../conform/run-event.ts';
import type { Output } from './output.ts';
import type { Place } from './place.ts';

/** What a reporter is made with. */
export interface ReportContext {
  readonly out: Output;
  /** A second file, for what a document leaves out, where the first is a file. */
  readonly beside?: { readonly name: string; readonly out: Output };
  /** Which levels decide the exit code. */
  readonly level: 'must' | 'should';
  readonly verbose: boolean;
  readonly color: boolean;
  /** True where a line can be written over: a terminal. */
  readonly live: boolean;
  /** Columns. */
  readonly width: number;
  /** Where the run was started. */
  readonly place: Place;
  /** The file that becomes the summary of a step, inside GitHub Actions. */
  readonly summary?: string;
  /** What the run runs on; absent where it ran some other time. */
  readonly machine?: string;
}

/** Makes one reporter. Its `name` is filled in with where it writes to. */
export type ReporterFactory = (context: ReportContext) => Omit<Reporter, 'name'>;

/** True where a requirement of that level decides the exit code. */
export function gates(level: string, context: Pick<ReportContext, 'level'>): boolean {
  return level === 'MUST' || (context.level === 'should' && level === 'SHOULD');
}
