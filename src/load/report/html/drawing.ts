import { html, type Markup } from '../../../report/html/markup.ts';
import type { Scale } from './scale.ts';

/** The drawing, and the part of it that is not axes. */
export const area = { width: 760, height: 300, left: 66, right: 728, top: 16, bottom: 252 } as const;

/** How wide, and where it begins and ends, if not as usual. */
export interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Axes with their units, and what is drawn between them. */
export interface Drawing {
  /** What it shows, for who cannot see it. The numbers stand in the table beside. */
  readonly name: string;
  readonly x: Scale;
  readonly xTitle: string;
  readonly y: Scale;
  readonly yTitle: string;
  /** A second scale, at the right. */
  readonly right?: { readonly scale: Scale; readonly title: string };
  readonly content: Markup;
  readonly area?: Area;
}

/** A drawing, moved on its own where it is wider than the page. */
export function drawing({ name, x, xTitle, y, yTitle, right, content, area: own = area }: Drawing): Markup {
  const { width, height, left, right: end, top, bottom } = own;
  const rightTicks = right?.scale.ticks.map(({ value, text }) => {
    const at = place(right.scale.at(value));
    return html`<line class="axis" x1="${end}" x2="${end + 5}" y1="${at}" y2="${at}"/><text x="${end + 8}" y="${at}" dy=".35em">${text}</text>`;
  });
  return html`<div class="wide plot" role="region" aria-label="Plot: ${name}" tabindex="0"><svg role="img" aria-label="${name}" viewBox="0 0 ${width} ${height}">${y.ticks.map(
    ({ value, text }) => {
      const at = place(y.at(value));
      return html`<line class="grid" x1="${left}" x2="${end}" y1="${at}" y2="${at}"/><text x="${left - 8}" y="${at}" dy=".35em" text-anchor="end">${text}</text>`;
    },
  )}${x.ticks.map(({ value, text }) => {
    const at = place(x.at(value));
    return html`<line class="axis" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
  })}${rightTicks}<line class="axis" x1="${left}" x2="${end}" y1="${bottom}" y2="${bottom}"/><line class="axis" x1="${left}" x2="${left}" y1="${top}" y2="${bottom}"/>${content}<text class="title" x="${(left + end) / 2}" y="${height - 8}" text-anchor="middle">${xTitle}</text><text class="title" transform="rotate(-90 14 ${(top + bottom) / 2})" x="14" y="${(top + bottom) / 2}" text-anchor="middle">${yTitle}</text>${
    right
      ? html`<text class="title" transform="rotate(90 ${width - 10} ${(top + bottom) / 2})" x="${width - 10}" y="${(top + bottom) / 2}" text-anchor="middle">${right.title}</text>`
      : undefined
  }</svg></div>`;
}

/** One of the lines of a plot, by its colour and its dashes. */
export interface Series {
  readonly name: string;
  /** 0 to 6. */
  readonly look: number;
}

/** Which line is which: by dashes as well, for who does not see the colours. */
export function legend(all: readonly Series[]): Markup {
  return html`<ul class="legend">${all.map(
    ({ name, look }) =>
      html`<li><svg aria-hidden="true" viewBox="0 0 36 12"><path class="${lookOf(look)}" d="M0,6 H36"/></svg>${name}</li>`,
  )}</ul>`;
}

export function lookOf(look: number): string {
  return `line s${look} d${look}`;
}

/** A line through points, in the order they come. */
export function line(points: readonly (readonly [x: number, y: number])[], look: number): Markup {
  const [first, ...rest] = points;
  if (!first) return html``;
  if (rest.length === 0) return dot(first[0], first[1], look);
  return html`<path class="${lookOf(look)}" d="M${points.map(([x, y]) => `${place(x)},${place(y)}`).join(' L')}"/>`;
}

/** What lies between two lines over the same places. */
export function band(
  points: readonly (readonly [x: number, low: number, high: number])[],
  look: number,
): Markup {
  if (points.length < 2) return html``;
  const [low, high] = [
    points.map(([x, y]) => `${place(x)},${place(y)}`),
    points.map(([x, , y]) => `${place(x)},${place(y)}`).reverse(),
  ];
  return html`<path class="band s${look}" d="M${[...low, ...high].join(' L')} Z"/>`;
}

export function dot(x: number, y: number, look: number): Markup {
  return html`<circle class="s${look}" cx="${place(x)}" cy="${place(y)}" r="3.5"/>`;
}

/** A place in the drawing, to a tenth: more is not seen, and makes the page long. */
export function place(at: number): string {
  return String(Number(at.toFixed(1)));
}
