import type { StageShape } from '../plan/load-plan.ts';
import type {
  GateResult,
  LoadFinding,
  LoadResult,
  StageResult,
  TrustCheck,
  Window,
} from '../verdict/load-result.ts';

/**
 * `events.ndjson`: a load run as it happens, a line an event (`$defs/line` of specs/formats/load-result.schema.json).
 * Without its footer it is a part of a run.
 * @module
 */
export type LoadEvent =
  | LoadHeader
  | StageStarted
  | WindowEvent
  | { readonly event: 'finding'; readonly finding: LoadFinding }
  | { readonly event: 'trust'; readonly trust: TrustCheck }
  | { readonly event: 'gate'; readonly gate: GateResult }
  | { readonly event: 'stage-ended'; readonly stage: StageResult }
  | LoadVerdictEvent
  | LoadFooter;

/** The first line: all that is known before anything is measured. */
export interface LoadHeader
  extends Pick<
    LoadResult,
    | 'format'
    | 'tool'
    | 'id'
    | 'profile'
    | 'command'
    | 'seed'
    | 'target'
    | 'driver'
    | 'startedAt'
    | 'notOffered'
    | 'ceiling'
    | 'environment'
  > {
  readonly event: 'header';
  /** Names of the stages, in turn. */
  readonly stages: readonly string[];
}

export interface StageStarted {
  readonly event: 'stage-started';
  readonly stage: string;
  readonly shape: StageShape;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A second of a stage is over. */
export interface WindowEvent {
  readonly event: 'window';
  readonly stage: string;
  readonly window: Window;
  /** Deliveries of this second by join position, so that a run that is killed can still be drawn. */
  readonly histograms: readonly {
    readonly position: 'first' | 'middle' | 'last' | 'bulk';
    readonly pairs: readonly number[];
    readonly overflow: number;
  }[];
}

export interface LoadVerdictEvent
  extends Pick<LoadResult, 'verdict' | 'exit' | 'reason' | 'durationMs' | 'comparison'> {
  readonly event: 'verdict';
}

/** The last line. */
export interface LoadFooter {
  readonly event: 'footer';
  /** False where the run was interrupted. */
  readonly complete: boolean;
  /** How many stages came to their end. */
  readonly stages: number;
}

/** A whole run as the events that tell it. */
export function eventsOf(result: LoadResult): LoadEvent[] {
  const { format, tool, id, profile, command, seed, target, driver, startedAt } = result;
  const { notOffered, ceiling, environment, verdict, exit, reason, durationMs, comparison } = result;
  const ended = result.stages.filter(({ unfinished }) => !unfinished);
  return [
    {
      ...{ event: 'header', format, tool, id, profile, command, seed, target, driver, startedAt },
      ...{ stages: result.stages.map(({ name }) => name), notOffered, ceiling, environment },
    },
    ...result.stages.flatMap((stage): LoadEvent[] => [
      { event: 'stage-started', stage: stage.name, shape: stage.shape, startedAt: stage.startedAt },
      ...stage.windows.map(
        (window): LoadEvent => ({ event: 'window', stage: stage.name, window, histograms: [] }),
      ),
      { event: 'stage-ended', stage },
    ]),
    ...result.findings.map((finding) => ({ event: 'finding', finding }) as const),
    ...result.trust.map((trust) => ({ event: 'trust', trust }) as const),
    ...result.gates.map((gate) => ({ event: 'gate', gate }) as const),
    { event: 'verdict', verdict, exit, reason, durationMs, comparison },
    { event: 'footer', complete: result.complete, stages: ended.length },
  ];
}
