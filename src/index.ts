/**
 * Plumbline as a library: whatever the command line can do.
 * @module
 */
export { suites } from '../suites/index.ts';
export { Baseline, type BaselineReport, type StaleEntry } from './conform/baseline/baseline.ts';
export { entriesOf, proveForm } from './conform/baseline/read-baseline.ts';
export { type UpdatedBaseline, updatedBaseline } from './conform/baseline/update-baseline.ts';
export type { CheckResult, ResolvedPoint } from './conform/check-result.ts';
export { discoverDialect } from './conform/discovery.ts';
export type { Exercised } from './conform/exercised.ts';
export { makePlan, type PlanOptions, type TargetPlan } from './conform/plan.ts';
export { type RunOptions, type RunResult, run } from './conform/run.ts';
export type { CaseResult, Reporter, RunEvent } from './conform/run-event.ts';
export type { Verdict, VerdictOf } from './conform/verdict.ts';
export { type Contract, InputError } from './contract/contract.ts';
export { loadContract } from './contract/load.ts';
export type { Requirement, SurfaceName } from './contract/requirement.ts';
export type { BulkDriver } from './load/drivers/driver.ts';
export { k6Driver } from './load/drivers/k6-driver.ts';
export { nodeDriver } from './load/drivers/node-driver.ts';
export { type K6, provideK6 } from './load/drivers/provide-k6.ts';
export type { StageShape } from './load/plan/load-plan.ts';
export { loadProfile, type Profile, profileNames, shapeOf } from './load/profile/profile.ts';
export { withSettings } from './load/profile/settings.ts';
export { writeLoadFolder, writeLoadReports } from './load/report/load-reporters.ts';
export { type LoadListener, type LoadRun, runLoad } from './load/run/run-load.ts';
export { runSaturate, type SaturateRun } from './load/run/run-saturate.ts';
export { type Gate, readGate } from './load/verdict/gates.ts';
export type { LoadResult } from './load/verdict/load-result.ts';
export { allFaults } from './reference/faults.ts';
export { type Reference, type ReferenceOptions, startReference } from './reference/start.ts';
export { type Comparison, compare } from './report/compare.ts';
export { openReports, type ReportOptions, type Reports } from './report/index.ts';
export { readStoredRun, type StoredRun } from './report/stored-run.ts';
export { type Case, judge, judgeEach } from './suite/case.ts';
export { type Fingerprint, fingerprintKey, fingerprintOf } from './suite/fingerprint.ts';
export type { Finding, Judgement, Outcome } from './suite/judgement.ts';
export { type Monitor, monitor, watch } from './suite/monitor.ts';
export type { Recording } from './suite/recording.ts';
export { type Scene, scene } from './suite/scene.ts';
export type { Suite, SuiteFactory, Surface } from './suite/surface.ts';
export { View } from './suite/view.ts';
export { loadTargets, targetsOf } from './target/load.ts';
export type { Target } from './target/target.ts';
