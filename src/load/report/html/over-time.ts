import { html, type Markup } from '../../../report/html/markup.ts';
import { count } from '../../../report/plain-text.ts';
import type { StageResult } from '../../verdict/load-result.ts';
import { countText, msText } from '../number-words.ts';
import { area, band, drawing, legend, line, place } from './drawing.ts';
import { latencyScale, linear, type Scale } from './scale.ts';
import { numberTable, part } from './tables.ts';
import { gapsOf, knownRunsOf, runsOf, type TimeColumn, timeColumns } from './time-columns.ts';

/** Columns of a drawing, and rows of the table beside it. */
const [mostColumns, mostRows] = [600, 300];

/** Percentiles of deliveries over the time of a stage, with what was asked of the server below. Gaps are shown, never joined. */
export function overTime(stage: StageResult): Markup {
  const columns = timeColumns(stage.windows, mostColumns);
  if (columns.length === 0) return html`<p class="note">Of this stage there are no windows.</p>`;
  const end = columns.at(-1)?.to ?? 1;
  const x = linear(end, area.left, area.right);
  const gaps = gapsOf(columns);
  const silent = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const span = (columns[0]?.to ?? 1) - (columns[0]?.from ?? 0);
  return html`${legend([
    { name: 'p50', look: 0 },
    { name: 'p90', look: 1 },
    { name: 'p99', look: 3 },
  ])}${latencies(stage, columns, x, gaps)}${
    silent === 0
      ? undefined
      : html`<p class="note">Grey: ${count(gaps.length, 'stretch', 'stretches')} in which nothing arrived, or that ${gaps.length === 1 ? 'has' : 'have'} a second in which nothing did. No line goes across.</p>`
  }${span === 1 ? undefined : html`<p class="note">Each point is the worst of ${span} seconds.</p>`}${legend([
    { name: 'deliveries/s, left', look: 2 },
    { name: 'connections, right', look: 1 },
  ])}${load(stage, columns, x)}${table(stage)}`;
}

function latencies(
  stage: StageResult,
  columns: readonly TimeColumn[],
  x: Scale,
  gaps: readonly { readonly from: number; readonly to: number }[],
): Markup {
  const y = latencyScale(
    columns.flatMap(({ p50, p99 }) => [p50, p99].flatMap((value) => value ?? [])),
    area.bottom,
    area.top,
  );
  const middle = ({ from, to }: TimeColumn): number => x.at((from + to) / 2);
  const runs = runsOf(columns).map((run) => {
    const points = run.map((column) => {
      const [p50, p90, p99] = [column.p50 ?? 0, column.p90 ?? 0, column.p99 ?? 0].map((value) => y.at(value));
      return { at: middle(column), p50: p50 ?? 0, p90: p90 ?? 0, p99: p99 ?? 0 };
    });
    return html`${band(
      points.map(({ at, p90, p99 }) => [at, p90, p99]),
      3,
    )}${band(
      points.map(({ at, p50, p90 }) => [at, p50, p90]),
      0,
    )}${line(
      points.map(({ at, p99 }) => [at, p99]),
      3,
    )}${line(
      points.map(({ at, p90 }) => [at, p90]),
      1,
    )}${line(
      points.map(({ at, p50 }) => [at, p50]),
      0,
    )}`;
  });
  const content = html`${gaps.map(
    ({ from, to }) =>
      html`<rect class="empty" x="${place(x.at(from))}" width="${place(Math.max(1, x.at(to) - x.at(from)))}" y="${area.top}" height="${area.bottom - area.top}"/>`,
  )}${runs}${stage.marks.map(({ second, what }, at) => {
    const to = place(x.at(second));
    return html`<line class="mark" x1="${to}" x2="${to}" y1="${area.top}" y2="${area.bottom}"/><text class="mark" x="${place(x.at(second) + 4)}" y="${area.top + 10 + (at % 3) * 14}">${what.slice(0, 40)}</text>`;
  })}`;
  return drawing({
    name: `latency of deliveries over time, stage ${stage.name}`,
    ...{ x, xTitle: 'seconds since the stage began', y, yTitle: `latency, ${y.unit}`, content },
  });
}

function load(stage: StageResult, columns: readonly TimeColumn[], x: Scale): Markup {
  const own = { ...area, right: area.right - 64, height: 190, bottom: 142 };
  const scaled = {
    ...x,
    at: (value: number) =>
      own.left + ((x.at(value) - area.left) * (own.right - own.left)) / (area.right - area.left),
  };
  const perSecond = ({ deliveries, from, to }: TimeColumn): number => deliveries / (to - from);
  const y = linear(Math.max(1, ...columns.map(perSecond)), own.bottom, own.top, undefined, 3);
  const right = linear(
    Math.max(1, ...columns.map(({ connections }) => connections)),
    own.bottom,
    own.top,
    undefined,
    3,
  );
  const middle = ({ from, to }: TimeColumn): number => scaled.at((from + to) / 2);
  const content = knownRunsOf(columns).map(
    (run) =>
      html`${line(
        run.map((column) => [middle(column), y.at(perSecond(column))]),
        2,
      )}${line(
        run.map((column) => [middle(column), right.at(column.connections)]),
        1,
      )}`,
  );
  return drawing({
    name: `deliveries and connections over time, stage ${stage.name}`,
    ...{
      x: scaled,
      xTitle: 'seconds since the stage began',
      y,
      yTitle: 'deliveries/s',
      content: html`${content}`,
      area: own,
    },
    right: { scale: right, title: 'connections' },
  });
}

function table(stage: StageResult): Markup {
  const columns = timeColumns(stage.windows, mostRows);
  const span = (columns[0]?.to ?? 1) - (columns[0]?.from ?? 0);
  const title = span === 1 ? 'second' : `seconds (the worst of ${span})`;
  return part(
    `Table: stage ${stage.name} over time, ${count(columns.length, 'row')}`,
    numberTable(
      `Numbers over time, stage ${stage.name}`,
      [
        title,
        'publishes',
        'deliveries to probes',
        'p50',
        'p90',
        'p99',
        'max',
        'all deliveries',
        'connections',
      ],
      columns.map(({ from, to, publishes, count: probes, p50, p90, p99, max, deliveries, connections }) => [
        span === 1 ? String(from) : `${from}–${to - 1}`,
        ...[countText(publishes), countText(probes)],
        ...(p50 === null ? ['nothing', '–', '–', '–'] : [msText(p50), msText(p90), msText(p99), msText(max)]),
        ...[countText(deliveries), countText(connections)],
      ]),
    ),
  );
}
