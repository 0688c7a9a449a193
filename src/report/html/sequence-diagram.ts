import type { WireEvent } from '../../wire/event.ts';
import { cut } from '../plain-text.ts';
import { html, type Markup } from './markup.ts';
import { type WireWords, wireWords } from './wire-words.ts';

/** Columns: of numbers and times; of the target, wide enough for a label; of each connection. */
const [server, labels, column, row, top] = [150, 250, 110, 22, 34] as const;

/** An event that is drawn, or how many are not. */
export type Drawn = { readonly event: WireEvent; readonly isHit: boolean } | { readonly leftOut: number };

/**
 * Who sent what when: a line for the target, at the left, where a phone shows it, and one for each of our connections. It shows what the list
 * of frames below it says in words, and is hidden from readers of screens for that reason.
 */
export function sequenceDiagram(rows: readonly Drawn[]): Markup {
  const peers = [...new Set(rows.flatMap((one) => ('event' in one ? [one.event.peer] : [])))];
  const xOf = (peer: string): number => server + labels + column * peers.indexOf(peer);
  const [width, height] = [server + labels + column * (peers.length - 0.4), top + row * (rows.length + 1)];
  const lifelines = [['target', server] as const, ...peers.map((peer) => [peer, xOf(peer)] as const)];
  return html`<svg class="sequence" aria-hidden="true" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${lifelines.map(
    ([name, x]) =>
      html`<line class="life" x1="${x}" x2="${x}" y1="${top - 8}" y2="${height}"/><text class="who" x="${x}" y="16" text-anchor="middle">${cut(name, 15)}</text>`,
  )}${rows.map((one, at) => {
    const y = top + row * (at + 1);
    if (!('event' in one))
      return html`<text class="gap" x="${server + 10}" y="${y}">⋮ ${one.leftOut} events are left out here</text>`;
    const { event, isHit } = one;
    return html`<g class="${event.kind}${isHit ? ' hit' : ''}"><text class="when" x="4" y="${y}">${event.seq}</text><text class="when" x="${server - 20}" y="${y}" text-anchor="end">${event.at.toFixed(1)} ms</text>${arrow(wireWords(event), xOf(event.peer), y)}</g>`;
  })}</svg>`;
}

function arrow({ way, label }: WireWords, peer: number, y: number): Markup {
  const text = html`<text x="${server + 14}" y="${y - 5}">${cut(label, Math.floor((labels - 30) / 7.3))}</text>`;
  if (way === 'beside') return html`<circle cx="${peer}" cy="${y - 4}" r="4"/>${text}`;
  const line = html`<line class="wire" x1="${server}" x2="${peer}" y1="${y}" y2="${y}"/>`;
  const toUs = html`<path d="M${peer},${y} l-8,-4 v8 z"/>`;
  const toThem = html`<path d="M${server},${y} l8,-4 v8 z"/>`;
  switch (way) {
    case 'out':
      return html`${text}${line}${toThem}`;
    case 'in':
      return html`${text}${line}${toUs}`;
    case 'both':
      return html`${text}${line}${toUs}${toThem}`;
    case 'end':
      return html`${text}${line}<path class="cross" d="M${peer - 5},${y - 5} l10,10 m0,-10 l-10,10"/>`;
  }
}
