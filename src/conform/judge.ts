import { telling } from '../suite/fingerprint.ts';
import type { Finding, Judgement, Outcome, Reading } from '../suite/judgement.ts';
import { type Monitor, type MonitorContext, type MonitorReport, watch } from '../suite/monitor.ts';
import type { Recording } from '../suite/recording.ts';
import { shapeOfWords } from '../suite/shape.ts';
import { StepMissing, View } from '../suite/view.ts';
import type { CheckResult, ResolvedPoint } from './check-result.ts';
import { type TargetPlan, untestableOrExcluded } from './plan.ts';
import type { PlannedCheck } from './planned-check.ts';

/** What the run knows beside the recordings. */
export interface Circumstances {
  /** Why a target could not be reached at all. */
  readonly unreachable?: string;
  /** Set where the run was stopped: scenes that did not end are not run. */
  readonly interrupted: boolean;
  /** Why the target was no longer there at the end: what its connections show of their end is no answer of its. */
  readonly died?: string;
}

/** Judges every check of one target from what was recorded. Pure: the same recordings, the same results. */
export function judgeTarget(
  plan: TargetPlan,
  recordings: ReadonlyMap<string, Recording>,
  circumstances: Circumstances,
): {
  readonly results: CheckResult[];
  readonly points: ResolvedPoint[];
  /** Cell of the rules → how often the target went through it. */
  readonly seen: ReadonlyMap<string, number>;
} {
  const ofFeatures = new Set(plan.scenes.flatMap(({ id, phase }) => (phase === 'optional' ? [id] : [])));
  const those = (isOptional: boolean): Evidence =>
    new Evidence(plan, new Map([...recordings].filter(([scene]) => ofFeatures.has(scene) === isOptional)));
  const evidence = those(false);
  // What a server makes of a feature that it does not claim is told apart from all else that it does.
  const optional = those(true);
  const results: CheckResult[] = [];
  const readings: Reading[] = [...evidence.monitorReadings()];
  for (const observation of plan.observations) {
    readings.push(...judgeCheck(observation, plan, evidence, circumstances).readings);
  }
  const later: PlannedCheck[] = [];
  for (const check of plan.checks) {
    if (check.how.kind === 'open-point') {
      later.push(check);
      continue;
    }
    const result = judgeCheck(check, plan, check.optional ? optional : evidence, circumstances);
    if (result.outcome === 'passed' && !check.optional) readings.push(...result.readings);
    results.push(result);
  }
  const points: ResolvedPoint[] = [];
  for (const check of later) {
    const { result, point } = judgePoint(check, plan, readings, circumstances);
    results.push(result);
    if (point) points.push(point);
  }
  return { results, points, seen: evidence.cells() };
}

/** The results of those checks that one scene's recording alone decides; what `--bail` and live progress look at. */
export function judgeScene(plan: TargetPlan, recording: Recording): CheckResult[] {
  const evidence = new Evidence(plan, new Map([[recording.scene, recording]]));
  return plan.checks
    .filter((check) => check.scene === recording.scene)
    .map((check) => judgeCheck(check, plan, evidence, { interrupted: false }));
}

function judgeCheck(
  check: PlannedCheck,
  plan: TargetPlan,
  evidence: Evidence,
  circumstances: Circumstances,
): CheckResult {
  if (check.settled) return resultOf(check, check.settled.outcome, { reason: check.settled.reason });
  if (circumstances.unreachable !== undefined) {
    return resultOf(check, 'error', { reason: `target unreachable: ${circumstances.unreachable}` });
  }
  const { how } = check;
  if (how.kind === 'monitor')
    return judgeMonitor(check, how.declared, how.monitor.id, plan, evidence, circumstances);
  if (how.kind !== 'case') throw new Error('open points are judged at the end');
  const recording = evidence.recording(check.scene);
  if (!recording || recording.ending.kind === 'interrupted' || recording.ending.kind === 'running') {
    const reason = circumstances.interrupted ? 'the run was interrupted' : 'its scene was never performed';
    return resultOf(check, circumstances.interrupted ? 'not-run' : 'error', { reason });
  }
  const { ending } = recording;
  if (ending.kind === 'died' && !ending.alone) return resultOf(check, 'error', { reason: ending.reason });
  const judgement = judged(how.judge, new View(recording), check);
  if (ending.kind === 'died' && judgement.kind !== 'failed') {
    const finding = {
      rule: 'died',
      expected: 'a target that goes on',
      actual: ending.reason,
      shape: 'gone',
      scene: recording.scene,
    };
    return resultOf(check, 'failed', { findings: [finding] });
  }
  // A scene that threw keeps what it has, and what it has may fail; but a pass needs the whole.
  if (ending.kind === 'threw' && judgement.kind !== 'failed') {
    return resultOf(check, 'error', { reason: ending.reason });
  }
  return settleJudgement(
    check,
    judgement,
    plan,
    (peer) => evidence.isProven(recording, peer),
    recording.scene,
  );
}

/** A judge that itself breaks is our fault, and never a verdict on the target. */
type Judged = Judgement | { readonly kind: 'broken'; readonly reason: string };

function judged(judgeOne: (view: View) => Judgement, view: View, check: PlannedCheck): Judged {
  try {
    return judgeOne(view);
  } catch (cause) {
    if (!(cause instanceof StepMissing)) {
      return { kind: 'broken', reason: `the judge broke: ${(cause as Error).message}` };
    }
    // A step's owner may be named by another member of the check's group.
    if (cause.owns !== undefined && check.group.includes(cause.owns)) {
      const finding: Finding = {
        rule: 'missing',
        expected: check.text,
        actual: cause.reason,
        // Why it did not come is told in words that depend on what else did not come before.
        shape: `no step ${shapeOfWords(cause.step)}`,
        ...(cause.at === undefined ? {} : { frame: cause.at }),
      };
      return { kind: 'failed', findings: [finding] };
    }
    return { kind: 'untestable', reason: `step ${cause.step}: ${cause.reason}` };
  }
}

function settleJudgement(
  check: PlannedCheck,
  judgement: Judged,
  plan: TargetPlan,
  isProven: (peer: string) => boolean,
  scene: string,
): CheckResult {
  switch (judgement.kind) {
    case 'failed':
      return resultOf(check, 'failed', {
        findings: judgement.findings.map((finding) => ({ scene, ...finding })),
      });
    case 'broken':
      return resultOf(check, 'error', { reason: judgement.reason });
    case 'not-applicable':
      return resultOf(check, 'not-applicable', { reason: judgement.reason });
    case 'untestable': {
      const { outcome, reason } = untestableOrExcluded(plan.target, check.group, judgement.reason);
      return resultOf(check, outcome, { reason });
    }
    case 'passed': {
      const unproven = judgement.rests.filter((peer) => !isProven(peer));
      if (judgement.rests.length > 0 && unproven.length === 0) {
        return resultOf(check, 'passed', {
          readings: (judgement.readings ?? []).map((reading) => ({ scene, ...reading })),
          ...(judgement.note === undefined ? {} : { note: judgement.note }),
        });
      }
      const what =
        judgement.rests.length === 0
          ? 'it rests on no connection'
          : `nothing proves that ${unproven[0]} is the target's own doing`;
      const { outcome, reason } = untestableOrExcluded(plan.target, check.group, `no proof of life: ${what}`);
      return resultOf(check, outcome, { reason });
    }
  }
}

function judgeMonitor(
  check: PlannedCheck,
  declared: string,
  monitor: string,
  plan: TargetPlan,
  evidence: Evidence,
  circumstances: Circumstances,
): CheckResult {
  const findings: Finding[] = [];
  let proven = false;
  let seen = false;
  for (const [recording, report] of evidence.reports(monitor)) {
    for (const { requirement, peer: _peer, ...finding } of report.findings) {
      if (requirement === declared) findings.push(finding);
    }
    for (const peer of report.seen.get(declared) ?? []) {
      seen = true;
      if (evidence.isProven(recording, peer)) proven = true;
    }
  }
  if (findings.length > 0) return resultOf(check, 'failed', { findings: telling(findings, 20) });
  const brokenMonitor = evidence.brokenMonitor(monitor);
  if (brokenMonitor !== undefined) return resultOf(check, 'error', { reason: brokenMonitor });
  if (circumstances.interrupted) return resultOf(check, 'not-run', { reason: 'the run was interrupted' });
  if (proven) {
    const broken = evidence.broken() ?? circumstances.died;
    return broken ? resultOf(check, 'error', { reason: broken }) : resultOf(check, 'passed', {});
  }
  const { outcome, reason } = untestableOrExcluded(
    plan.target,
    check.group,
    seen ? 'no proof of life on any connection that showed it' : 'nothing was seen that it could judge',
  );
  return resultOf(check, outcome, { reason });
}

function judgePoint(
  check: PlannedCheck,
  plan: TargetPlan,
  readings: readonly Reading[],
  circumstances: Circumstances,
): { result: CheckResult; point?: ResolvedPoint } {
  const { how } = check;
  if (how.kind !== 'open-point') throw new Error('not an open point');
  const { point } = how;
  if (check.settled)
    return { result: resultOf(check, check.settled.outcome, { reason: check.settled.reason }) };
  if (circumstances.unreachable !== undefined) {
    return {
      result: resultOf(check, 'error', { reason: `target unreachable: ${circumstances.unreachable}` }),
    };
  }
  // What is no listed reading at all is another check's failure, not an answer to this point.
  const seen = readings.filter(
    (reading) => reading.point === point.id && point.readings.includes(reading.value),
  );
  const values = [...new Set(seen.map((reading) => reading.value))];
  const pinned = plan.target.pins[point.id] ?? point.pinned[plan.dialect];
  const resolved: ResolvedPoint = {
    id: point.id,
    target: plan.target.name,
    about: point.about,
    resolved: values,
    sources: point.readings.map((reading, at) => `${reading}: ${point.sources[at] ?? ''}`),
    ...(pinned === undefined ? {} : { pinned }),
  };
  if (values.length === 0) {
    const unseen = 'no answer to it was seen';
    const { outcome, reason } = circumstances.interrupted
      ? { outcome: 'not-run' as const, reason: unseen }
      : untestableOrExcluded(plan.target, check.group, unseen);
    return { result: resultOf(check, outcome, { reason }), point: resolved };
  }
  const other = pinned === undefined ? undefined : seen.find((reading) => reading.value !== pinned);
  if (other) {
    const finding = readingFinding('another-reading', `${pinned}, as pinned`, other.value, other);
    return { result: resultOf(check, 'failed', { findings: [finding] }), point: resolved };
  }
  if (values.length > 1 && !point.mixed && circumstances.died !== undefined) {
    return { result: resultOf(check, 'error', { reason: circumstances.died }), point: resolved };
  }
  if (values.length > 1 && !point.mixed) {
    const second = seen.find((reading) => reading.value !== values[0]);
    const finding = readingFinding('two-readings', 'one reading throughout', values.join(' and '), second);
    return { result: resultOf(check, 'failed', { findings: [finding] }), point: resolved };
  }
  if (pinned !== undefined) return { result: resultOf(check, 'passed', {}), point: resolved };
  const at = point.readings.indexOf(values[0] ?? '');
  const reason = `${point.about}: ${values.join(' and ')} (${point.sources[at] ?? 'undocumented'})`;
  return { result: resultOf(check, 'ambiguous', { reason }), point: resolved };
}

function readingFinding(
  rule: string,
  expected: string,
  actual: string,
  reading: Reading | undefined,
): Finding {
  const { frame, scene } = reading ?? {};
  return {
    rule,
    expected,
    actual,
    ...(frame === undefined ? {} : { frame }),
    ...(scene === undefined ? {} : { scene }),
  };
}

function resultOf(check: PlannedCheck, outcome: Outcome, more: Partial<CheckResult>): CheckResult {
  const { target, title, surface, scene, requirement, level, text, source, at } = check;
  return {
    target,
    case: check.case,
    title,
    surface,
    scene,
    requirement,
    level,
    text,
    source,
    at,
    outcome,
    findings: [],
    readings: [],
    ...more,
  };
}

/** Recordings with what is worked out from them once: proofs of life, and what the monitors say. */
class Evidence {
  readonly #plan: TargetPlan;
  readonly #recordings: ReadonlyMap<string, Recording>;
  readonly #proven = new Map<Recording, ReadonlySet<string>>();
  readonly #reports = new Map<string, readonly (readonly [Recording, MonitorReport])[]>();

  readonly #brokenMonitors = new Map<string, string>();

  readonly #all: readonly Recording[];

  constructor(plan: TargetPlan, recordings: ReadonlyMap<string, Recording>) {
    this.#plan = plan;
    this.#recordings = recordings;
    this.#all = [...recordings.values()];
  }

  recording(scene: string | null): Recording | undefined {
    return scene === null ? undefined : this.#recordings.get(scene);
  }

  isProven(recording: Recording, peer: string): boolean {
    let proven = this.#proven.get(recording);
    if (!proven) {
      proven = this.#plan.suite.surface.proven(recording, this.#all);
      this.#proven.set(recording, proven);
    }
    return proven.has(peer);
  }

  /** Why what the monitors saw is not the whole, where a scene broke for a reason of ours. */
  broken(): string | undefined {
    for (const { scene, ending } of this.#recordings.values()) {
      if (ending.kind === 'threw') return `the scene ${scene} broke: ${ending.reason}`;
      if (ending.kind === 'died') return ending.reason;
    }
    return undefined;
  }

  reports(id: string): readonly (readonly [Recording, MonitorReport])[] {
    const known = this.#reports.get(id);
    if (known) return known;
    const one = this.#plan.suite.monitors.find((monitor) => monitor.id === id);
    const shared = new Map<string, unknown>();
    const { target, dialect, suite } = this.#plan;
    const made = [...this.#recordings.values()].map((recording) => {
      const context = {
        recording,
        dialect,
        role: target.surface === 'pusher' ? target.role : ('application' as const),
        jobOf: (frame: Parameters<typeof suite.surface.jobOf>[1]) => suite.surface.jobOf(recording, frame),
        shared,
      };
      return [recording, one ? this.#watched(one, context) : emptyReport] as const;
    });
    this.#reports.set(id, made);
    return made;
  }

  /** A monitor that breaks is our fault: its checks say so, and the others are judged all the same. */
  #watched(one: Monitor, context: MonitorContext): MonitorReport {
    try {
      return watch(one, context);
    } catch (cause) {
      this.#brokenMonitors.set(one.id, `the monitor broke: ${(cause as Error).message}`);
      return emptyReport;
    }
  }

  /** Why a monitor has nothing to say, where it broke. */
  brokenMonitor(id: string): string | undefined {
    return this.#brokenMonitors.get(id);
  }

  /** Every cell that a monitor saw the target go through. */
  cells(): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    for (const { id } of this.#plan.suite.monitors) {
      for (const [, { cells }] of this.reports(id)) {
        for (const [cell, times] of cells) all.set(cell, (all.get(cell) ?? 0) + times);
      }
    }
    return all;
  }

  /** What nothing proves to be the target's own doing answers no open point. */
  *monitorReadings(): Iterable<Reading> {
    for (const monitor of this.#plan.suite.monitors) {
      for (const [recording, report] of this.reports(monitor.id)) {
        for (const { peer, ...reading } of report.readings) if (this.isProven(recording, peer)) yield reading;
      }
    }
  }
}

const emptyReport: MonitorReport = { findings: [], seen: new Map(), readings: [], cells: new Map() };
