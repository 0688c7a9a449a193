import type { RunEvent } from '../../conform/run-event.ts';
import type { ReportContext } from '../context.ts';
import { count, duration } from '../plain-text.ts';
import type { WholeRun } from '../whole-run.ts';
import { html, type Markup } from './markup.ts';

const slowest = 15;

/** How the target read what the documents leave open. */
export function openPoints({ verdict }: WholeRun): Markup {
  const points = [...verdict.openPoints].sort(
    (a, b) => Number(a.resolved.length === 0) - Number(b.resolved.length === 0),
  );
  if (points.length === 0) return html`<p>No open point was asked about.</p>`;
  return html`<div class="wide" role="region" aria-labelledby="open-points" tabindex="0"><table><thead><tr><th scope="col">point</th><th scope="col">target</th><th scope="col">what is open</th><th scope="col">this server</th><th scope="col">the readings, and who says so</th></tr></thead><tbody>
${points.map(
  ({ id, target, about, resolved, pinned, sources }) =>
    html`<tr><th scope="row">${id}</th><td>${target}</td><td>${about}</td><td>${resolved.length === 0 ? html`<span class="dim">not seen</span>` : html`<b>${resolved.join(' and ')}</b>`}${pinned === undefined ? '' : `, pinned: ${pinned}`}</td><td>${sources.map((source) => html`<small>${source}</small>`)}</td></tr>
`,
)}</tbody></table></div>`;
}

/** How long it took, and what of it took longest. */
export function timing({ verdict }: WholeRun, events: readonly RunEvent[]): Markup {
  const started = new Map<string, number>();
  const scenes: {
    readonly name: string;
    readonly target: string;
    readonly ms: number;
    readonly ending: string;
  }[] = [];
  for (const event of events) {
    if (event.event !== 'scene-started' && event.event !== 'scene-ended') continue;
    const key = JSON.stringify([event.target, event.scene]);
    if (event.event === 'scene-started') started.set(key, event.at);
    else {
      const ms = event.at - (started.get(key) ?? event.at);
      scenes.push({ name: event.scene, target: event.target, ms, ending: event.ending });
    }
  }
  const whole = `The whole run: ${duration(verdict.durationMs)}.`;
  if (scenes.length === 0) return html`<p>${whole} When its scenes began and ended is not stored.</p>`;
  const sorted = scenes.sort((a, b) => b.ms - a.ms);
  const sum = sorted.reduce((all, { ms }) => all + ms, 0);
  return html`<p>${whole} ${count(scenes.length, 'scene')}, ${duration(sum)} one after the other${scenes.length > slowest ? `; the ${slowest} slowest` : ''}:</p>
<div class="wide" role="region" aria-labelledby="timing" tabindex="0"><table><thead><tr><th scope="col">scene</th><th scope="col">target</th><th scope="col">time</th><th scope="col">ending</th></tr></thead><tbody>
${sorted.slice(0, slowest).map(({ name, target, ms, ending }) => html`<tr><td><code>${name}</code></td><td>${target}</td><td>${duration(ms)}</td><td>${ending}</td></tr>`)}</tbody></table></div>`;
}

/** What it was run with. */
export function environment(
  { header }: WholeRun,
  { level, machine }: Pick<ReportContext, 'level' | 'machine'>,
): Markup {
  const rows = [
    ['command', header.command],
    ['started', header.startedAt],
    ['seed', String(header.seed)],
    ['plumbline', header.tool.version],
    ['contract', header.tool.contract],
    ['gates', level === 'must' ? 'MUST' : 'MUST and SHOULD'],
    ['machine', machine ?? 'not stored with the run'],
  ];
  return html`<dl class="finding">${rows.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>`;
}
