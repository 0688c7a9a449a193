import type { Exercised, Reached } from '../../conform/exercised.ts';
import type { WholeRun } from '../whole-run.ts';
import { automatonDrawing } from './automaton-drawing.ts';
import { anchor, html, type Markup } from './markup.ts';
import { askedWords, reachedAs, reachedWords, seenWords } from './reached.ts';
import { signs } from './told-case.ts';

/** The rules that can be drawn, with what this run made of them: a life for each target, and what each scope is shown. */
export function exercisedRules({ cases, verdict }: WholeRun): Markup {
  const all = verdict.exercised ?? [];
  const asked = new Set(
    cases.flatMap((one) => one.checks.map((check) => anchorOf(one.surface, check.requirement))),
  );
  const idsOf: IdsOf = (surface, ids) => requirements(surface, ids, asked);
  if (all.length === 0) return html`<p>Nothing of it was stored with this run.</p>`;
  return html`${legend}${all.map(
    (
      one,
    ) => html`<section id="${anchor('exercised', one.target)}"><h3>${one.target}: the life of ${one.automaton.of}</h3>
<div class="life-of"><div class="wide" role="region" aria-label="Drawing of the life of ${one.automaton.of} on ${one.target}" tabindex="0">${automatonDrawing(one.automaton)}</div>
<div class="wide" role="region" aria-label="Steps of the life of ${one.automaton.of} on ${one.target}" tabindex="0">${stepTable(one, idsOf)}</div></div>
${one.scopes ? scopeMatrix(one, one.scopes, idsOf) : undefined}</section>
`,
  )}`;
}

const legend = html`<p class="dim">Each step bears its number in the table. <span class="way seen">Drawn through</span>: seen on the wire. <span class="way asked">Dashed</span>: a case asked for it, and it was not seen. <span class="way idle">Dotted</span>: nobody asked for it, or nothing on the wire shows it. <span class="way failed">Thick</span>: a check of it failed.</p>`;

function stepTable({ surface, automaton }: Exercised, idsOf: IdsOf): Markup {
  return html`<table class="steps"><thead><tr><th scope="col">step</th><th scope="col">what happens</th><th scope="col">in this run</th></tr></thead><tbody>
${automaton.steps.map(
  (
    step,
    at,
  ) => html`<tr class="${reachedAs(step)}"><th scope="row">${at + 1}</th><td>${step.from} → ${step.to} <small>by ${step.on}, ${step.event === null ? 'shown by nothing' : `shown as ${step.event}`}</small></td><td>${sign(step)}${reachedWords(step)}${idsOf(surface, step.requirements)}</td></tr>
`,
)}</tbody></table>`;
}

function scopeMatrix(
  { target, surface }: Exercised,
  { events, scopes, cells }: NonNullable<Exercised['scopes']>,
  idsOf: IdsOf,
): Markup {
  const title = `${target}: what becomes of data, by event and scope`;
  return html`<h3>${title}</h3>
<div class="wide" role="region" aria-label="${title}" tabindex="0"><table class="scopes"><thead><tr><th scope="col">event</th>${scopes.map((scope) => html`<th scope="col">${scope}</th>`)}</tr></thead><tbody>
${events.map(
  (event) => html`<tr><th scope="row">${event}</th>${scopes.map((scope) => {
    const cell = cells.find((one) => one.event === event && one.scope === scope);
    if (!cell) return html`<td class="dim">nothing is said</td>`;
    return html`<td><b>${cell.data}</b> <span class="dim">${sign(cell)}${askedWords(cell)}; ${seenWords(cell)}</span>${idsOf(surface, cell.requirements)}</td>`;
  })}</tr>
`,
)}</tbody></table></div>`;
}

function sign({ outcome }: Pick<Reached, 'outcome'>): Markup | undefined {
  if (outcome === 'failed') return html`<span class="tag failed">${signs.failed}</span> `;
  return outcome === 'passed' ? html`<span class="tag passed">${signs.passed}</span> ` : undefined;
}

type IdsOf = (surface: string, ids: readonly string[]) => Markup | undefined;

/** Requirements, with a link where the page has a row for them: a target may bear another member of their group. */
function requirements(
  surface: string,
  ids: readonly string[],
  asked: ReadonlySet<string>,
): Markup | undefined {
  if (ids.length === 0) return undefined;
  return html`<small>${ids.map((id, at) => {
    const to = anchorOf(surface, id);
    return html`${at === 0 ? '' : ' '}${asked.has(to) ? html`<a href="#${to}">${id}</a>` : id}`;
  })}</small>`;
}

function anchorOf(surface: string, requirement: string): string {
  return anchor('requirement', surface, requirement);
}
