import type { CaseResult } from '../../conform/run-event.ts';
import type { Check } from '../outcome-table.ts';
import { rowOf } from '../outcome-table.ts';
import { againOf, findingsOf } from '../story.ts';
import type { Budget } from './budget.ts';
import { anchor, html, type Markup } from './markup.ts';
import { frameAnchor } from './scene-wire.ts';
import { signs, type ToldCase, wordOf } from './told-case.ts';

/** Findings of one check that are told one by one, and how many once the page is full. */
const [most, fewest] = [20, 3];

/** What a case needs to know of the page that it stands on. */
export interface OnPage {
  readonly budget: Budget;
  readonly command: string;
  readonly level: 'must' | 'should';
  /** Whether a frame of a scene stands on the page. */
  readonly shows: (target: string, scene: string, frame?: number) => boolean;
}

export function caseAnchor({ target, id }: Pick<CaseResult, 'target' | 'id'>): string {
  return anchor('case', target, id);
}

/** One case: closed, a line; open, all there is to know of it. */
export function caseDetails({ one, row, word }: ToldCase, page: OnPage, isOpen = false): Markup {
  const scene = one.scene;
  const hasWire = one.findings.some(
    ({ scene: own = scene, frame }) => own !== null && page.shows(one.target, own ?? '', frame),
  );
  return html`<details class="case" id="${caseAnchor(one)}" data-outcome="${word}" data-level="${one.level ?? ''}" data-surface="${one.surface}" data-target="${one.target}"${isOpen ? html` open` : undefined}><summary><span class="tag ${row}">${signs[row]} ${word}</span> <code>${one.id}</code> <span class="title">${one.title}</span> <span class="dim">${one.level ?? ''} · ${one.target}</span></summary>
${one.checks.map((check) => checkPart(one, check, page))}${
  one.observations.length === 0
    ? undefined
    : html`<p>Observed beyond any document:</p><ul>${one.observations.slice(0, most).map((said) => html`<li>${page.budget.show(said).text}</li>`)}${more(one.observations.length)}</ul>`
}${
  one.transcript.length === 0 || hasWire
    ? undefined
    : html`<p>Excerpt of the wire around the first finding:</p><pre class="excerpt">${one.transcript.map(
        (line) => html`<span>${page.budget.show(line).text}</span>
`,
      )}</pre>`
}<p class="again">Again: <code>${againOf(one, page.command)}</code> <a href="#${caseAnchor(one)}">link to this case</a></p>
</details>`;
}

function checkPart(one: CaseResult, check: Check, page: OnPage): Markup {
  const row = rowOf(check, page);
  const findings = findingsOf(one, check);
  const told = page.budget.isSpent ? fewest : most;
  return html`<div class="check"><p><span class="tag ${row}">${signs[row]} ${wordOf(row, check)}</span> <b>${check.level} ${check.requirement}</b> ${check.text} <small>Source: ${check.source} · <code>${check.at}</code></small></p>
${check.reason === undefined ? undefined : html`<p>Reason: ${cutText(check.reason, page.budget)}</p>`}${
  check.known === undefined ? undefined : html`<p>Known: ${cutText(check.known, page.budget)}</p>`
}${
  check.repeated === undefined
    ? undefined
    : html`<p>Rounds: ${check.repeated.result}, ${Object.entries(check.repeated.counts)
        .map(([outcome, times]) => `${outcome} ${times}`)
        .join(', ')}</p>`
}${findings.slice(0, told).map((finding) => findingPart(one, finding, page))}${
  findings.length > told ? html`<p class="dim">Cut: ${findings.length - told} more findings.</p>` : undefined
}</div>`;
}

function findingPart(one: CaseResult, finding: CaseResult['findings'][number], page: OnPage): Markup {
  const { expected, actual, pointer, rule, frame } = finding;
  const scene = finding.scene ?? one.scene;
  const where =
    frame === undefined || scene === null
      ? undefined
      : page.shows(one.target, scene, frame)
        ? html`<dt>frame</dt><dd><a href="#${frameAnchor(one.target, scene, frame)}">${frame} of ${scene}</a></dd>`
        : html`<dt>frame</dt><dd>${frame} of ${scene}</dd>`;
  return html`<dl class="finding"><dt>expected</dt><dd>${cutText(expected, page.budget)}</dd><dt>actual</dt><dd><code>${cutText(actual, page.budget)}</code></dd>${
    pointer ? html`<dt>at</dt><dd><code>${pointer}</code></dd>` : undefined
  }<dt>rule</dt><dd>${rule}</dd>${where}</dl>`;
}

/** A text, and that it was cut. */
export function cutText(text: string, budget: Budget): Markup {
  const shown = budget.show(text);
  return shown.of === undefined
    ? html`${shown.text}`
    : html`${shown.text} <em>cut: ${Buffer.byteLength(shown.text)} of ${shown.of} bytes shown</em>`;
}

function more(length: number): Markup | undefined {
  return length > most ? html`<li>and ${length - most} more</li>` : undefined;
}
