import { html, type Markup } from '../../../report/html/markup.ts';

type Cell = string | number | Markup;

/** A table of numbers, which is moved on its own where it is wider than the page. Its name is told to who cannot see it. */
export function numberTable(
  name: string,
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
): Markup {
  const isOfNumbers = heading.map((_, at) => at > 0 && rows.every((row) => isNumber(row[at] ?? '')));
  return html`<div class="wide" role="region" aria-label="${name}" tabindex="0"><table class="numbers"><thead><tr>${heading.map(
    (title, at) => html`<th scope="col"${isOfNumbers[at] ? html` class="number"` : undefined}>${title}</th>`,
  )}</tr></thead><tbody>
${rows.map(
  ([first = '', ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell, at) =>
    isOfNumbers[at + 1]
      ? html`<td class="number">${cell}</td>`
      : html`<td${typeof cell === 'string' && cell.length > 30 ? html` class="long"` : undefined}>${cell}</td>`,
  )}</tr>
`,
)}</tbody></table></div>`;
}

/** Words are read from the left, numbers compared from the right. */
function isNumber(cell: Cell): boolean {
  return (
    typeof cell === 'number' ||
    (typeof cell === 'string' && /^(?:(?:≤ )?-?\d|–$|never$|nothing$|withheld$|not )/.test(cell))
  );
}

/** Something to open. */
export function part(title: string | Markup, content: Markup, isOpen = false): Markup {
  return html`<details class="part"${isOpen ? html` open` : undefined}><summary>${title}</summary>
${content}
</details>`;
}
