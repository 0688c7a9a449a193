import type { SurfaceName } from '../../contract/requirement.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import { heldAgainst } from '../verdict/gates.ts';
import { attempt, type During, shapeOf, type Tried } from './attempt.ts';
import { countedOf, expectedCounts } from './expected.ts';
import { type FaultyStage, faultyStages, type Meddling, timedMetrics } from './faulty-stages.ts';
import { type Bench, holds, lookAgain, notRun, type Proof, type Row, same } from './proof.ts';

/** Findings that fail a run whatever became of its generator. */
const findingMetrics: ReadonlySet<string> = new Set(['leaks', 'ghosts', 'changed', 'wrong-accepts']);

/** Each injected fault is counted as the ledger has it, fails its gates and no others, and each gate is failed by one. */
export function faultProof(stages: readonly FaultyStage[] = faultyStages): Proof {
  return {
    id: 'faults',
    says: 'what the null server did wrong is counted exactly as its ledger says, and fails its own gates alone',
    perform: async (bench) => {
      const rows: Row[] = [];
      const failedBy = new Map<string, string>();
      for (const stage of stages) {
        for (const driver of bench.drivers) {
          for (const surface of stage.on[driver.name] ?? []) {
            const what = `${stage.id} · ${surface} · ${driver.name}`;
            bench.say(what);
            const tried = await lookAgain(bench, what, () =>
              // One that could not be tried takes nothing from what the others have shown.
              rowsOf(bench, stage, surface, driver, failedBy).catch((cause: Error) => [
                notRun({ proof: stage.id, surface, driver: driver.name }, cause.message),
              ]),
            );
            rows.push(...tried);
          }
        }
      }
      // Most gates are tried with one driver, and say nothing without it.
      const isWhole = stages === faultyStages && bench.drivers.some(({ name }) => name === 'node');
      if (isWhole) rows.push(...gateRows(bench, failedBy));
      return rows;
    },
  };
}

async function rowsOf(
  bench: Bench,
  { id, faults, meddling, stage, fails, mayFail = [] }: FaultyStage,
  surface: SurfaceName,
  driver: BulkDriver,
  failedBy: Map<string, string>,
): Promise<readonly Row[]> {
  const where = { proof: id, surface, driver: driver.name };
  const tried = await attempt(bench, {
    driver,
    surface,
    stage: shapeOf(stage),
    ...(faults ? { faults } : {}),
    ...(meddling ? { meddle: meddlerOf(meddling) } : {}),
  });
  const { record, result, ledger, verdict } = tried;
  const rows: Row[] = [same(where, 'processes that broke', '', record.broken.join('; '))];
  if (ledger) {
    const counted = countedOf(record, result);
    const expected = expectedCounts(record, ledger);
    for (const [what, count] of Object.entries(expected)) rows.push(same(where, what, count, counted[what]));
    rows.push(injectedRow(where, ledger, faults));
  }
  const failed = failedGates(bench, tried);
  for (const gate of failed) failedBy.set(gate, `${id} (${surface}, ${driver.name})`);
  const metrics = new Set(failed.map(metricOf));
  const missed = fails.filter((metric) => !metrics.has(metric) && isOffered(bench, metric));
  rows.push(same(where, 'gates that should fail and hold', '', missed.join(', ')));
  const strangers = [...metrics].filter(
    (metric) => !fails.includes(metric) && !mayFail.includes(metric) && !timedMetrics.has(metric),
  );
  rows.push(same(where, 'gates that should hold and fail', '', strangers.join(', ')));
  if (fails.some((metric) => findingMetrics.has(metric))) {
    rows.push(same(where, 'verdict', 'fail, exit 1', `${verdict.verdict}, exit ${verdict.exit}`));
  }
  return rows;
}

/** A fault that never struck would prove anything. */
function injectedRow(
  where: Pick<Row, 'proof' | 'surface' | 'driver'>,
  { faults: struck }: NonNullable<Tried['ledger']>,
  faults: FaultyStage['faults'],
): Row {
  const named = Object.keys(faults ?? {}).filter((name) => name in struck) as (keyof typeof struck)[];
  const never = named.filter((name) => struck[name].count === 0);
  return holds(where, 'faults that never struck', 'none', never.join(', ') || 'none', never.length === 0);
}

function failedGates({ gates }: Bench, { result }: Tried): readonly string[] {
  return gates
    .filter((gate) => heldAgainst(gate, result, undefined).outcome === 'failed')
    .map(({ text }) => text);
}

function gateRows({ gates }: Bench, failedBy: ReadonlyMap<string, string>): readonly Row[] {
  return gates.map(({ text }) =>
    holds(
      { proof: 'gates', surface: '', driver: '' },
      text,
      'failed by some fault',
      failedBy.get(text) ?? 'by none',
      failedBy.has(text),
    ),
  );
}

function metricOf(gate: string): string {
  return /^[a-z0-9.-]+/.exec(gate)?.[0] ?? gate;
}

function isOffered({ gates }: Bench, metric: string): boolean {
  return gates.some(({ text }) => metricOf(text) === metric);
}

const pauseMs = 1500;

function meddlerOf(meddling: Meddling): (during: During) => void {
  let isDone = false;
  return ({ record, server }) => {
    const isPublishing = record.startAt > 0;
    if (isDone || (meddling === 'killed' && !isPublishing)) return;
    isDone = true;
    if (meddling === 'killed') {
      process.kill(server.pid, 'SIGKILL');
      return;
    }
    process.kill(server.pid, 'SIGSTOP');
    setTimeout(() => process.kill(server.pid, 'SIGCONT'), pauseMs);
  };
}
