import { setMaxListeners } from 'node:events';
import type { Recording } from '../suite/recording.ts';
import { secretsOf, type Target } from '../target/target.ts';
import { type Redactor, redactor } from '../wire/redact.ts';
import { now } from '../wire/transcript.ts';
import type { Baseline, BaselineReport } from './baseline/baseline.ts';
import { caseResults } from './cases.ts';
import type { CheckResult } from './check-result.ts';
import { excerpt } from './excerpt.ts';
import { exercisedOf } from './exercised.ts';
import type { TargetPlan } from './plan.ts';
import { Pool } from './pool.ts';
import { redactEvent } from './redact-event.ts';
import { redacted } from './redact-recording.ts';
import { mergeRounds, repeatTotals } from './rounds.ts';
import type { CaseResult, Recordings, Reporter, RunEvent } from './run-event.ts';
import { runTarget, type TargetOutcome } from './target-run.ts';
import { type VerdictOf, verdictOf, worstExit } from './verdict.ts';

/** How a run is carried out. */
export interface RunOptions {
  /** Scenes at a time over all targets. @default 32 */
  readonly jobs: number;
  readonly seed: number;
  readonly multiplier: number;
  readonly level: 'must' | 'should';
  readonly slow: boolean;
  readonly bail: boolean;
  readonly waitMs: number;
  readonly repeat: number;
  readonly version: string;
  readonly contractHash: string;
  readonly command: string;
  readonly reporters: readonly Reporter[];
  /** Aborted by Ctrl-C: no new scenes, a short drain, a marked result. */
  readonly signal: AbortSignal;
  /** Known failures: what they excuse is marked, does not gate, and does not stop a run that bails. */
  readonly baseline?: Baseline;
}

/** What a run came to. */
export interface RunResult extends VerdictOf {
  readonly targets: readonly (VerdictOf & { readonly target: string })[];
  readonly checks: readonly CheckResult[];
  readonly cases: readonly CaseResult[];
  readonly outcomes: readonly TargetOutcome[];
  readonly baseline?: BaselineReport;
  readonly durationMs: number;
  /** False where the run was interrupted, or stopped at a failure. */
  readonly complete: boolean;
  /** Reporters that failed, and how. */
  readonly unwritten: readonly string[];
}

/** Works through a plan: all targets at once, scenes in parallel, and tells the reporters as it goes. */
export async function run(plans: readonly TargetPlan[], options: RunOptions): Promise<RunResult> {
  const origin = now();
  const stop = new AbortController();
  const bail = new AbortController();
  // Every scene and every wait listens to it; that is no leak.
  setMaxListeners(0, stop.signal);
  if (options.signal.aborted) stop.abort();
  options.signal.addEventListener('abort', () => stop.abort(), { once: true });
  bail.signal.addEventListener('abort', () => stop.abort(), { once: true });
  const teller = new Teller(
    options.reporters,
    plans.map((plan) => plan.target),
  );
  const of = plans.reduce((sum, plan) => sum + plan.scenes.length, 0) * options.repeat;
  let done = 0;
  await teller.tell({
    event: 'header',
    format: 'plumbline-result/1',
    tool: { name: 'plumbline', version: options.version, contract: options.contractHash },
    startedAt: new Date().toISOString(),
    seed: options.seed,
    command: options.command,
    targets: plans.map(({ target, dialect }) => ({
      name: target.name,
      surface: target.surface,
      dialect,
      ...(target.surface === 'pusher' ? { role: target.role } : {}),
      url: urlOf(target),
      at: target.at,
    })),
    scenes: of,
    checks: plans.reduce((sum, plan) => sum + plan.checks.length, 0),
  });
  const pool = new Pool(options.jobs);
  const gates = (result: CheckResult): boolean =>
    result.level === 'MUST' || (options.level === 'should' && result.level === 'SHOULD');
  const marked = (result: CheckResult): CheckResult => options.baseline?.mark(result) ?? result;
  const rounds: (readonly TargetOutcome[])[] = [];
  // Where the run was stopped before it began, the first round still says of every check that it was not run.
  for (let round = 0; round === 0 || (round < options.repeat && !stop.signal.aborted); round++) {
    rounds.push(
      await Promise.all(
        plans.map((plan) =>
          runTarget(plan, {
            pool,
            origin,
            seed: options.seed + round,
            multiplier: options.multiplier,
            slow: options.slow,
            waitMs: options.waitMs,
            signal: stop.signal,
            onScene: (what, scene, ending) => {
              if (what === 'started')
                teller.soon({
                  event: 'scene-started',
                  target: plan.target.name,
                  scene: scene.id,
                  at: now() - origin,
                });
              else {
                done += 1;
                teller.soon({
                  event: 'scene-ended',
                  target: plan.target.name,
                  scene: scene.id,
                  at: now() - origin,
                  ending,
                  done,
                  of,
                });
              }
            },
            onFinding: (check) => {
              const finding = marked(check);
              teller.soon({ event: 'finding', check: finding });
              if (options.bail && gates(finding) && finding.known === undefined) bail.abort();
            },
          }),
        ),
      ),
    );
  }
  const outcomes = rounds.at(-1) ?? [];
  // The frames that findings name are of different rounds, so that no single recording would fit them all.
  if (rounds.length === 1) teller.recordings = redacted(recordingsOf(plans, outcomes), teller.redact);
  const merged = mergeRounds(rounds.map((round) => round.flatMap((outcome) => outcome.results)));
  const checks = merged.results.map(marked);
  const interrupted = options.signal.aborted || bail.signal.aborted;
  const baseline = options.baseline?.report(checks, interrupted);
  const staleOf = (target?: string): string[] =>
    (baseline?.stale ?? [])
      .filter((entry) => target === undefined || entry.target === target)
      .map(({ reason }) => reason);
  const cases = caseResults(checks, (result) =>
    excerpt(recordingsOf(plans, rounds[merged.roundOf(result)] ?? []), result),
  );
  for (const one of cases) await teller.tell(one);
  const unreachable = rounds.flatMap((round) =>
    round.flatMap((outcome, at) =>
      outcome.unreachable === undefined ? [] : [`${plans[at]?.target.name}: ${outcome.unreachable}`],
    ),
  );
  const shared = {
    level: options.level,
    staleBaseline: staleOf(),
    interrupted,
  };
  const targets = plans.filter(isAsked).map(({ target }) => ({
    target: target.name,
    ...verdictOf(
      checks.filter((result) => result.target === target.name),
      {
        ...shared,
        staleBaseline: staleOf(target.name),
        unreachable: unreachable.filter((entry) => entry.startsWith(`${target.name}:`)),
        unwritten: [],
      },
    ),
  }));
  const decide = (unwritten: readonly string[]): VerdictOf => {
    const whole = verdictOf(checks, { ...shared, unreachable, unwritten });
    // No target may be lost in the crowd: the run is never better than its worst target.
    const exit = worstExit([whole.exit, ...targets.map((one) => one.exit)]);
    const worst = targets.find((one) => one.exit === exit);
    return exit === whole.exit || !worst
      ? whole
      : { ...whole, verdict: worst.verdict, exit, reason: `${worst.target}: ${worst.reason}` };
  };
  const durationMs = now() - origin;
  const verdict = decide(teller.failures());
  await teller.tell({
    event: 'verdict',
    ...verdict,
    targets,
    openPoints: outcomes.flatMap((outcome) => outcome.points),
    exercised: plans.flatMap((plan, at) => exercisedOf(plan, checks, outcomes[at]?.seen) ?? []),
    durationMs,
    ...(baseline ? { baseline } : {}),
    ...(rounds.length > 1 ? { repeat: repeatTotals(checks, rounds.length) } : {}),
  });
  await teller.tell({
    event: 'footer',
    complete: !interrupted,
    cases: cases.length,
  });
  const unwritten = await teller.end();
  return {
    ...decide(unwritten),
    ...{ targets, checks, cases, outcomes, durationMs, unwritten, complete: !interrupted },
    ...(baseline ? { baseline } : {}),
  };
}

function recordingsOf(plans: readonly TargetPlan[], outcomes: readonly TargetOutcome[]) {
  return {
    of: (target: string, scene: string): Recording | undefined => {
      const at = plans.findIndex((plan) => plan.target.name === target);
      return outcomes[at]?.recordings.get(scene);
    },
  };
}

/** A target of which nothing was selected has no verdict: it neither passed nor failed to. */
function isAsked({ checks }: TargetPlan): boolean {
  return checks.some(
    ({ settled }) => settled?.outcome !== 'not-applicable' && settled?.reason !== 'not selected',
  );
}

function urlOf(target: Target): string {
  if (target.client) return target.client.command;
  return target.urls.ws ?? (target.surface === 'pusher' ? (target.urls.auth ?? '') : '');
}

/** Tells the reporters, each for itself, in order, with every secret taken out before anything leaves. */
class Teller {
  recordings: Recordings = { of: () => undefined };
  readonly #reporters: readonly Reporter[];
  readonly #broken = new Map<string, string>();
  readonly redact: Redactor;
  #queue: Promise<void> = Promise.resolve();

  constructor(reporters: readonly Reporter[], targets: readonly Target[]) {
    this.#reporters = reporters;
    this.redact = redactor(targets.flatMap(secretsOf));
  }

  soon(event: RunEvent): void {
    this.#queue = this.#queue.then(() => this.#send(event));
  }

  async tell(event: RunEvent): Promise<void> {
    this.soon(event);
    await this.#queue;
  }

  failures(): string[] {
    return [...this.#broken.values()];
  }

  async end(): Promise<string[]> {
    await this.#queue;
    for (const reporter of this.#reporters) {
      if (!this.#broken.has(reporter.name)) await this.#guard(reporter, async () => reporter.end?.());
    }
    return this.failures();
  }

  async #send(event: RunEvent): Promise<void> {
    const clean = redactEvent(event, this.redact);
    for (const reporter of this.#reporters) {
      if (this.#broken.has(reporter.name)) continue;
      await this.#guard(reporter, async () => reporter.on(clean, this.recordings));
    }
  }

  async #guard(reporter: Reporter, work: () => Promise<void> | undefined): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#broken.set(reporter.name, `${reporter.name}: ${(cause as Error).message}`);
    }
  }
}
