import type { Recordings, RunEvent } from '../../conform/run-event.ts';
import type { ReportContext } from '../context.ts';
import { count } from '../plain-text.ts';
import { verdictSentence } from '../story.ts';
import type { WholeRun } from '../whole-run.ts';
import { environment, openPoints, timing } from './back.ts';
import { Budget } from './budget.ts';
import { caseDetails, type OnPage } from './case-details.ts';
import { documentOf } from './document.ts';
import { exercisedRules } from './exercised-rules.ts';
import { failures, troubled, Wires } from './failures.ts';
import { front } from './front.ts';
import { html, type Markup } from './markup.ts';
import { requirementTables } from './requirement-table.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import { toldCase } from './told-case.ts';

/** Bytes of what was said on the wire and of findings; with all that stands around it, less than 5 MB. */
const budgetOfPage = 2_500_000;

/** What a page is made from. */
export interface PageOf {
  readonly run: WholeRun;
  readonly events: readonly RunEvent[];
  readonly recordings: Recordings;
}

/** The whole page: it loads nothing, and only our own script and style may run in it, whatever else it holds. */
export function page({ run, events, recordings }: PageOf, context: ReportContext): string {
  const budget = new Budget(budgetOfPage);
  const told = run.cases.map((one) => toldCase(one, context));
  const groups = troubled(told);
  const wires = new Wires(groups, recordings, budget);
  const onPage: OnPage = {
    ...{ budget, command: run.header.command, level: context.level },
    shows: (target, scene, frame) => {
      const shown = wires.of(target, scene);
      return shown !== undefined && (frame === undefined || shown.frames.has(frame));
    },
  };
  const wrong = failures(groups, wires, onPage);
  const others = told.filter(({ isTrouble }) => !isTrouble).map((each) => caseDetails(each, onPage));
  const sections: readonly (readonly [id: string, title: string, body: Markup])[] = [
    [
      'failures',
      'What went wrong',
      html`${wireNote(groups.length, wires.size, context.beside?.name)}${wrong}`,
    ],
    ['others', `Other cases: ${others.length}`, html`${others}`],
    ['requirements', 'Requirements', requirementTables(run.cases, context)],
    ['exercised', 'Lives and scopes: what was exercised, what was seen', exercisedRules(run)],
    ['open-points', 'How this server resolved the open points', openPoints(run)],
    ['timing', 'Timing', timing(run, events)],
    ['environment', 'Environment', environment(run, context)],
  ];
  const body = html`${front(run)}
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${filter}
${sections.map(
  ([id, title, body]) => html`<section><h2 id="${id}">${title}</h2>
${body}
</section>
`,
)}
${
  budget.isSpent
    ? html`<p><strong>Cut: this page is full.</strong> What came late on it is shown by its first 160 bytes,
        scenes by the 12 events nearest to a finding, and a check by 3 findings.</p>`
    : undefined
}`;
  const title = verdictSentence(run.verdict);
  return documentOf({ title, skipTo: 'failures', skipText: 'To what went wrong', body, style, script });
}

/** Shown by the script, without which it would do nothing. */
const filter = html`<div id="filter" class="filter" role="search" aria-label="Cases" hidden><label>search ( / )<input id="search" type="search" autocomplete="off"></label>${['outcome', 'level', 'surface', 'target'].map((name) => html`<label>${name}<select id="by-${name}"><option value="">all</option></select></label>`)}<button id="reset" type="button">all cases</button><output id="shown" aria-live="polite"></output></div>`;

function wireNote(wanted: number, shown: number, beside: string | undefined): Markup | undefined {
  if (wanted === 0) return undefined;
  if (shown === 0)
    return html`<p class="dim">There are no recordings of this run (it was stored, stopped, or had several rounds): the excerpt in a case stands in for them.</p>`;
  const cut = 'At most 200 events of a scene are shown, and 4 KiB of each; what is cut, is said.';
  return html`<p class="dim">${count(shown, 'scene')} with what was on the wire. ${cut} ${
    beside === undefined
      ? 'The whole recordings are not beside this page, which was written to no file.'
      : html`The whole recordings: <a href="${encodeURIComponent(beside)}">${beside}</a>, an event a line.`
  }</p>`;
}
