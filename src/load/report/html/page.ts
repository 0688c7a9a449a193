import { documentOf } from '../../../report/html/document.ts';
import { html, type Markup } from '../../../report/html/markup.ts';
import { style } from '../../../report/html/style.ts';
import type { LoadResult, StageResult } from '../../verdict/load-result.ts';
import { decidingStage } from '../load-line.ts';
import { diagnostic, isClaimed } from '../standing.ts';
import { againstLoad } from './against-load.ts';
import { comparison, environment } from './back.ts';
import { byPosition } from './by-position.ts';
import { closeCodes, connectTimes } from './connecting.ts';
import { findings, front, gates, trust } from './front.ts';
import { monitors } from './monitors.ts';
import { overTime } from './over-time.ts';
import { percentilePlot } from './percentile-plot.ts';
import { plotStyle } from './plot-style.ts';
import { numbers, shapes } from './stages.ts';
import { part } from './tables.ts';

/** Stages that are drawn one by one: the first, and the last ones. All of them stand in the tables. */
const mostDrawn = 20;

/** `report.html`: one page to read offline. What the run does not claim is there for who opens it. */
export function reportHtml(
  told: LoadResult,
  { baseline: other }: { readonly baseline?: LoadResult } = {},
): string {
  const [result, baseline] = [withRounds(told), other && withRounds(other)];
  const claimed = isClaimed(result);
  const shown = (content: Markup): Markup =>
    claimed || result.stages.length === 0
      ? content
      : html`<details class="case diagnostic"><summary><span class="tag ambiguous">${diagnostic}</span> what was counted, which is not claimed to be the server’s</summary><div>
${content}
</div></details>`;
  const compared = comparison(result, baseline);
  const sections: readonly (readonly [id: string, title: string, content: Markup])[] = [
    ['gates', 'Gates', gates(result)],
    ['trust', 'Can you trust this run?', trust(result)],
    ['stages', 'Stages', html`${shapes(result)}${shown(numbers(result))}${monitors(result)}`],
    ['plots', 'Plots', shown(plots(result, baseline))],
    ['comparison', 'Comparison', result.comparison || baseline ? shown(compared) : compared],
    ['environment', 'Environment', environment(result)],
    ['again', 'Run it again', html`<p class="again"><code>${result.command}</code></p>`],
  ];
  const body = html`${front(result)}
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${findings(result)}${sections.map(
  ([id, title, content]) => html`<section><h2 id="${id}">${title}</h2>
${content}
</section>
`,
)}`;
  const title = `${result.verdict}: load ${result.profile.id} on ${result.target.name}`;
  const look = `${style}${plotStyle}`;
  return documentOf({ title, skipTo: 'trust', skipText: 'To what can be trusted', body, style: look });
}

/** Rounds have stages of one name; on a page each has its own, so that what is drawn of it can be told apart. */
function withRounds(result: LoadResult): LoadResult {
  const seen = new Map<string, number>();
  const stages = result.stages.map((stage) => {
    const round = (seen.get(stage.name) ?? 0) + 1;
    seen.set(stage.name, round);
    return round === 1 ? stage : { ...stage, name: `${stage.name}, round ${round}` };
  });
  return { ...result, stages };
}

function plots(result: LoadResult, baseline: LoadResult | undefined): Markup {
  const { stages } = result;
  if (stages.length === 0) return html`<p>There is nothing to draw.</p>`;
  const deciding = decidingStage(result);
  const drawn = stages.length <= mostDrawn ? stages : [...stages.slice(0, 1), ...stages.slice(1 - mostDrawn)];
  const each = (name: string, of: (stage: StageResult) => Markup): Markup =>
    html`${drawn.map((stage) => part(`${name}, stage ${stage.name}${stage.unfinished ? ' (unfinished)' : ''}`, of(stage), stage === deciding))}`;
  return html`${
    drawn.length < stages.length
      ? html`<p class="note">${drawn.length} of ${stages.length} stages are drawn one by one: the first and the last ones.</p>`
      : undefined
  }<h3>Latency over time</h3>
${each('Over time', overTime)}
<h3>Latency by percentile</h3>
${each('Percentiles', (stage) => percentilePlot(stage, baseline))}
<h3>Latency against load</h3>
${againstLoad(stages)}
<h3>Spread by join position</h3>
${byPosition(stages)}
<h3>Time to connect</h3>
${connectTimes(stages)}
<h3>How connections ended</h3>
${closeCodes(stages)}`;
}
