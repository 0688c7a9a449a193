import { html, type Markup } from '../../../report/html/markup.ts';
import type { Quantiles, StageResult } from '../../verdict/load-result.ts';
import { microsOf } from '../../wire/histogram.ts';
import { countText, msText } from '../number-words.ts';
import { quantileNames, quantileTitles } from '../standing.ts';
import { area, drawing, legend, line, place } from './drawing.ts';
import { linear, logarithmic } from './scale.ts';
import { numberTable } from './tables.ts';

const whose =
  'Where nothing is published, of the probes; elsewhere of all connections, with what the generator itself was late.';

/** Stages that are drawn; all of them stand in the table. */
const mostDrawn = 6;

/** What share of the connections was open after how long. */
export function connectTimes(stages: readonly StageResult[]): Markup {
  const told = stages.flatMap(({ name, latency: { connect, subscribe } }) =>
    connect && connect.count > 0 ? [{ name, connect, subscribe }] : [],
  );
  if (told.length === 0) return html`<p class="note">No connection was timed.</p>`;
  const drawn = told.slice(-mostDrawn);
  const values = drawn.flatMap(({ connect }) => stepsOfAll(connect).map(({ ms }) => ms));
  const x = logarithmic(Math.max(0.01, Math.min(...values)), Math.max(0.1, ...values), area.left, area.right);
  const y = linear(100, area.bottom, area.top, (value) => `${value} %`);
  const content = drawn.map(({ connect }, look) =>
    line(
      stepsOfAll(connect).map(({ ms, share }) => [x.at(ms), y.at(share * 100)]),
      look,
    ),
  );
  return html`${legend(drawn.map(({ name }, look) => ({ name: `stage ${name}`, look })))}${drawing({
    name: 'share of connections that were open after a time',
    ...{ x, xTitle: 'from dialling to the open connection, ms, logarithmic', y, yTitle: 'connections, %' },
    content: html`${content}`,
  })}${drawn.length < told.length ? html`<p class="note">The last ${drawn.length} of ${told.length} stages are drawn.</p>` : undefined}${numberTable(
    'Times of connecting',
    ['stage', 'connections', ...quantileNames.map((quantile) => quantileTitles[quantile])],
    told.flatMap(({ name, connect, subscribe }) => [
      row(`${name}, connect`, connect),
      ...(subscribe && subscribe.count > 0 ? [row(`${name}, subscribe`, subscribe)] : []),
    ]),
  )}<p class="note">${whose}</p>`;
}

function row(name: string, quantiles: Quantiles): string[] {
  return [name, countText(quantiles.count), ...quantileNames.map((quantile) => msText(quantiles[quantile]))];
}

/** Every value there is, with the share that is not above it. */
function stepsOfAll({ pairs, count }: Quantiles): { readonly ms: number; readonly share: number }[] {
  const steps: { ms: number; share: number }[] = [];
  let seen = 0;
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const ms = microsOf(pairs[at] ?? 0) / 1000;
    if (seen === 0) steps.push({ ms, share: 0 });
    seen += pairs[at + 1] ?? 0;
    steps.push({ ms, share: seen / count });
  }
  return steps;
}

/** How connections ended, or did not begin, by what the server said. */
export function closeCodes(stages: readonly StageResult[]): Markup {
  const rows = stages.flatMap(
    ({ name, connections: { closedByServer, refused, dropped, pending, redialled = 0 } }) => [
      ...ended(name, 'closed by the server, code', closedByServer),
      ...ended(name, 'refused, status', refused),
      { stage: name, what: 'neither opened nor refused', count: pending },
      { stage: name, what: 'closed while something was to come', count: dropped },
      { stage: name, what: 'dialled twice: k6 may have lost an answer', count: redialled },
    ],
  );
  const sums = new Map<string, number>();
  for (const { what, count } of rows) sums.set(what, (sums.get(what) ?? 0) + count);
  const bars = [...sums].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  if (bars.length === 0)
    return html`<p class="note">The server closed nothing, refused nobody, and left nobody waiting.</p>`;
  const own = { ...area, left: 250, top: 8, bottom: 8 + 26 * bars.length, height: 8 + 26 * bars.length + 48 };
  const x = linear(Math.max(...bars.map(([, count]) => count)), own.left, own.right);
  const content = bars.map(([what, count], at) => {
    const y = own.top + 26 * at + 4;
    return html`<rect class="s${at % 6}" x="${own.left}" y="${y}" width="${place(x.at(count) - own.left)}" height="16"/><text x="${own.left - 8}" y="${y + 12}" text-anchor="end">${what}</text>`;
  });
  return html`${drawing({
    name: 'connections by how they ended',
    ...{ x, xTitle: 'connections of all stages', y: { at: (value: number) => value, ticks: [] }, yTitle: '' },
    ...{ content: html`${content}`, area: own },
  })}${numberTable(
    'How connections ended',
    ['stage', 'what', 'connections'],
    rows.filter(({ count }) => count > 0).map(({ stage, what, count }) => [stage, what, countText(count)]),
  )}`;
}

function ended(stage: string, what: string, codes: Readonly<Record<string, number>>) {
  return Object.entries(codes).map(([code, count]) => ({
    ...{ stage, count },
    what: what.startsWith('refused') && code === '0' ? 'no answer' : `${what} ${code}`,
  }));
}
