import type { Requirement } from '../contract/requirement.ts';
import { recordingOf, type WholeScene } from '../suite/scene-recording.ts';
import type { Suite } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import { bearer } from './applies.ts';
import type { CheckResult } from './check-result.ts';
import { judgeTarget } from './judge.ts';
import type { TargetPlan } from './plan.ts';
import type { PlannedCheck } from './planned-check.ts';

/** What the judge made of a recording that it should not have. Empty lists: it got the recording right. */
export interface SceneDisagreement {
  /** Failed and not named. */
  readonly surplus: readonly string[];
  /** Named, and not failed. */
  readonly missed: readonly string[];
  /** Meant to pass, and no check of it did. */
  readonly unpassed: readonly string[];
}

/**
 * Judges a recording written by hand as a run would judge it, by the cases of its scene and by every monitor,
 * and holds the result against what the entry says. A requirement that includes a named one may fail with it.
 * @throws Error where the suite has no such scene.
 */
export function sceneDisagreement(
  entry: WholeScene,
  suite: Suite,
  requirements: readonly Requirement[],
  target: Target,
): SceneDisagreement {
  const results = resultsOf(entry, suite, requirements, target);
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const groupOf = (id: string): readonly string[] => byId.get(id)?.group ?? [id];
  const isOf = (id: string, ids: readonly string[]): boolean => groupOf(id).some((one) => ids.includes(one));
  const isNamed = (id: string): boolean =>
    isOf(id, entry.fails) || (byId.get(id)?.includes.some((part) => isOf(part, entry.fails)) ?? false);
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const passed = results.filter(({ outcome }) => outcome === 'passed').map(({ requirement }) => requirement);
  return {
    surplus: failed.filter(({ requirement }) => !isNamed(requirement)).map(inWords),
    missed: entry.fails.filter((id) => !failed.some(({ requirement }) => isOf(requirement, [id]))),
    unpassed: entry.passes
      .filter((id) => !passed.some((one) => isOf(one, [id])))
      .flatMap((id) => [id, ...results.filter((one) => isOf(one.requirement, [id])).map(inWords)]),
  };
}

function inWords({ case: id, requirement, outcome, reason, findings }: CheckResult): string {
  const [first] = findings;
  const why = first ? `${first.rule}: expected ${first.expected}, got ${first.actual}` : (reason ?? '');
  return `${requirement} ${outcome} by ${id}: ${why}`;
}

function resultsOf(
  entry: WholeScene,
  suite: Suite,
  requirements: readonly Requirement[],
  target: Target,
): readonly CheckResult[] {
  const { scene, dialect } = entry;
  const cases = suite.cases.filter((one) => one.scene === scene);
  if (cases.length === 0) throw new Error(`${entry.name}: no case reads the scene ${scene}`);
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const planned = (
    id: string,
    of: Pick<PlannedCheck, 'case' | 'title' | 'scene' | 'how'>,
  ): PlannedCheck[] => {
    const declared = byId.get(id);
    if (!declared) throw new Error(`there is no requirement ${id}`);
    const row = bearer(declared, byId, target, dialect, suite.surface);
    if (!row || row.level === 'INFO') return [];
    const { group, level, text } = row;
    const surface = suite.surface.name;
    return [
      { ...of, target: target.name, surface, requirement: row.id, group, level, text, source: '', at: '' },
    ];
  };
  const checks = [
    ...cases.flatMap((one) =>
      Object.entries(one.checks).flatMap(([id, judge]) =>
        planned(id, { case: one.id, title: one.title, scene, how: { kind: 'case', case: one, judge } }),
      ),
    ),
    ...suite.monitors.flatMap((monitor) =>
      monitor.checks.flatMap((id) => {
        const how = { kind: 'monitor', monitor, declared: id } as const;
        return planned(id, { case: monitor.id, title: monitor.title, scene: null, how });
      }),
    ),
  ];
  const plan: TargetPlan = { target, dialect, suite, scenes: [], checks, observations: [] };
  return judgeTarget(plan, new Map([[scene, recordingOf(entry)]]), { interrupted: false }).results;
}
