import type { Contract } from '../contract/contract.ts';
import type { SurfaceName } from '../contract/requirement.ts';
import type { SuiteFactory } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import { now } from '../wire/transcript.ts';
import { judgeTarget } from './judge.ts';
import { makePlan, type TargetPlan } from './plan.ts';
import { Pool } from './pool.ts';
import { runTarget } from './target-run.ts';

/** What `dialect: auto` came to, and what speaks for it. */
export interface Discovered {
  readonly dialect: string;
  readonly reason: string;
}

/** How the discovery scene is performed. */
export interface DiscoveryOptions {
  readonly seed: number;
  readonly multiplier: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Finds the dialect that a target speaks: its suite's discovery scene is performed once, and what was
 * recorded is judged by each dialect; the one that finds least wrong is it. Where several do, a dialect that
 * asks for less finds as little wrong as one that asks for more: then SHOULD checks count, and then what
 * passed. A target that cannot be reached keeps the first: the run will say what is the matter.
 */
export async function discoverDialect(
  contract: Contract,
  target: Target,
  suites: Readonly<Record<SurfaceName, SuiteFactory>>,
  options: DiscoveryOptions,
): Promise<Discovered> {
  const dialects = Object.keys(contract[target.surface].dialects);
  const [first] = dialects;
  if (first === undefined) throw new Error(`the contract has no dialect of ${target.surface}`);
  if (dialects.length === 1) return { dialect: first, reason: 'the only one there is' };
  const plans = dialects.map((dialect) => discoveryPlan(contract, target, dialect, suites));
  const acting = plans.find((plan) => plan.scenes.length > 0);
  if (!acting) return { dialect: first, reason: 'the target can show none of them: nothing to perform' };
  const { recordings, unreachable } = await runTarget(acting, {
    pool: new Pool(1),
    origin: now(),
    slow: false,
    onScene: () => {},
    onFinding: () => {},
    ...options,
  });
  if (unreachable !== undefined)
    return { dialect: first, reason: `the target could not be reached: ${unreachable}` };
  const faults = plans.map((plan) => {
    const { results } = judgeTarget(plan, recordings, { interrupted: false });
    const failures = (level: string): number =>
      results.filter((result) => result.outcome === 'failed' && result.level === level).length;
    return {
      dialect: plan.dialect,
      failed: failures('MUST'),
      advised: failures('SHOULD'),
      passed: results.filter((result) => result.outcome === 'passed').length,
    };
  });
  const best = faults.reduce((a, b) =>
    (b.failed - a.failed || b.advised - a.advised || a.passed - b.passed) < 0 ? b : a,
  );
  const counts = faults.map(({ dialect, failed }) => `${dialect} ${failed}`).join(', ');
  return { dialect: best.dialect, reason: `MUST checks failed by the happy path: ${counts}` };
}

/** The plan of the discovery scene alone; scenes of several dialects have the same id. */
function discoveryPlan(
  contract: Contract,
  target: Target,
  dialect: string,
  suites: Readonly<Record<SurfaceName, SuiteFactory>>,
): TargetPlan {
  const probing: SuiteFactory = (...of) => {
    const suite = suites[target.surface](...of);
    const { cases = [], scene } = suite.probe ?? {};
    return scene ? { ...suite, scenes: [...suite.scenes, scene], cases: [...suite.cases, ...cases] } : suite;
  };
  const [plan] = makePlan(
    contract,
    [{ target, dialect }],
    { ...suites, [target.surface]: probing },
    { only: [], slow: false },
  );
  if (!plan) throw new Error('no plan');
  const scene = plan.suite.discovery;
  return {
    ...plan,
    scenes: plan.scenes.filter((one) => one.id === scene),
    checks: plan.checks.filter((check) => check.scene === scene || check.scene === null),
    observations: [],
  };
}
