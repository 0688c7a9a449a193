import { availableParallelism } from 'node:os';
import type { Contract } from '../../contract/contract.ts';
import { parseJson } from '../../contract/json.ts';
import type { SurfaceName } from '../../contract/requirement.ts';
import type { SuiteFactory } from '../../suite/surface.ts';
import { secretsOf, type Target } from '../../target/target.ts';
import { redactor } from '../../wire/redact.ts';
import { type PublishRow, rowKinds } from '../control/messages.ts';
import type { ControlAddress } from '../control/server.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import { redactRecord } from '../evidence/redact-record.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import { performStage } from '../perform/perform-stage.ts';
import { emptyRecord, type StageRecorder } from '../perform/recorder.ts';
import { bulkOf, type LoadPlan, onlyConnects, publishesOf, type StageShape } from '../plan/load-plan.ts';
import { dialectOf, prepare } from '../prepare/prepare.ts';
import { FrameJudge } from '../verdict/frame-judge.ts';
import { FrameMonitors } from '../verdict/frame-monitors.ts';
import type { StageResult } from '../verdict/load-result.ts';

/** What every measurement of a run is made with. */
export interface Means {
  readonly contract: Contract;
  /** Whose monitors watch what probes see; absent: payloads are all that is judged. */
  readonly suites?: Readonly<Record<SurfaceName, SuiteFactory>>;
  readonly driver: BulkDriver;
  readonly seed: number;
  /** Where to listen for generators of other machines. */
  readonly control?: ControlAddress;
  /** For what processes print. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** One measurement to make. */
export interface Measurement {
  readonly target: Target;
  readonly stage: StageShape;
  /** Counted through a run: no two measurements have the same frames. */
  readonly number: number;
  /** Of the null server. */
  readonly stamped: boolean;
  /** Pid of the server, where it can be seen. */
  readonly serverPid?: number;
  /** Of whom it is known how late it may be; absent: ten seconds, or five times the p99. */
  readonly drainMs?: number;
  /** Called each second; `pids` are the processes of the measurement, by name. */
  readonly onProgress?: (recorder: StageRecorder, pids: Readonly<Record<string, number>>) => void;
  readonly onPublishes?: (rows: readonly PublishRow[]) => void;
}

/** What one measurement came to. */
export interface Measured {
  readonly record: StageRecord;
  readonly monitors: StageResult['monitors'];
}

/** Performs one stage on a target, from what it needs there to what is left to be ended. Never rejects for the target. */
export async function measure(means: Means, measurement: Measurement): Promise<Measured> {
  const { contract, driver, signal, folder } = means;
  const { target, stage, serverPid, onProgress, onPublishes } = measurement;
  const dialect = dialectOf(contract, target);
  const run = runNumber(means.seed, measurement.number);
  let prepared: Awaited<ReturnType<typeof prepare>>;
  const redact = redactor(secretsOf(target));
  try {
    prepared = await prepare(contract, target, dialect, { run, stage });
  } catch (cause) {
    const record = emptyRecord(planOf(means, measurement, dialect, run, undefined), driver.name);
    record.unreachable = redact((cause as Error).message);
    return { record, monitors: { seen: 0, judged: 0, skipped: 0 } };
  }
  const plan = planOf(means, measurement, dialect, run, prepared);
  const judge = new FrameJudge(plan, prepared.via, prepared.handlerKey);
  const monitors = monitorsOf(means, measurement, plan, prepared);
  let recorder: StageRecorder | undefined;
  try {
    // Subscribers of a space are ready with what is published there.
    const isPublished = publishesOf(stage) > 0 || stage.space !== undefined;
    const record = await performStage({
      plan,
      ...(isPublished && prepared.via !== undefined ? { via: prepared.via } : {}),
      driver,
      ...(means.control === undefined ? {} : { control: means.control }),
      members: membersOf(plan, driver),
      ...(measurement.drainMs === undefined ? {} : { drainMs: measurement.drainMs }),
      observed: serverPid === undefined ? {} : { server: serverPid },
      ...(serverPid === undefined && target.observe?.command !== undefined
        ? { observe: target.observe.command }
        : {}),
      folder,
      signal,
      onFrame: (seat, at, text, kind) => {
        const message = kind <= rowKinds.other ? parseJson(text) : undefined;
        if (kind === rowKinds.delivery) judge.judge(seat, text, message);
        monitors?.take(seat, at, text, kind, message);
      },
      ...(onPublishes === undefined ? {} : { onPublishes }),
      onProgress: (one, pids) => {
        recorder = one;
        onProgress?.(one, pids);
      },
    });
    record.changed.push(...judge.changed);
    redactRecord(record, redact);
    record.requirements.push(...(monitors?.finish() ?? []));
    const advice = record.requirements.filter(({ level }) => level === 'SHOULD');
    return {
      record,
      monitors: {
        seen: recorder?.framesSeen ?? (monitors ? monitors.judged + monitors.skipped : judge.judged),
        judged: monitors?.judged ?? judge.judged,
        skipped: (recorder?.framesSkipped ?? 0) + (monitors?.skipped ?? 0),
        ...(monitors ? { notRun: monitors.notRun } : {}),
        ...(advice.length > 0 ? { advice } : {}),
      },
    };
  } finally {
    await prepared.finish();
  }
}

/** What calibrates stamps its frames, and is nobody's to judge. */
function monitorsOf(
  { contract, suites }: Means,
  { target, stamped }: Measurement,
  plan: LoadPlan,
  { about = () => ({}), jobs = [] }: Awaited<ReturnType<typeof prepare>>,
): FrameMonitors | undefined {
  const suite = stamped ? undefined : suites?.[target.surface](contract, plan.dialect);
  return suite && new FrameMonitors({ contract, suite, target, plan, about, jobs });
}

function planOf(
  means: Means,
  { target, stage, stamped }: Measurement,
  dialect: string,
  run: number,
  prepared: Awaited<ReturnType<typeof prepare>> | undefined,
): LoadPlan {
  const probes = probesFor(stage);
  return {
    run,
    surface: target.surface,
    dialect,
    seed: means.seed,
    stage,
    channels: prepared?.channels ?? [],
    authorize: prepared?.authorize ?? { kind: 'none' },
    ...(prepared?.intruder === undefined ? {} : { intruder: prepared.intruder }),
    probes,
    sentinels: sentinelsFor(stage),
    tls: target.tls,
    deadlines: target.deadlines,
    stamped,
  };
}

/** Probes of a stage that only connects, at most: ten beyond its p99. */
export const mostDialling = 1000;
/** What one process can dial per second beside all else, and be in time. */
const mostDiallingRate = 250;
const mostDiallingShare = 0.25;
/** So many bare readers show whether the probes are late. */
export const mostSentinels = 100;

/**
 * Probes out of the stage's subscribers, over all join positions; more where there are channels. Where connections are what is
 * measured, each probe is one sample, and there are many.
 */
export function probesFor(stage: StageShape): number {
  const { subscribers, channels } = stage;
  if (onlyConnects(stage)) {
    return Math.max(1, Math.min(mostDialling, Math.floor(subscribers * diallingShare(stage))));
  }
  const wanted = channels > 1 ? 30 : subscribers >= 60 ? 9 : subscribers >= 24 ? 6 : 3;
  return Math.max(1, Math.min(wanted, Math.floor(subscribers / 3)));
}

/** The share of the connections that probes make, where these are what is measured. */
export function diallingShare({ connectRate }: StageShape): number {
  return Math.min(mostDiallingShare, mostDiallingRate / connectRate);
}

/** Subscribers on bare sockets beside them. */
export function sentinelsFor(stage: StageShape): number {
  return Math.min(mostSentinels, probesFor(stage));
}

/** Few VUs with many sockets each: twice the cores for k6, one thread a core for Node. */
function membersOf(plan: LoadPlan, driver: BulkDriver): number {
  if (driver.members !== undefined) return driver.members;
  const cores = availableParallelism();
  const most = driver.name === 'k6' ? 2 * cores : cores;
  return Math.max(1, Math.min(most, bulkOf(plan)));
}

/** 32 bits that no other measurement of this seed has. */
function runNumber(seed: number, number: number): number {
  return (Math.imul(seed ^ 0x5bd1e995, 0x2545f491) + Math.imul(number + 1, 0x9e3779b1)) >>> 0;
}
