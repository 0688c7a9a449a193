import type { SurfaceName } from '../../contract/requirement.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import { accountOf } from '../evidence/accounts.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import type { NullFaults, NullLedger } from '../null/options.ts';
import { type NullTarget, startNullTarget } from '../perform/null-target.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { measure } from '../run/measure.ts';
import { heldAgainst } from '../verdict/gates.ts';
import type { StageResult, TrustCheck } from '../verdict/load-result.ts';
import { stageResultOf } from '../verdict/stage-result.ts';
import { trustOf } from '../verdict/trust.ts';
import { findingsOf, verdictOf } from '../verdict/verdict.ts';
import { type Bench, whyStopped } from './proof.ts';

/** A stage to be performed on a null server that does something wrong. */
export interface Attempt {
  readonly driver: BulkDriver;
  readonly surface: SurfaceName;
  readonly stage: StageShape;
  readonly faults?: NullFaults;
  readonly seed?: number;
  /** Called each second, with the processes by name: for whatever a server cannot do wrong by itself. */
  readonly meddle?: (during: During) => void;
}

export interface During {
  readonly record: StageRecord;
  readonly pids: Readonly<Record<string, number>>;
  readonly server: NullTarget;
}

/** What the harness made of it, and what the server has to say. */
export interface Tried {
  readonly record: StageRecord;
  readonly result: StageResult;
  readonly raced: number;
  readonly trust: readonly TrustCheck[];
  readonly verdict: ReturnType<typeof verdictOf>;
  /** Undefined where the server did not live to tell. */
  readonly ledger: NullLedger | undefined;
}

/** A small stage: three probes, three sentinels, six of the generator's. */
export function shapeOf(more: Partial<StageShape> = {}): StageShape {
  return {
    name: 'proof',
    subscribers: 12,
    channels: 1,
    spread: 'even',
    connectRate: 200,
    pace: [{ rate: 50, publishes: 150 }],
    warmup: 20,
    holdMs: 0,
    padding: 64,
    behaviour: { kind: 'steady' },
    ...more,
  };
}

/** Nothing is written later by a null server, of which a third of the stages lose something for good. */
const drainMs = 4000;

let attempts = 0;

/** Performs one stage as any load does, on a fresh null server, and judges it as any load is judged. */
export async function attempt(
  bench: Bench,
  { driver, surface, stage, faults = {}, seed = 1, meddle }: Attempt,
): Promise<Tried> {
  const server = await startNullTarget(bench.contract, { faults, seed });
  try {
    attempts += 1;
    const { record, monitors } = await measure(
      { contract: bench.contract, driver, seed, folder: bench.folder, signal: bench.signal },
      {
        target: server.target(surface),
        stage,
        number: attempts,
        stamped: true,
        serverPid: server.pid,
        drainMs,
        onProgress: ({ record: sofar }, pids) => meddle?.({ record: sofar, pids, server }),
      },
    );
    if (bench.signal.aborted) throw new Error(whyStopped(bench.signal));
    const result = stageResultOf(record, { floor: { before: null, after: null }, monitors });
    const trust = trustOf(record, result, null);
    const broken = trust.find(({ ok }) => !ok);
    const verdict = verdictOf({
      records: [record],
      findings: findingsOf(record, result),
      trust,
      gates: bench.gates.map((gate) => heldAgainst(gate, result, broken?.title)),
    });
    return { record, result, raced: accountOf(record).raced, trust, verdict, ledger: await ledgerOf(server) };
  } finally {
    await server.close();
  }
}

async function ledgerOf({ http }: NullTarget): Promise<NullLedger | undefined> {
  const answer = await fetch(`${http}/ledger`).catch(() => undefined);
  return (await answer?.json()) as NullLedger | undefined;
}
