import { html, type Markup } from '../../../report/html/markup.ts';
import type { StageResult } from '../../verdict/load-result.ts';
import { countText, msText, rateText } from '../number-words.ts';
import { headlineOf, latencyText } from '../standing.ts';
import { area, dot, drawing, legend, line, place } from './drawing.ts';
import { latencyScale, linear } from './scale.ts';
import { numberTable } from './tables.ts';

/** What was asked of the server, and how long it took then: a stage is a point. */
export function againstLoad(stages: readonly StageResult[]): Markup {
  const name = headlineOf(stages);
  const isOfRates = stages.some(({ rate }) => rate.deliveriesAchieved > 0);
  const loadOf = (stage: StageResult): number =>
    isOfRates ? stage.rate.deliveriesAchieved : stage.shape.subscribers;
  const told = stages
    .flatMap((stage) => {
      const quantiles = stage.latency[name];
      return quantiles && quantiles.count > 0 ? [{ stage, load: loadOf(stage), quantiles }] : [];
    })
    .sort((a, b) => a.load - b.load);
  const unit = isOfRates ? 'deliveries/s' : 'connections';
  const rows = told.map(({ stage, load, quantiles }) => [
    stage.name,
    rateText(load),
    countText(stage.shape.subscribers),
    latencyText(stage, name, quantiles, 'p50'),
    latencyText(stage, name, quantiles, 'p99'),
    steadyText(stage),
  ]);
  const table = numberTable(
    'Latency against load',
    ['stage', unit, 'subscribers', `${name} p50`, `${name} p99`, 'steady'],
    rows,
  );
  if (told.length < 2) return html`<p class="note">One stage has no other to be drawn against.</p>${table}`;
  const x = linear(Math.max(...told.map(({ load }) => load)), area.left, area.right);
  const finite = (value: number): boolean => Number.isFinite(value);
  const y = latencyScale(
    told.flatMap(({ quantiles }) => [quantiles.p50, quantiles.p99]),
    area.bottom,
    area.top,
  );
  const lines = (['p50', 'p99'] as const).map((quantile, at) => {
    const points = told
      .filter(({ quantiles }) => finite(quantiles[quantile]))
      .map(({ load, quantiles }) => [x.at(load), y.at(quantiles[quantile])] as const);
    const look = at === 0 ? 0 : 3;
    return html`${line(points, look)}${points.map(([across, up]) => dot(across, up, look))}`;
  });
  // Overload is where a stage never came to rest, whatever its percentiles say.
  const unsteady = told.flatMap(({ stage, load, quantiles }) =>
    stage.steady.judged && !stage.steady.steady
      ? html`<text x="${place(x.at(load))}" y="${place(y.at(quantiles.p99) - 9)}" text-anchor="end">not steady</text>`
      : [],
  );
  return html`${legend([
    { name: `${name} p50`, look: 0 },
    { name: `${name} p99`, look: 3 },
  ])}${drawing({
    name: `latency against load, ${told.length} stages`,
    ...{
      x,
      xTitle: `${unit}, as achieved`,
      y,
      yTitle: `latency, ${y.unit}`,
      content: html`${lines}${unsteady}`,
    },
  })}${table}`;
}

/** Whether latency stayed what it was within a stage. */
export function steadyText({ steady: { judged, steady, growth } }: StageResult): string {
  if (!judged) return 'not judged';
  return steady ? 'steady' : `grew by ${msText(growth)}`;
}
