import { html, type Markup } from '../../../report/html/markup.ts';
import { count } from '../../../report/plain-text.ts';
import type { LoadResult } from '../../verdict/load-result.ts';
import { monitorsTold, notRunText } from '../monitors-told.ts';
import { part } from './tables.ts';

/** What should not be, though it decides nothing; and which monitors of the surface had nothing to say. */
export function monitors(result: LoadResult): Markup | undefined {
  const told = monitorsTold(result);
  const title = notRunText(told);
  if (told.advice.length === 0 && title === undefined) return undefined;
  return html`<h3>What monitors say</h3>
${told.advice.map(
  ({ requirement, count: times, stages, expected, actual, monitor }) =>
    html`<div class="check"><p><span class="tag ambiguous">should</span> requirement ${requirement}, ${count(times, 'time')} at ${stages.join(', ')}, by ${monitor}; it decides nothing</p>
<dl class="finding"><dt>expected</dt><dd>${expected}</dd><dt>actual</dt><dd><code>${actual}</code></dd></dl></div>
`,
)}${
  title === undefined
    ? undefined
    : part(
        title,
        html`<ul>${told.notRun.map(({ reason, monitors: names }) => html`<li>${names.join(', ')}: ${reason}</li>`)}</ul>`,
      )
}`;
}
