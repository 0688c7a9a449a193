import { type SurfaceName, surfaceNames } from '../../contract/requirement.ts';
import type { BulkDriver } from '../drivers/driver.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import { bulkOf } from '../plan/load-plan.ts';
import { mostDialling, mostSentinels } from '../run/measure.ts';
import { attempt, shapeOf } from './attempt.ts';
import { type Bench, holds, notRun, type Proof, type Row } from './proof.ts';

const many = 10_000;
/** The same process with next to none, which is taken off. */
const few = 12;
const holdMs = 20_000;
/** What it takes at first is still being made less. */
const settleMs = 5000;
/** Bytes of a connection at most. */
const most = { bare: 60_000, subscribed: 100_000 } as const;

/**
 * What a connection costs the process of k6 that holds it, by its resident memory and as often as Go collects garbage where
 * nobody says otherwise. It takes minutes, so it is performed by its name alone.
 */
export const memoryProof: Proof = {
  id: 'memory',
  says: `the memory that k6 takes for each of ${many} connections`,
  perform: async (bench) => {
    const k6 = bench.drivers.find(({ name }) => name === 'k6');
    if (!k6) return [notRun({ proof: 'memory', surface: '', driver: 'k6' }, 'there is no k6')];
    const rows: Row[] = [];
    for (const surface of surfaceNames) {
      for (const kind of ['bare', 'subscribed'] as const) rows.push(await costRow(bench, k6, surface, kind));
    }
    return rows;
  },
};

async function costRow(
  bench: Bench,
  k6: BulkDriver,
  surface: SurfaceName,
  kind: keyof typeof most,
): Promise<Row> {
  const where = { proof: 'memory', surface, driver: 'k6' } as const;
  const what = `bytes of each of ${many} connections that are ${kind}`;
  const held = async (subscribers: number) => {
    bench.say(`${subscribers} connections, ${kind} · ${surface}`);
    const { record } = await attempt(bench, {
      driver: collectingOften(k6),
      surface,
      stage: shapeOf({
        ...{ subscribers, connectRate: 1500, pace: [], warmup: 0, holdMs },
        ...(kind === 'bare' ? { bare: true } : {}),
      }),
    });
    return heldIn(record);
  };
  const base = await held(few);
  // Nearly all are k6's: probes and sentinel have some.
  const full = await held(many + mostDialling + mostSentinels);
  if (!base || !full) return notRun(where, 'the memory of k6 could not be seen');
  const each = Math.round((full.bytes - base.bytes) / (full.connections - base.connections));
  const isWhole = full.connections === full.owed;
  return holds(
    where,
    what,
    `at most ${most[kind]}, and all of them there`,
    `${each} (${megabytes(full.bytes)} less ${megabytes(base.bytes)}), ${full.connections} of ${full.owed} there`,
    each <= most[kind] && isWhole,
  );
}

/** What k6 takes while connections are held, in the middle of its samples; undefined where it was not seen. */
function heldIn({
  marks,
  system,
  seats,
  plan,
}: StageRecord): { readonly bytes: number; readonly connections: number; readonly owed: number } | undefined {
  const ready = marks.find(({ what }) => what === 'ready')?.at ?? Number.NaN;
  const samples = system
    .filter(({ at }) => at > ready + settleMs && at < ready + holdMs)
    .flatMap(({ rss }) => rss.generator ?? [])
    .sort((a, b) => a - b);
  const bytes = samples[Math.floor(samples.length / 2)];
  if (bytes === undefined) return undefined;
  const end = ready + holdMs;
  const isThere = ({ role, ready: since, closed }: (typeof seats)[number]): boolean =>
    role === 'bulk' && since > 0 && !(closed < end);
  return { bytes, connections: seats.filter(isThere).length, owed: bulkOf(plan) };
}

function collectingOften(k6: BulkDriver): BulkDriver {
  return { ...k6, start: (options) => k6.start({ ...options, env: { ...options.env, GOGC: '100' } }) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
