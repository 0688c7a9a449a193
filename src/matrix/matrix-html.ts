import { type Column, cellOutcomes, type Row, type SurfaceMatrix } from './build-matrix.ts';
import { cellText, dialectText, meanings, signs, verdictText } from './words.ts';

/** The matrix as one page of HTML that needs nothing else: no network, no script. */
export function matrixHtml(matrix: readonly SurfaceMatrix[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Targets and requirements</title>',
    `<style>${style}</style>`,
    '<h1>Targets and requirements</h1>',
    '<p>A cell is what came of all checks of a requirement on a target, the worst first.</p>',
    '<dl>',
    ...cellOutcomes.map(
      (outcome) => `<div class="${outcome}"><dt>${signs[outcome]}</dt><dd>${meanings[outcome]}</dd></div>`,
    ),
    '</dl>',
    `<nav>${matrix.map(({ surface }) => `<a href="#${surface}">${surface}</a>`).join(' ')}</nav>`,
    ...matrix.flatMap(section),
    '</html>',
    '',
  ].join('\n');
}

function section({ surface, columns, rows }: SurfaceMatrix): string[] {
  return [
    `<section id="${surface}"><h2>${surface}</h2>`,
    '<div class="wide" tabindex="0"><table>',
    `<thead><tr><th scope="col">requirement<th scope="col">level${columns.map(head).join('')}<th scope="col">what it says</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => rowLine(row, surface)),
    '</tbody></table></div></section>',
  ];
}

function head(column: Column): string {
  const { label, day } = column;
  return `<th scope="col">${text(label)}<small>${text(dialectText(column))} · ${text(verdictText(column))} · ${text(day)}</small>`;
}

function rowLine({ id, level, text: says, source, cells }: Row, surface: string): string {
  const anchor = `${surface}-${id}`;
  const shown = cells.map((cell) => {
    const why = cell && cell.reasons.length > 0 ? ` title="${text(cell.reasons.join('\n'))}"` : '';
    return `<td class="${cell?.outcome ?? 'none'}"${why}>${cellText(cell)}`;
  });
  return `<tr id="${text(anchor)}"><th scope="row"><a href="#${text(anchor)}">${text(id)}</a><td>${text(level)}${shown.join('')}<td>${text(says)} <small>${text(source)}</small></tr>`;
}

/** Text as HTML has it, in an attribute as well. */
function text(raw: string): string {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const style = `
:root{color-scheme:light dark;--bad:#b3261e;--good:#146c2e;--dim:#6b6b6b;--line:#8884}
@media (prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#7bd88f;--dim:#a0a0a0}}
body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem;max-width:100rem}
dl{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;margin:1rem 0}dl div{display:flex;gap:.4rem}dd{margin:0;color:var(--dim)}
nav a{margin-right:1rem}.wide{overflow-x:auto}table{border-collapse:collapse}
th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
small{display:block;font-weight:normal;color:var(--dim)}
td.failed,td.error,.failed dt,.error dt{color:var(--bad);font-weight:bold;white-space:nowrap}
td.known,td.untestable,td.ambiguous{white-space:nowrap}td.known,.known dt{color:var(--bad)}
td.passed,.passed dt{color:var(--good);white-space:nowrap}
dt{white-space:nowrap}td:last-child{min-width:18rem}
td.not-applicable,td.not-run,td.excluded{color:var(--dim)}tr:target{outline:2px solid Highlight}`;
