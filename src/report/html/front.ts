import type { Totals } from '../../conform/verdict.ts';
import { outcomes } from '../../suite/judgement.ts';
import { count, duration } from '../plain-text.ts';
import type { WholeRun } from '../whole-run.ts';
import { html, type Markup } from './markup.ts';

/** What the run came to, in the first screen of the page. */
export function front({ header, verdict, footer }: WholeRun): Markup {
  const { baseline, repeat } = verdict;
  const state =
    verdict.exit !== 0 ? (verdict.exit === 1 ? 'failed' : 'open') : verdict.knownOnly ? 'open' : 'passed';
  return html`<header class="verdict ${state}">
<h1>${verdict.verdict} <span>exit ${verdict.exit}</span></h1>
<p>${verdict.reason}${verdict.knownOnly ? ' (known failures only)' : ''}</p>
<p class="dim">${count(header.targets.length, 'target')}, ${verdict.scope} run, ${duration(verdict.durationMs)}, plumbline ${header.tool.version}, ${header.startedAt}</p>
${footer.complete ? undefined : html`<p><strong>This run did not end: what it did not reach is missing here.</strong></p>`}
</header>
<section><h2 id="targets">Targets</h2>
<div class="wide" role="region" aria-labelledby="targets" tabindex="0"><table><thead><tr><th scope="col">target</th><th scope="col">surface</th><th scope="col">dialect</th><th scope="col">verdict</th><th scope="col">MUST passed</th><th scope="col">failed</th><th scope="col">untestable</th><th scope="col">address</th></tr></thead><tbody>
${header.targets.map(({ name, surface, dialect, role, url, at }) => {
  const own = verdict.targets.find(({ target }) => target === name);
  const must = own?.totals.must;
  return html`<tr><th scope="row">${name}</th><td>${surface}</td><td>${dialect}${role ? `, ${role}` : ''}</td><td>${own ? `${own.verdict}, exit ${own.exit}: ${own.reason}` : 'not asked'}</td><td>${must?.passed ?? 0}</td><td>${must?.failed ?? 0}</td><td>${must?.untestable ?? 0}</td><td><code>${url}</code> <small>${at}</small></td></tr>
`;
})}</tbody></table></div></section>
<section><h2 id="totals">Checks by level</h2>
<div class="wide" role="region" aria-labelledby="totals" tabindex="0">${totalsTable(verdict.totals)}</div>
${repeat ? html`<p>${repeat.rounds} rounds: ${repeat.consistent} checks consistent, ${repeat.flaky} flaky, ${repeat.unsettled} unsettled.</p>` : undefined}
${
  baseline
    ? html`<p>Baseline <code>${baseline.file}</code>: ${count(baseline.entries, 'entry', 'entries')}, ${count(baseline.known, 'check')} excused, ${baseline.stale.length} no longer right.</p>
<ul>${baseline.stale.slice(0, 100).map(({ reason }) => html`<li>${reason.slice(0, 600)}</li>`)}${baseline.stale.length > 100 ? html`<li>and ${baseline.stale.length - 100} more</li>` : undefined}</ul>`
    : undefined
}</section>`;
}

function totalsTable(totals: Totals): Markup {
  const seen = outcomes.filter(
    (outcome) => totals.must[outcome] + totals.should[outcome] + totals.may[outcome] > 0,
  );
  return html`<table class="totals"><thead><tr><th scope="col">level</th>${seen.map((outcome) => html`<th scope="col">${outcome}</th>`)}</tr></thead><tbody>
${(['must', 'should', 'may'] as const).map((level) => html`<tr><th scope="row">${level.toUpperCase()}</th>${seen.map((outcome) => html`<td>${totals[level][outcome]}</td>`)}</tr>`)}</tbody></table>`;
}
