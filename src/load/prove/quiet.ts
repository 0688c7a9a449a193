import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from './proof.ts';

/** What others may take of the machine while nothing of ours runs; above it, a time says nothing. */
const mostBusy = 0.2;
const sampleMs = 700;

/** Share of the machine's processor time that others take. To be called while nothing of ours runs. */
export async function othersShare(): Promise<number> {
  const before = ticks();
  await sleep(sampleMs);
  const after = ticks();
  const total = after.total - before.total;
  return total > 0 ? 1 - (after.idle - before.idle) / total : 1;
}

/** Judges a time: on a machine that was quiet before and after, a miss is one; on any other it is only named. */
export function timed(
  where: Pick<Row, 'proof' | 'surface' | 'driver'>,
  what: string,
  expected: string,
  actual: string,
  isSo: boolean,
  busy: readonly number[],
): Row {
  const most = Math.max(...busy);
  const isQuiet = most <= mostBusy;
  const noise = isSo || isQuiet ? '' : ` (others took ${Math.round(100 * most)} % of the machine)`;
  return {
    ...where,
    what,
    expected,
    actual: `${actual}${noise}`,
    outcome: isSo ? 'holds' : isQuiet ? 'broken' : 'noisy',
  };
}

function ticks(): { readonly total: number; readonly idle: number } {
  let [total, idle] = [0, 0];
  for (const { times } of cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { total, idle };
}
