import { Pool } from '../conform/pool.ts';
import type { Trial, TrialResult } from './trial.ts';

/** How trials are worked through. */
export interface TrialRunOptions {
  readonly perform: (trial: Trial) => Promise<TrialResult>;
  /** Trials at a time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onDone: (result: TrialResult, done: number) => void;
}

/**
 * Performs trials, several at a time. Rejects with the first one that could not be performed: what is missing
 * from a matrix would look like a survivor. Resolves to fewer than were asked for only if it was aborted.
 */
export async function runTrials(
  trials: readonly Trial[],
  { perform, jobs, signal, onDone }: TrialRunOptions,
): Promise<TrialResult[]> {
  const pool = new Pool(jobs);
  const results: TrialResult[] = [];
  let broken: unknown;
  await Promise.all(
    trials.map((trial) =>
      pool.run(async () => {
        if (signal.aborted || broken !== undefined) return;
        try {
          const result = await perform(trial);
          if (signal.aborted) return;
          results.push(result);
          onDone(result, results.length);
        } catch (cause) {
          broken ??= cause;
        }
      }),
    ),
  );
  if (broken !== undefined && !signal.aborted) throw broken;
  return results;
}
