import { html, type Markup } from '../../../report/html/markup.ts';
import type { LoadResult } from '../../verdict/load-result.ts';
import { compareLoads } from '../compare-loads.ts';
import { bytesText, rateText, valueText } from '../number-words.ts';
import { numberTable } from './tables.ts';

/** How this run compares with another one: measured side by side, or with a result that lay there. */
export function comparison(result: LoadResult, baseline: LoadResult | undefined): Markup {
  const { comparison: compared } = result;
  if (!compared && !baseline) return html`<p>Nothing was compared.</p>`;
  return html`${compared ? sideBySide(compared) : undefined}${baseline ? stored(result, baseline) : undefined}`;
}

function sideBySide({
  against,
  repeats,
  outcome,
  reason,
  ratios,
}: NonNullable<LoadResult['comparison']>): Markup {
  return html`<p><b class="tag ${outcome === 'regression' ? 'failed' : 'skipped'}">${outcome}</b> against ${against}, rounds a side: ${repeats}. ${reason}</p>
${
  ratios.length === 0
    ? undefined
    : numberTable(
        'Ratios',
        ['metric', 'this by the other', '95 % interval', 'outcome'],
        ratios.map(({ metric, ratio, low, high, regression }) => [
          ...[metric, ratio.toFixed(2)],
          low === null || high === null ? 'not judged' : `${low.toFixed(2)} to ${high.toFixed(2)}`,
          regression ? html`<span class="tag failed">✗ regression</span>` : '–',
        ]),
      )
}`;
}

function stored(result: LoadResult, baseline: LoadResult): Markup {
  const { ratios, notComparable } = compareLoads(baseline, result);
  const title = html`<p>Beside the run ${baseline.id} (${baseline.verdict}): `;
  if (notComparable !== undefined) return html`${title}<b>not comparable</b>, ${notComparable}.</p>`;
  return html`${title}one run each, so the ratios have no interval, and nothing is judged by them.</p>
${numberTable(
  'Ratios to a stored run',
  ['stage, metric', 'before', 'now', 'now by before', 'note'],
  ratios.map(({ stage, metric, before, now, ratio, atFloor }) => [
    `${stage}, ${metric}`,
    ...[before.toFixed(2), now.toFixed(2), ratio.toFixed(2)],
    atFloor ? 'not told apart from the floor' : '–',
  ]),
)}`;
}

/** What it ran on, what that can carry, and what to type to see it again. */
export function environment(result: LoadResult): Markup {
  const { environment: of, seed, id, target, driver, tool, ceiling } = result;
  const rows = [
    ['target', `${target.name}, ${target.at}`],
    ['driver', driver === 'k6' ? `k6 ${of.k6 ?? ''}` : 'node'],
    ['processor', `${of.cpu}, ${of.cores} cores`],
    ['memory', bytesText(of.memoryBytes)],
    ['kernel', of.kernel],
    ['Node', of.node],
    ['plumbline', `${tool.version} (${of.harness})`],
    ['open files', String(of.openFiles)],
    ['fingerprint', of.fingerprint],
    ['run', id],
    ['seed', String(seed)],
  ];
  return html`<dl class="finding">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${
  ceiling
    ? html`<p>${ceilingText(ceiling)} (measured ${ceiling.measuredAt}${ceiling.cached ? ', by an earlier run' : ''}).</p>
${numberTable(
  'Trials of the generator',
  ['deliveries/s', 'outcome', 'waiting for a CPU', 'why'],
  ceiling.trials.map(({ deliveriesPerSecond, valid, reason, pressure }) => [
    rateText(deliveriesPerSecond),
    valid ? 'valid' : 'not valid',
    pressure === undefined
      ? 'not observed'
      : `${valueText(pressure.p50, '%')}, at most ${valueText(pressure.max, '%')}`,
    reason,
  ]),
)}`
    : html`<p>How much this generator can carry was not measured.</p>`
}`;
}

function ceilingText({ deliveriesPerSecond, atLeast }: NonNullable<LoadResult['ceiling']>): string {
  if (deliveriesPerSecond === 0) return 'This generator told the truth at none of the rates that were tried';
  return `This generator told the truth up to ${atLeast ? 'at least ' : ''}${rateText(deliveriesPerSecond)} deliveries/s`;
}
