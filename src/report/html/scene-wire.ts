import type { Recording } from '../../suite/recording.ts';
import { count } from '../plain-text.ts';
import type { Budget } from './budget.ts';
import { anchor, html, type Markup } from './markup.ts';
import { type Drawn, sequenceDiagram } from './sequence-diagram.ts';
import { windowOf } from './wire-window.ts';
import { wireWords } from './wire-words.ts';

/** Events of one scene that are shown at most, and how many of them once the page is full. */
const [most, fewest] = [200, 12];

/** Where a frame of a scene stands on the page. */
export function frameAnchor(target: string, scene: string, frame: number): string {
  return anchor('frame', target, scene, frame);
}

/** A recording, once: drawn, and then frame by frame, around what findings point at. */
export function sceneWire(recording: Recording, hits: readonly number[], budget: Budget): Shown {
  const { target, scene, events, ending, steps } = recording;
  const shown = windowOf(events.length, hits, budget.isSpent ? fewest : most);
  const rows: Drawn[] = [];
  let next = 0;
  for (const at of [...shown, events.length]) {
    if (at > next) rows.push({ leftOut: at - next });
    const event = events[at];
    if (event) rows.push({ event, isHit: hits.includes(at) });
    next = at + 1;
  }
  const missed = steps.filter(({ outcome }) => outcome === 'miss');
  const how = 'reason' in ending ? `${ending.kind}: ${budget.show(ending.reason).text}` : ending.kind;
  const label = `The wire of scene ${scene} of ${target}`;
  const markup = html`<section class="scene" aria-label="${label}">
<p class="dim">Scene <code>${scene}</code> of ${target}, ${how}. ${
    shown.length < events.length
      ? html`<strong>Cut: ${count(shown.length, 'event')} of ${events.length}</strong>, those nearest to a finding.`
      : `All of its ${count(events.length, 'event')}.`
  } Times are since the run began.</p>
${
  missed.length === 0
    ? undefined
    : html`<ul class="steps">${missed.slice(0, 20).map(({ name, reason = '' }) => html`<li>step ${name} was missed: ${budget.show(reason).text}</li>`)}${missed.length > 20 ? html`<li>and ${missed.length - 20} more</li>` : undefined}</ul>`
}
<details class="drawn" open><summary>Who sent what, when</summary><div class="wide" role="region" aria-label="Drawing: ${label}" tabindex="0">${sequenceDiagram(rows)}</div></details>
<details class="frames" open><summary>${shown.length === events.length ? '' : `${shown.length} of `}${count(events.length, 'event')}, one by one</summary><ol>${rows.map((one) => frame(one, recording, budget))}</ol></details>
</section>`;
  return { markup, frames: new Set(shown) };
}

/** A scene on the page, and which of its frames stand there to be pointed at. */
export interface Shown {
  readonly markup: Markup;
  readonly frames: ReadonlySet<number>;
}

function frame(one: Drawn, { target, scene }: Recording, budget: Budget): Markup {
  if ('leftOut' in one) return html`<li class="gap">⋮ ${count(one.leftOut, 'event')} left out here</li>`;
  const { event, isHit } = one;
  const { way, what, text } = wireWords(event);
  const said = budget.show(text);
  const binary = 'binary' in event && event.binary;
  return html`<li id="${frameAnchor(target, scene, event.seq)}" class="${way}${isHit ? ' hit' : ''}"><span class="no">${event.seq}</span> <span class="no">${event.at.toFixed(1)} ms</span> <b>${event.peer}</b> <span class="way">${signs[way]} ${what}${binary ? ', binary' : ''}</span>${isHit ? html` <strong class="mark">finding</strong>` : undefined}${text === '' ? undefined : html`<pre>${lines(said.text)}</pre>`}${
    said.of === undefined
      ? undefined
      : html`<em>cut: ${Buffer.byteLength(said.text)} of ${said.of} bytes shown</em>`
  }</li>`;
}

/** Lines stay lines; whatever else cannot be seen is written out. */
function lines(text: string): Markup[] {
  return text.split('\n').map((line, at) => html`${at === 0 ? '' : newline}${line}`);
}
const newline = html`
`;

const signs = { out: '→', in: '←', both: '⇄', end: '✗', beside: '·' } as const;
