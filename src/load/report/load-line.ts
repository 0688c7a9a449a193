import { visible } from '../../report/plain-text.ts';
import type { LoadResult, StageResult } from '../verdict/load-result.ts';
import { floorAt, headlineOf, isClaimed } from './standing.ts';

/**
 * The run in one line that a bot can lift out of a log: `LOAD verdict=pass exit=0 profile=fanout …`, names and values without
 * a space. The stage is that of the first gate that failed, else the last one.
 */
export function loadLine(result: LoadResult): string {
  const stage = decidingStage(result);
  const name = headlineOf(stage ? [stage] : result.stages);
  const fields = {
    verdict: result.verdict,
    exit: String(result.exit),
    profile: result.profile.id,
    surface: result.target.surface,
    stage: stage?.name ?? 'none',
    [`${name}.p99`]: isClaimed(result) ? latencyToken(stage, stage?.latency[name]?.p99, name) : 'withheld',
    delivered: isClaimed(result) ? deliveredToken(stage) : 'withheld',
    id: result.id,
  };
  return `LOAD ${Object.entries(fields)
    .map(([key, value]) => `${key}=${token(value)}`)
    .join(' ')}`;
}

/** The stage that the verdict is about. */
export function decidingStage({ stages, gates, findings }: LoadResult): StageResult | undefined {
  const named = [...findings, ...gates.filter(({ outcome }) => outcome === 'failed')].map(
    ({ stage }) => stage,
  );
  return stages.find(({ name }) => name === named[0]) ?? stages.at(-1);
}

function latencyToken(stage: StageResult | undefined, ms: number | undefined, name: string): string {
  if (ms === undefined || Number.isNaN(ms)) return 'none';
  if (ms === Number.POSITIVE_INFINITY) return 'never';
  const floor = name === 'connect' ? undefined : floorAt(stage, 'p99');
  return `${floor !== undefined && ms < 2 * floor ? '<=' : ''}${ms.toFixed(1)}ms`;
}

function deliveredToken(stage: StageResult | undefined): string {
  if (!stage || stage.deliveries.owed === 0) return 'none-owed';
  const { owed, lost } = stage.deliveries;
  return lost === 0 ? '100%' : `${Math.floor(((owed - lost) / owed) * 100_000) / 1000}%`;
}

function token(text: string): string {
  return visible(text).replace(/\s+/gu, '_');
}
