import { html, type Markup } from '../../../report/html/markup.ts';
import { count } from '../../../report/plain-text.ts';
import type { LatencyName, LoadResult, Quantiles, StageResult } from '../../verdict/load-result.ts';
import { countText, msText } from '../number-words.ts';
import { stepsOf } from '../percentiles-hgrm.ts';
import { latencyText, quantileNames, quantileTitles, stageNamed } from '../standing.ts';
import { area, drawing, legend, line } from './drawing.ts';
import { latencyScale, type Scale } from './scale.ts';
import { numberTable } from './tables.ts';

interface Drawn {
  readonly name: string;
  readonly look: number;
  readonly quantiles: Quantiles;
  /** Set where it is a latency of this run. */
  readonly latency: LatencyName | undefined;
}

/** Latency by percentile, over log 1/(1−p): the tail has as much room as the body. With floor, bare reader and baseline. */
export function percentilePlot(stage: StageResult, baseline: LoadResult | undefined): Markup {
  const before = baseline === undefined ? undefined : stageNamed(baseline, stage.name);
  const all = [
    ['last receiver of each publish', 0, stage.latency.last, 'last'],
    ['each delivery', 1, stage.latency.delivery, 'delivery'],
    ['first receiver', 2, stage.latency.first, 'first'],
    ['floor: the generator’s own share', 4, stage.floor.after ?? stage.floor.before],
    ['bare socket reader', 5, stage.sentinel],
    ['baseline: last receiver', 3, before?.latency.last ?? before?.latency.delivery],
    ['a publisher that waits (blind)', 6, stage.blind],
  ] as const satisfies readonly (readonly [string, number, Quantiles | null | undefined, LatencyName?])[];
  const drawn = all.flatMap(([name, look, quantiles, latency]): Drawn[] =>
    quantiles && quantiles.count > 0 ? [{ name, look, quantiles, latency }] : [],
  );
  if (drawn.length === 0) return html`<p class="note">Nothing arrived in this stage.</p>`;
  const never = drawn.filter(({ quantiles }) => quantiles.overflow > 0);
  return html`${legend(drawn)}${plot(stage, drawn)}${
    never.length === 0
      ? undefined
      : html`<p class="note">${never.map(({ name, quantiles }) => `${name}: ${countText(quantiles.overflow)} of ${count(quantiles.count, 'value')} never came, or took more than can be measured. `)}The line ends before them.</p>`
  }${numberTable(
    `Percentiles, stage ${stage.name}`,
    [`stage ${stage.name}`, 'values', ...quantileNames.map((name) => quantileTitles[name])],
    drawn.map(({ name, quantiles, latency }) => [
      name,
      countText(quantiles.count),
      ...quantileNames.map((quantile) =>
        latency ? latencyText(stage, latency, quantiles, quantile) : msText(quantiles[quantile]),
      ),
    ]),
  )}`;
}

function plot(stage: StageResult, drawn: readonly Drawn[]): Markup {
  const most = Math.max(...drawn.map(({ quantiles }) => quantiles.count));
  const x = shares(most);
  const lines = drawn.map(({ look, quantiles }) => {
    const points = [...stepsOf(quantiles)].filter(({ value }) => Number.isFinite(value));
    return {
      look,
      points: points.map(({ share, value }) => ({
        at: share < 1 ? 1 / (1 - share) : quantiles.count,
        value,
      })),
    };
  });
  const y = latencyScale(
    lines.flatMap(({ points }) => points.map(({ value }) => value)),
    area.bottom,
    area.top,
  );
  return drawing({
    name: `latency by percentile, stage ${stage.name}`,
    ...{ x, xTitle: 'percentile, over log 1/(1−p)', y, yTitle: `latency, ${y.unit}` },
    content: html`${lines.map(({ look, points }) =>
      line(
        points.map(({ at, value }) => [x.at(at), y.at(value)]),
        look,
      ),
    )}`,
  });
}

/** From 0 % to the last value of the largest count; a place is given as 1/(1−p). */
function shares(count: number): Scale {
  const decades = Math.max(1, Math.log10(Math.max(10, count)));
  const at = (inverse: number): number =>
    area.left + ((area.right - area.left) * Math.min(decades, Math.log10(Math.max(1, inverse)))) / decades;
  const ticks = [1, 2, 10, 100, 1000, 10_000, 100_000, 1e6, 1e7].filter(
    (one) => Math.log10(one) <= decades + 1e-9,
  );
  return {
    at,
    ticks: ticks.map((value) => ({ value, text: `${Number((100 * (1 - 1 / value)).toFixed(7))} %` })),
  };
}
