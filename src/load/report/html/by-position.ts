import { html, type Markup } from '../../../report/html/markup.ts';
import type { StageResult } from '../../verdict/load-result.ts';
import { countText } from '../number-words.ts';
import { latencyText, quantileNames, quantileTitles } from '../standing.ts';
import { area, dot, drawing, legend, place } from './drawing.ts';
import { latencyScale } from './scale.ts';
import { numberTable } from './tables.ts';

const positions = ['first', 'middle', 'last'] as const;

/** Who joined first is often served first: p50 to p99 of the deliveries to probes, by when they joined. */
export function byPosition(stages: readonly StageResult[]): Markup {
  const told = stages.flatMap((stage) =>
    positions.flatMap((position) => {
      const quantiles = stage.positions[position];
      return quantiles && quantiles.count > 0 ? [{ stage, position, quantiles }] : [];
    }),
  );
  if (told.length === 0) return html`<p class="note">No probe had a delivery.</p>`;
  const own = { ...area, width: Math.max(area.width, area.left + 30 * told.length + 20), height: 316 };
  const right = own.width - 16;
  const step = (right - own.left) / told.length;
  const y = latencyScale(
    told.flatMap(({ quantiles }) => [quantiles.p50, quantiles.p99]),
    own.bottom,
    own.top,
  );
  const content = told.map(({ stage, position, quantiles }, at) => {
    const x = own.left + step * (at + 0.5);
    const look = positions.indexOf(position);
    const [low, high] = [y.at(quantiles.p50), y.at(quantiles.p99)];
    const isFirst = told[at - 1]?.stage !== stage;
    return html`<path class="line s${look}" d="M${place(x)},${place(low)} V${place(high)} m-6,0 h12"/>${Number.isFinite(quantiles.p50) ? dot(x, low, look) : undefined}<text x="${place(x)}" y="${own.bottom + 16}" text-anchor="middle">${position}</text>${
      isFirst
        ? html`<text class="title" x="${place(x - step / 2 + 4)}" y="${own.bottom + 32}">stage ${stage.name.slice(0, 20)}</text>`
        : undefined
    }`;
  });
  return html`${legend(positions.map((name, look) => ({ name: `joined ${name}`, look })))}${drawing({
    name: 'latency of deliveries by join position',
    x: { at: (value) => value, ticks: [] },
    ...{ xTitle: 'dot: p50, bar: p99', y, yTitle: `latency, ${y.unit}`, content: html`${content}` },
    area: { ...own, right },
  })}${numberTable(
    'Latency by join position',
    ['stage, joined', 'values', ...quantileNames.map((quantile) => quantileTitles[quantile])],
    told.map(({ stage, position, quantiles }) => [
      `${stage.name}, ${position}`,
      countText(quantiles.count),
      ...quantileNames.map((quantile) => latencyText(stage, 'positions', quantiles, quantile)),
    ]),
  )}`;
}
