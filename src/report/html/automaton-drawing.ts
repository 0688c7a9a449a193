import type { Exercised } from '../../conform/exercised.ts';
import { type Arc, arcsOf } from './arcs.ts';
import { html, type Markup } from './markup.ts';
import { type ReachedAs, reachedAs } from './reached.ts';

type Automaton = Exercised['automaton'];

/** Sizes: of a state, of the way from one to the next, of the room between two arcs. */
const [box, high, pitch, lane, margin] = [116, 34, 74, 26, 14] as const;

/**
 * The states one below the other, what leads on at their right, what leads back at their left, each step with its number.
 * It shows what the table beside it says in words, and is hidden from readers of screens for that reason.
 */
export function automatonDrawing({ states, initial, terminal, steps }: Automaton): Markup {
  const arcs = arcsOf(states, steps);
  const lanes = (side: Arc['side']): number =>
    Math.max(0, ...arcs.filter((arc) => arc.side === side).map((arc) => arc.lane + 1));
  const left = margin + lanes('left') * lane + 8;
  const width = left + box + lanes('right') * lane + 8 + margin;
  const height = states.length * pitch - (pitch - high) + 2 * margin;
  const topOf = (state: string): number => margin + states.indexOf(state) * pitch;
  const drawn = arcs.map((arc) => drawnArc(arc, left, steps[arc.step]));
  // No line lies on a number.
  return html`<svg class="automaton" aria-hidden="true" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${drawn.map(({ line }) => line)}${drawn.map(({ badge }) => badge)}${states.map(
    (state) =>
      html`<g class="state${terminal.includes(state) ? ' last' : ''}"><rect x="${left}" y="${topOf(state)}" width="${box}" height="${high}" rx="${state === initial ? 17 : 4}"/><text x="${left + box / 2}" y="${topOf(state) + 22}" text-anchor="middle">${state}</text></g>`,
  )}</svg>`;
}

function drawnArc(
  { side, lane: at, from, to, step, ports }: Arc,
  left: number,
  of: Automaton['steps'][number] | undefined,
): { readonly line: Markup; readonly badge: Markup } {
  const yOf = (state: number, port: number): number => margin + state * pitch + Math.round(high * port);
  const [y1, y2] = [yOf(from, ports[0]), yOf(to, ports[1])];
  const edge = side === 'right' ? left + box : side === 'left' ? left : left + box / 2;
  const out = side === 'right' ? 1 : -1;
  const way = reachedAs(of);
  if (side === 'down') {
    const [a, b] = [margin + from * pitch + high, margin + to * pitch];
    return {
      line: html`<g class="step ${way}"><path d="M${edge},${a} V${b - 7}"/><path class="head" d="M${edge},${b} l-4,-8 h8 z"/></g>`,
      badge: badge(way, edge, (a + b) / 2 - 2, step),
    };
  }
  const far = edge + out * (at * lane + 24);
  const bend = Math.min(10, Math.abs(y2 - y1) / 2);
  const turn = Math.sign(y2 - y1) * bend;
  return {
    line: html`<g class="step ${way}"><path d="M${edge},${y1} H${far - out * bend} Q${far},${y1} ${far},${y1 + turn} V${y2 - turn} Q${far},${y2} ${far - out * bend},${y2} H${edge + out * 7}"/><path class="head" d="M${edge},${y2} l${out * 8},-4 v8 z"/></g>`,
    badge: badge(way, far, (y1 + y2) / 2, step),
  };
}

function badge(way: ReachedAs, x: number, y: number, step: number): Markup {
  return html`<g class="step ${way}"><circle cx="${x}" cy="${y}" r="9"/><text x="${x}" y="${y + 4}" text-anchor="middle">${step + 1}</text></g>`;
}
