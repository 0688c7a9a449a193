import type { StageResult } from '../verdict/load-result.ts';
import { bytesText, countText, msText } from './number-words.ts';

/**
 * What a stage did beside publishing, and what came of it; undefined where it did nothing else. `isClaimed`: times and
 * rates are told as well.
 */
export function behaviourText(stage: StageResult, isClaimed: boolean): string | undefined {
  if (stage.unfinished) return undefined;
  const parts = [...turnover(stage), ...recovery(stage, isClaimed), ...intruders(stage, isClaimed)];
  if (isClaimed) parts.push(...burst(stage), ...traffic(stage));
  return parts.length === 0 ? undefined : parts.join(', ');
}

function turnover({ turnover: of, shape }: StageResult): readonly string[] {
  if (!of) return [];
  const { left, cut, back, asleep } = of;
  switch (shape.behaviour.kind) {
    case 'churn':
      return [`${countText(left)} left`, `${countText(back)} came`];
    case 'storm':
      return [`${countText(cut)} cut off`, `${countText(back)} back`];
    case 'sleepers':
      return [`${countText(asleep)} stopped reading`];
    default:
      return [];
  }
}

function recovery({ recovery: of }: StageResult, isClaimed: boolean): readonly string[] {
  if (!of || !isClaimed) return [];
  const after = (ms: number | null): string => (ms === null ? 'never' : `in ${msText(ms)}`);
  return [`half ${after(of.p50)}`, `99 of 100 ${after(of.p99)}`, `all ${after(of.all)}`];
}

function burst({ burst: of }: StageResult): readonly string[] {
  if (!of) return [];
  const { before, during, after, backMs } = of;
  const last = [before, during, after].map((quantiles) => (quantiles ? msText(quantiles.p99) : 'none'));
  const when = backMs === 0 ? 'at once' : `${msText(backMs ?? 0)} after it`;
  const back = backMs === null ? 'never as before again' : `as before ${when}`;
  return [`last.p99 before, in and after the burst ${last.join(', ')}`, back];
}

function intruders({ intruders: of, latency }: StageResult, isClaimed: boolean): readonly string[] {
  if (!of) return [];
  const took = isClaimed && latency.refusal ? ` (p99 ${msText(latency.refusal.p99)})` : '';
  return [
    `bad tokens: ${countText(of.badOut)} refused${took}, ${countText(of.badIn)} let in`,
    `good ones: ${countText(of.goodIn)} let in, ${countText(of.goodOut)} refused`,
  ];
}

/** Where messages have a size of their own. */
function traffic({ traffic: of, shape, durationMs }: StageResult): readonly string[] {
  if (!of || shape.padding === 0 || durationMs === 0 || of.messages === 0) return [];
  const perSecond = bytesText(of.bytes / (durationMs / 1000));
  return [`messages of ${bytesText(of.bytes / of.messages)}, ${perSecond}/s to the generator`];
}
