import type { CaseResult } from '../../conform/run-event.ts';
import type { ReportContext } from '../context.ts';
import type { Check } from '../outcome-table.ts';
import { caseAnchor } from './case-details.ts';
import { anchor, html, type Markup } from './markup.ts';
import { signs, wordOf, worstOf } from './told-case.ts';

type Asked = { readonly one: CaseResult; readonly check: Check };

const levels = ['MUST', 'SHOULD', 'MAY'];

/** Requirement × target of each surface: what came of all checks of it, and why some could not be. */
export function requirementTables(
  cases: readonly CaseResult[],
  context: Pick<ReportContext, 'level'>,
): Markup {
  const asked = cases.flatMap((one) => one.checks.map((check) => ({ one, check })));
  return html`${[...groupedBy(asked, ({ one }) => one.surface)].map(([surface, of]) => {
    const targets = [...groupedBy(of, ({ one }) => one.target).keys()];
    const rows = [...groupedBy(of, ({ check }) => check.requirement)].sort(
      ([one, [a]], [other, [b]]) =>
        levels.indexOf(a?.check.level ?? '') - levels.indexOf(b?.check.level ?? '') ||
        one.localeCompare(other, 'en', { numeric: true }),
    );
    return html`<section id="${anchor('requirements', surface)}"><h3>${surface}</h3>
<div class="wide" role="region" aria-label="Requirements of ${surface}" tabindex="0"><table class="requirements"><thead><tr><th scope="col">requirement</th><th scope="col">level</th>${targets.map((target) => html`<th scope="col">${target}</th>`)}<th scope="col">what it says, and why it could not be judged</th></tr></thead><tbody>
${rows.map(([id, all]) => rowOf(surface, id, all, targets, context))}</tbody></table></div></section>`;
  })}`;
}

function rowOf(
  surface: string,
  id: string,
  all: readonly Asked[],
  targets: readonly string[],
  context: Pick<ReportContext, 'level'>,
): Markup {
  const first = all[0]?.check;
  const of = groupedBy(all, ({ one }) => one.target);
  const reasons = new Set(
    all.flatMap(({ one, check }) =>
      check.outcome === 'passed' || check.reason === undefined
        ? []
        : [`${check.outcome}${targets.length > 1 ? ` on ${one.target}` : ''}: ${check.reason}`],
    ),
  );
  const shown = [...reasons].slice(0, 6);
  return html`<tr id="${anchor('requirement', surface, id)}"><th scope="row">${id}</th><td>${first?.level}</td>${targets.map((target) => cell(of.get(target) ?? [], context))}<td>${first?.text} <small>${first?.source} · ${first?.at}</small>${
    shown.length === 0
      ? undefined
      : html`<ul>${shown.map((reason) => html`<li>${reason.slice(0, 400)}${reason.length > 400 ? html` <em>cut</em>` : undefined}</li>`)}${reasons.size > shown.length ? html`<li>and ${reasons.size - shown.length} more reasons</li>` : undefined}</ul>`
  }</td></tr>
`;
}

function cell(asked: readonly Asked[], context: Pick<ReportContext, 'level'>): Markup {
  const worst = worstOf(
    asked.map(({ check }) => check),
    context,
  );
  const at = asked.find(({ check }) => check === worst?.check);
  if (!worst || !at) return html`<td class="dim">not asked</td>`;
  const word = wordOf(worst.row, worst.check);
  const alike = asked.filter(({ check }) => check.outcome === worst.check.outcome).length;
  const often =
    asked.length === 1 ? undefined : html` <span class="often">${alike} of ${asked.length}</span>`;
  return html`<td><a class="tag ${worst.row}" href="#${caseAnchor(at.one)}">${signs[worst.row]} ${word}</a>${often}</td>`;
}

/** Things by a name that they have, in the order in which names come up. */
export function groupedBy<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(nameOf(one));
    if (group) group.push(one);
    else groups.set(nameOf(one), [one]);
  }
  return groups;
}
