import type { SurfaceName } from '../../contract/requirement.ts';
import type { Ending } from '../evidence/stage-record.ts';
import type { LoadPlan } from '../plan/load-plan.ts';

/** What a driver is started with. */
export interface BulkOptions {
  readonly control: { readonly url: string; readonly token: string };
  readonly surface: SurfaceName;
  /** How many parts the subscribers are to be held in: VUs of k6, threads of Node. */
  readonly members: number;
  /** File for what the process prints. */
  readonly log: string;
  /** As in the plan; k6 has to know it before the plan comes. */
  readonly tls?: LoadPlan['tls'];
  readonly env?: Readonly<Record<string, string>>;
}

/** Who holds the bulk of the subscribers of a measurement. */
export interface BulkDriver {
  readonly name: 'k6' | 'node';
  readonly version: string;
  /** Set where it has so many members whatever the plan: others start them. */
  readonly members?: number;
  /** How long its members may take to say hello, milliseconds. */
  readonly patienceMs?: number;
  start(options: BulkOptions): Promise<BulkProcess>;
}

export interface BulkProcess {
  readonly pid: number;
  /** So many members will say hello over control. */
  readonly members: number;
  readonly ended: Promise<Ending>;
  /**
   * To be called after `stop` has been sent over control: makes sure that the process ends, in the end by force, and
   * says in `trouble` what that took.
   */
  stop(): Promise<Ending>;
}
