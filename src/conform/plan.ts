import type { Contract, SurfaceContract } from '../contract/contract.ts';
import type { Requirement, SurfaceName } from '../contract/requirement.ts';
import type { AnyScene } from '../suite/scene.ts';
import type { Suite, SuiteFactory } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import { bearer, whyNot } from './applies.ts';
import { type Named, selection } from './pattern.ts';
import type { How, PlannedCheck } from './planned-check.ts';
import { asOptional, optionalChecks, type Unclaimed, unclaimedBy } from './unclaimed.ts';

/** What will be done on one target. */
export interface TargetPlan {
  readonly target: Target;
  readonly dialect: string;
  readonly suite: Suite;
  readonly scenes: readonly AnyScene[];
  readonly checks: readonly PlannedCheck[];
  /** Features that it does not claim, and is tried for all the same. */
  readonly unclaimed?: Unclaimed;
  /** Of level INFO: they have no outcome, but how the target answers open points is read from them. */
  readonly observations: readonly PlannedCheck[];
}

export interface PlanOptions {
  readonly only: readonly string[];
  /** Ids of cases: of what `only` selects, nothing else. @default all */
  readonly cases?: ReadonlySet<string>;
  readonly slow: boolean;
  /** Also scenes that break the protocol beneath. @default false */
  readonly destructive?: boolean;
  /** Also optional features that a target does not claim, at level MAY. @default false */
  readonly optional?: boolean;
}

/**
 * What will be asked of the targets. It depends on specs, target file and options alone: no network.
 * @throws InputError where a pattern matches nothing.
 */
export function makePlan(
  contract: Contract,
  targets: readonly { readonly target: Target; readonly dialect: string }[],
  suites: Readonly<Record<SurfaceName, SuiteFactory>>,
  options: PlanOptions,
): TargetPlan[] {
  const plans = targets.map(({ target, dialect }) => {
    const suite = asked(suites[target.surface](contract, dialect), options.destructive ?? false);
    const unclaimed = options.optional ? unclaimedBy(target, suite) : undefined;
    const ordinary = suite.scenes.filter((scene) => belongs(scene, target, dialect));
    const askedOf = (one: Target): PlannedCheck[] =>
      checksOf(contract[target.surface] as SurfaceContract<unknown>, one, dialect, suite, ordinary, options);
    const own = askedOf(target);
    const more = unclaimed ? optionalChecks(own, askedOf(unclaimed.target)) : [];
    const all = [...withoutThose(own, more), ...more];
    const scenes = [...ordinary, ...(unclaimed ? ordinary.map(asOptional) : [])];
    const checks = all.filter((check) => check.level !== 'INFO');
    const observations = all.filter((check) => check.level === 'INFO' && !check.settled);
    return { target, dialect, suite, scenes, checks, observations, ...(unclaimed ? { unclaimed } : {}) };
  });
  const selected = selection(
    options.only,
    plans.flatMap((plan) => plan.checks.map(named)),
  );
  const { cases } = options;
  const wanted = cases ? (one: Named) => cases.has(one.case) && selected(one) : selected;
  return plans.map((plan) => withinLimits(select(plan, wanted)));
}

/** A check that is tried at level MAY takes the place of the one that says that it does not apply. */
function withoutThose(checks: readonly PlannedCheck[], others: readonly PlannedCheck[]): PlannedCheck[] {
  const taken = new Set(others.map(checkKey));
  return checks.filter((check) => !taken.has(checkKey(check)));
}

function named(check: PlannedCheck): Named {
  return { target: check.target, case: check.case, requirement: check.requirement };
}

/** Destructive scenes are no part of an ordinary run, not even one that was not run. */
function asked(suite: Suite, destructive: boolean): Suite {
  if (destructive) return suite;
  const left = new Set(suite.scenes.filter((scene) => scene.destructive).map((scene) => scene.id));
  if (left.size === 0) return suite;
  return {
    ...suite,
    scenes: suite.scenes.filter((scene) => !left.has(scene.id)),
    cases: suite.cases.filter((one) => !left.has(one.scene)),
  };
}

function belongs(scene: AnyScene, target: Target, dialect: string): boolean {
  if (scene.dialects && !scene.dialects.includes(dialect)) return false;
  return !(scene.role && target.surface === 'pusher' && target.role !== scene.role);
}

function checksOf(
  contract: SurfaceContract<unknown>,
  target: Target,
  dialect: string,
  suite: Suite,
  scenes: readonly AnyScene[],
  options: PlanOptions,
): PlannedCheck[] {
  const byId = new Map(contract.requirements.map((requirement) => [requirement.id, requirement]));
  const byScene = new Map(scenes.map((scene) => [scene.id, scene]));
  const known = new Set(suite.scenes.map((scene) => scene.id));
  const checks: PlannedCheck[] = [];
  const add = (
    requirementId: string,
    rest: Pick<PlannedCheck, 'case' | 'title' | 'scene' | 'how'>,
    reason?: string,
  ): void => {
    const declared = byId.get(requirementId);
    if (!declared)
      throw new Error(`${rest.case} names ${requirementId}, which is no requirement of ${contract.surface}`);
    const bearing = bearer(declared, byId, target, dialect, suite.surface);
    const requirement = bearing ?? declared;
    const inapplicable = bearing ? reason : whyNot(declared.applies, target, dialect, suite.surface);
    checks.push({
      target: target.name,
      surface: contract.surface,
      requirement: requirement.id,
      group: requirement.group,
      level: requirement.level,
      text: requirement.text,
      source: `${requirement.source.title}, "${requirement.source.section}"`,
      at: requirement.source.at,
      ...rest,
      ...(inapplicable
        ? { settled: { outcome: 'not-applicable', reason: inapplicable } as const }
        : settle(rest.scene, requirement, target, byScene, suite, options)),
    });
  };
  for (const one of suite.cases) {
    if (!known.has(one.scene)) throw new Error(`${one.id} reads the scene ${one.scene}, which is not there`);
    if (!byScene.has(one.scene)) continue;
    const applies = one.applies ? whyNot(one.applies, target, dialect, suite.surface) : undefined;
    const when = one.when?.(target) ?? true;
    const reason = applies ?? (when === true ? undefined : when);
    for (const [id, judgeOne] of Object.entries(one.checks)) {
      const how: How = { kind: 'case', case: one, judge: judgeOne };
      add(id, { case: one.id, title: one.title, scene: one.scene, how }, reason);
    }
  }
  for (const monitor of suite.monitors) {
    const reason = monitor.applies ? whyNot(monitor.applies, target, dialect, suite.surface) : undefined;
    for (const id of monitor.checks) {
      const how: How = { kind: 'monitor', monitor, declared: id };
      add(id, { case: monitor.id, title: monitor.title, scene: null, how }, reason);
    }
  }
  // How a server answers an open point is not for its client to show.
  for (const point of target.client ? [] : contract.openPoints) {
    if (point.dialects && !point.dialects.includes(dialect)) continue;
    // What a dialect pins is inferred from its servers; what the target file pins is the user's own demand.
    const isDemanded = target.pins[point.id] !== undefined;
    const reason = whyNot(
      { offers: point.offers, ...(point.role === undefined ? {} : { role: point.role }) },
      target,
      dialect,
      suite.surface,
    );
    checks.push({
      target: target.name,
      surface: contract.surface,
      requirement: point.id,
      group: [point.id],
      level: isDemanded ? 'MUST' : 'SHOULD',
      text: `One reading, throughout, of ${point.about}.`,
      source: point.sources.join(' | '),
      at: `specs/${contract.surface}/rules.yaml`,
      case: `${contract.surface}/open-point/${point.id}`,
      title: `${point.about}: one reading throughout`,
      scene: null,
      how: { kind: 'open-point', point },
      ...(reason ? { settled: { outcome: 'not-applicable', reason } as const } : {}),
    });
  }
  return merged(checks);
}

/** Two members of one group that a case names come to one check on a target: the first judge stands. */
function merged(checks: readonly PlannedCheck[]): PlannedCheck[] {
  const byKey = new Map<string, PlannedCheck>();
  for (const check of checks) {
    const key = checkKey(check);
    const known = byKey.get(key);
    if (!known || (known.settled?.outcome === 'not-applicable' && !check.settled)) byKey.set(key, check);
  }
  return [...byKey.values()];
}

/** Target, case, requirement: what a check is known by. */
export function checkKey(check: Pick<PlannedCheck, 'target' | 'case' | 'requirement'>): string {
  return `${check.target} ${check.case} ${check.requirement}`;
}

function settle(
  sceneId: string | null,
  requirement: Requirement,
  target: Target,
  scenes: ReadonlyMap<string, AnyScene>,
  suite: Suite,
  options: PlanOptions,
): { settled: NonNullable<PlannedCheck['settled']> } | Record<string, never> {
  const scene = sceneId === null ? undefined : scenes.get(sceneId);
  if (!scene) return {};
  const missing = suite.surface.missing(target, scene.needs);
  const first = missing[0];
  if (first !== undefined) return { settled: untestableOrExcluded(target, requirement.group, first) };
  if (scene.slow && target.control === undefined && !options.slow) {
    return {
      settled: {
        outcome: 'not-run',
        reason: `needs seconds of real time: ${target.client ? '' : 'give the target a control URL, or '}use --slow`,
      },
    };
  }
  return {};
}

/** What a target file excludes, with a reason, is excluded where it would be untestable. It hides no failure. */
export function untestableOrExcluded(
  target: Target,
  group: readonly string[],
  reason: string,
): { outcome: 'untestable' | 'excluded'; reason: string } {
  const excluded = target.excludes.find((row) => group.includes(row.requirement));
  return excluded
    ? { outcome: 'excluded', reason: `${excluded.reason} (${reason})` }
    : { outcome: 'untestable', reason };
}

function select(plan: TargetPlan, selected: (named: Named) => boolean): TargetPlan {
  const checks = plan.checks.map((check) =>
    selected(named(check)) || check.settled?.outcome === 'not-applicable'
      ? check
      : { ...check, settled: { outcome: 'not-run' as const, reason: 'not selected' } },
  );
  return { ...plan, checks, scenes: scenesFor(plan.scenes, checks, plan) };
}

/** A case needs its own scene; a monitor or an open point needs all that feed it. */
function scenesFor(
  scenes: readonly AnyScene[],
  checks: readonly PlannedCheck[],
  plan: TargetPlan,
): AnyScene[] {
  const live = checks.filter((check) => check.settled === undefined);
  const wholeRun = live.some((check) => check.scene === null && !check.optional);
  const wanted = new Set(live.map((check) => check.scene));
  const meets = ({ phase }: AnyScene): Target =>
    (phase === 'optional' ? plan.unclaimed?.target : undefined) ?? plan.target;
  return scenes.filter(
    (scene) =>
      ((wholeRun && scene.phase !== 'optional') || wanted.has(scene.id)) &&
      plan.suite.surface.missing(meets(scene), scene.needs).length === 0 &&
      !(scene.slow && plan.target.control === undefined && !live.some((check) => check.scene === scene.id)),
  );
}

/** `limits.jobs` drops optional scenes first, then those of SHOULD checks; what is dropped is named. */
function withinLimits(plan: TargetPlan): TargetPlan {
  const { jobs, connections } = plan.target.limits;
  if (jobs === undefined && connections === undefined) return plan;
  const live = plan.checks.filter((check) => check.level === 'MUST' && !check.settled);
  const ofMust = new Set(live.map((check) => check.scene));
  const rank = ({ id, phase }: AnyScene): number => (phase === 'optional' ? 2 : ofMust.has(id) ? 0 : 1);
  const ordered = [...plan.scenes].sort((a, b) => rank(a) - rank(b));
  const kept = new Set<string>();
  const dropped = new Map<string, string>();
  let spent = 0;
  for (const scene of ordered) {
    if (connections !== undefined && scene.cost.connections > connections) {
      dropped.set(scene.id, `limits.connections: ${scene.cost.connections} needed, ${connections} allowed`);
    } else if (jobs !== undefined && spent + scene.cost.jobs > jobs) {
      dropped.set(scene.id, `limits.jobs: ${spent + scene.cost.jobs} needed by then, ${jobs} allowed`);
    } else {
      spent += scene.cost.jobs;
      kept.add(scene.id);
    }
  }
  if (dropped.size === 0) return plan;
  return {
    ...plan,
    scenes: plan.scenes.filter((scene) => kept.has(scene.id)),
    checks: plan.checks.map((check) => {
      const reason = check.scene === null || check.settled ? undefined : dropped.get(check.scene);
      return reason ? { ...check, settled: untestableOrExcluded(plan.target, check.group, reason) } : check;
    }),
  };
}
