import { startNullTarget } from '../perform/null-target.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { type Found, saturate, type Trial } from '../search/saturate.ts';
import { heldAgainst } from '../verdict/gates.ts';
import type {
  Ceiling,
  GateResult,
  LoadFinding,
  LoadResult,
  StageResult,
  TrustCheck,
} from '../verdict/load-result.ts';
import { stageResultOf } from '../verdict/stage-result.ts';
import { trustOf } from '../verdict/trust.ts';
import { findingsOf } from '../verdict/verdict.ts';
import { ceilingOf } from './ceiling.ts';
import { environmentOf } from './environment.ts';
import { measure } from './measure.ts';
import { deliveriesOf } from './offered.ts';
import { identityOf, type LoadRun, nullOptions, tellEnd } from './run-load.ts';

/** What is searched for. */
export interface SaturateRun extends LoadRun {
  readonly param: 'connections' | 'rate';
  /** Milliseconds of the whole search, calibration included. */
  readonly budgetMs: number;
}

/** What a search is called. */
export const saturation = {
  id: 'saturate',
  title: 'the most that a server bears within the gates',
  /** Beside those of fanout: whoever falls behind delivers all in the end. */
  gates: ['achieved >= 99%'],
} as const;

/** Seconds of publishing of a trial. */
const trialSeconds = { explore: 10, confirm: 30 } as const;
/** Where the search begins. */
const from = { connections: 50, rate: 10 } as const;
/** What a trial takes beside its publishing: processes that start, connections, the drain. */
const besideSeconds = 6;

/** Searches for the most that a server bears within the gates, and says what limited it. */
export async function runSaturate(run: SaturateRun): Promise<LoadResult> {
  const began = Date.now();
  const [base] = run.stages;
  if (!base) throw new Error('a search needs a stage to begin with');
  const state: Searching = { stages: [], gates: [], trust: [], findings: [], unreachable: undefined };
  let ceiling: Ceiling | null = null;
  let found: Found | undefined;
  let incomplete: string | undefined;
  try {
    if (run.calibrate) ceiling = await calibrated(run, base);
    run.files?.event({
      event: 'header',
      ...identityOf(run, began),
      ...{ stages: [], notOffered: [], ceiling },
      environment: environmentOf(run.driver, run.harness),
    });
    const left = (): number => run.budgetMs - (Date.now() - began);
    found = await saturate((value, kind) => attempt(run, base, ceiling, state, value, kind), {
      from: from[run.param],
      most: run.param === 'connections' ? mostConnections(run) : 20_000,
      isOver: (kind) =>
        run.signal.aborted ||
        state.unreachable !== undefined ||
        state.findings.length > 0 ||
        left() < (trialSeconds[kind] + besideSeconds) * 1000,
    });
  } catch (cause) {
    incomplete = `the harness broke: ${(cause as Error).message}`;
  }
  if (state.unreachable !== undefined) incomplete = `target unreachable: ${state.unreachable}`;
  if (run.signal.aborted) incomplete = 'the run was interrupted';
  incomplete ??= run.files?.problem;
  const result = resultOf(run, began, state, ceiling, found, incomplete);
  if (run.files) tellEnd(run.files, result);
  return result;
}

/** What trials leave behind. */
interface Searching {
  readonly stages: StageResult[];
  gates: GateResult[];
  trust: TrustCheck[];
  readonly findings: LoadFinding[];
  unreachable: string | undefined;
}

async function calibrated(run: SaturateRun, base: StageShape): Promise<Ceiling> {
  run.listener.phase('ceiling: how much this machine generates and still tells the truth');
  const { fingerprint } = environmentOf(run.driver, run.harness);
  const server = await startNullTarget(run.contract, nullOptions([base]));
  try {
    const target = server.target(run.target.surface);
    return await ceilingOf(
      run,
      target,
      base,
      { folder: run.cache, fingerprint },
      3000,
      Number.POSITIVE_INFINITY,
    );
  } finally {
    await server.close();
  }
}

async function attempt(
  run: SaturateRun,
  base: StageShape,
  ceiling: Ceiling | null,
  state: Searching,
  value: number,
  kind: Trial['kind'],
): Promise<Pick<Trial, 'outcome' | 'reason'>> {
  const stage = trialShape(run.param, base, value, kind, state.stages.length);
  const deliveries = deliveriesOf(stage);
  if (ceiling && deliveries > ceiling.deliveriesPerSecond) {
    return {
      outcome: 'invalid',
      reason: `${Math.round(deliveries)} deliveries per second are more than the ${ceiling.deliveriesPerSecond} that this generator carries`,
    };
  }
  run.listener.stageStarted(stage);
  const startedAt = new Date().toISOString();
  run.files?.event({ event: 'stage-started', stage: stage.name, shape: stage, startedAt });
  const { record, monitors } = await measure(run, {
    target: run.target,
    stage,
    number: state.stages.length,
    stamped: false,
    ...(run.serverPid === undefined ? {} : { serverPid: run.serverPid }),
    onProgress: (recorder, pids) => run.listener.progress(stage, recorder, pids),
    onPublishes: (rows) => run.files?.publishes(stage.name, rows),
  });
  const result = stageResultOf(record, { floor: { before: null, after: null }, monitors });
  run.listener.stageEnded(result);
  run.files?.event({ event: 'stage-ended', stage: result });
  state.stages.push(result);
  if (record.unreachable !== undefined) {
    state.unreachable = record.unreachable;
    return { outcome: 'invalid', reason: record.unreachable };
  }
  state.findings.push(...findingsOf(record, result));
  const trust = trustOf(record, result, ceiling);
  const broken = trust.find(({ ok }) => !ok);
  if (broken) return { outcome: 'invalid', reason: broken.title };
  const gates = run.gates.map((gate) => heldAgainst(gate, result, undefined));
  const failed = gates.find(({ outcome }) => outcome === 'failed');
  if (failed) return { outcome: 'fail', reason: failed.gate };
  // What held is what the result rests on.
  state.gates.push(...gates);
  state.trust.push(...trust);
  return { outcome: 'pass', reason: '' };
}

function trialShape(
  param: SaturateRun['param'],
  base: StageShape,
  value: number,
  kind: Trial['kind'],
  number: number,
): StageShape {
  const rate = param === 'rate' ? value : (base.pace[0]?.rate ?? 10);
  const subscribers = param === 'connections' ? Math.round(value) : base.subscribers;
  return {
    ...base,
    name: `${param} ${Number.isInteger(value) ? value : value.toFixed(1)} (${number + 1}, ${kind})`,
    subscribers,
    connectRate: Math.max(base.connectRate, subscribers / 5),
    pace: [{ rate, publishes: Math.max(20, Math.ceil(rate * trialSeconds[kind])) }],
    warmup: Math.max(10, Math.ceil(rate)),
    behaviour: { kind: 'steady' },
  };
}

function mostConnections(run: SaturateRun): number {
  return Math.min(run.target.limits.connections ?? 15_000, 15_000);
}

function resultOf(
  run: SaturateRun,
  began: number,
  state: Searching,
  ceiling: Ceiling | null,
  found: Found | undefined,
  incomplete: string | undefined,
): LoadResult {
  return {
    ...identityOf(run, began),
    durationMs: Date.now() - began,
    ...verdictOf(run.param, state, found, incomplete),
    findings: state.findings,
    trust: state.trust,
    gates: state.gates,
    stages: state.stages,
    notOffered: [],
    ceiling,
    comparison: null,
    environment: environmentOf(run.driver, run.harness),
    complete: incomplete === undefined,
    ...(found ? { saturation: saturationOf(run.param, found) } : {}),
  };
}

/** The bracket in words, and what limited it. */
function verdictOf(
  param: SaturateRun['param'],
  { findings }: Searching,
  found: Found | undefined,
  incomplete: string | undefined,
): Pick<LoadResult, 'verdict' | 'exit' | 'reason'> {
  const [finding] = findings;
  if (finding) {
    const reason = `${finding.kind} in ${finding.stage}: ${finding.count}, which no generator can cause`;
    return { verdict: 'fail', exit: 1, reason };
  }
  if (incomplete !== undefined || !found) {
    return { verdict: 'incomplete', exit: 3, reason: incomplete ?? 'nothing was tried' };
  }
  const { low, high, limitedBy, confirmed, reason } = found;
  const unit = param === 'rate' ? 'publishes per second' : 'connections';
  const bracket = Number.isFinite(high)
    ? `${text(low)} to ${text(high)} ${unit}`
    : `at least ${text(low)} ${unit}`;
  if (low === 0 && limitedBy === 'server') {
    return { verdict: 'fail', exit: 1, reason: `not even ${text(high)} ${unit}: ${reason} does not hold` };
  }
  if (!confirmed) {
    return { verdict: 'invalid', exit: 5, reason: `not confirmed: ${bracket} so far` };
  }
  switch (limitedBy) {
    case 'generator':
      return {
        verdict: 'pass',
        exit: 0,
        reason: `≥ ${text(low)} ${unit}, limited by the generator: ${reason}`,
      };
    case 'bound':
      return { verdict: 'pass', exit: 0, reason: `≥ ${text(low)} ${unit}: nothing above was to be tried` };
    case 'server':
      return { verdict: 'pass', exit: 0, reason: `${bracket}: limited by the server, at ${reason}` };
  }
}

function saturationOf(param: SaturateRun['param'], found: Found): NonNullable<LoadResult['saturation']> {
  return {
    param,
    low: found.low,
    high: Number.isFinite(found.high) ? found.high : null,
    limitedBy: found.limitedBy,
    confirmed: found.confirmed,
    reason: found.reason,
    trials: found.trials.map(({ value, kind, outcome, reason }) => ({ value, kind, outcome, reason })),
  };
}

function text(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
