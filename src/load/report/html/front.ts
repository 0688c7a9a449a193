import { html, type Markup } from '../../../report/html/markup.ts';
import { count, duration } from '../../../report/plain-text.ts';
import type { GateResult, LoadResult } from '../../verdict/load-result.ts';
import { decidingStage } from '../load-line.ts';
import { valueText } from '../number-words.ts';
import {
  deliveredText,
  gateReason,
  gateValueText,
  headlineOf,
  isClaimed,
  latencyText,
  lossText,
  outcomeOf,
} from '../standing.ts';
import { numberTable } from './tables.ts';

/** What the run came to, in the first screen of the page. */
export function front(result: LoadResult): Markup {
  const { verdict, exit, reason, profile, target, driver, durationMs, tool, startedAt } = result;
  const state = exit === 0 ? 'passed' : exit === 1 ? 'failed' : 'open';
  return html`<header class="verdict ${state}">
<h1>${verdict} <span>load ${profile.id}, exit ${exit}</span></h1>
<p>${reason}</p>
${headline(result)}<p class="dim">${profile.title}. ${target.name} (${target.surface}, ${target.dialect}; ${target.at}), driver ${driver}, ${duration(durationMs)}, plumbline ${tool.version}, ${startedAt}</p>
${result.complete ? undefined : html`<p><strong>This run did not end: what it did not reach is missing here, and what there is, is unfinished.</strong></p>`}
</header>`;
}

function headline(result: LoadResult): Markup | undefined {
  const stage = decidingStage(result);
  if (!stage || !isClaimed(result)) return undefined;
  const name = headlineOf(result.stages);
  const loss = lossText(stage);
  return html`<p><b>${name}.p99 ${latencyText(stage, name, stage.latency[name], 'p99')}</b> at stage ${stage.name}, delivered ${deliveredText(stage)}${loss === '' ? '' : ` (${loss})`}</p>
`;
}

/** What no generator can cause. */
export function findings({ findings: all }: LoadResult): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<section><h2 id="findings">Findings, which no generator can cause</h2>
${all.map(
  ({ kind, stage, count: times, requirement, expected, actual }) =>
    html`<div class="check"><p><span class="tag failed">✗ ${kind}</span> ${count(times, 'time')} at stage ${stage}${requirement === undefined ? '' : `, requirement ${requirement}`}</p>
<dl class="finding"><dt>expected</dt><dd>${expected}</dd><dt>actual</dt><dd><code>${actual}</code></dd></dl></div>
`,
)}</section>
`;
}

/** Nothing is green where the run is not. */
function tag(outcome: GateResult['outcome'], { exit }: LoadResult): Markup {
  if (outcome === 'failed') return html`<span class="tag failed">✗ failed</span>`;
  if (outcome !== 'passed') return html`<span class="tag skipped">– ${outcome}</span>`;
  return exit === 0
    ? html`<span class="tag passed">✓ passed</span>`
    : html`<span class="tag">✓ passed</span>`;
}

const order: readonly GateResult['outcome'][] = ['failed', 'withheld', 'not observed', 'passed'];

/** What decides pass or fail; what failed comes first. */
export function gates(result: LoadResult): Markup {
  if (result.gates.length === 0) return html`<p>No gate was judged.</p>`;
  const told = result.gates
    .map((gate) => ({ gate, outcome: outcomeOf(gate, result) }))
    .sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  return numberTable(
    'Gates',
    ['gate', 'stage', 'outcome', 'measured', 'limit', 'asked by', 'why'],
    told.map(({ gate, outcome }) => [
      html`<code>${gate.gate}</code>`,
      gate.stage,
      tag(outcome, result),
      gateValueText(gate, result),
      valueText(gate.limit, gate.unit),
      gate.from === 'slo' ? '--slo' : 'profile',
      gateReason(gate, result),
    ]),
  );
}

/** Whether the numbers are the server's; what does not hold comes first, with what to do about it. */
export function trust(result: LoadResult): Markup {
  const { trust: checks, exit } = result;
  const broken = checks.filter(({ ok }) => !ok);
  const sum =
    checks.length === 0
      ? 'Nothing was checked.'
      : broken.length === 0
        ? `All ${count(checks.length, 'check')} hold.`
        : `${broken.length} of ${count(checks.length, 'check')} do not hold.`;
  const claim = isClaimed(result)
    ? 'The numbers below are the server’s.'
    : 'No latency and no loss of this run is claimed. What there is of them stands below as a diagnostic, to find out why.';
  const good =
    exit === 0 ? html`<span class="tag passed">✓ holds</span>` : html`<span class="tag">✓ holds</span>`;
  return html`<p>${sum} ${claim}</p>
${
  checks.length === 0
    ? undefined
    : numberTable(
        'Trust checks',
        ['what was checked', 'stage', 'outcome', 'measured', 'limit', 'what to do'],
        [...broken, ...checks.filter(({ ok }) => ok)].map(
          ({ title, stage, ok, value, limit, unit, advice }) => [
            title,
            stage,
            ok ? good : html`<span class="tag error">! does not</span>`,
            value === null ? 'not measured' : valueText(value, unit),
            limit === null ? '–' : valueText(limit, unit),
            ok ? '' : advice,
          ],
        ),
      )
}`;
}
