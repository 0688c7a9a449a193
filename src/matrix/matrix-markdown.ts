import { cellOutcomes, type Row, type SurfaceMatrix } from './build-matrix.ts';
import { cellText, dialectText, meanings, signs, verdictText } from './words.ts';

/** The matrix as a page of Markdown: a table for each surface, a row for each requirement. */
export function matrixMarkdown(matrix: readonly SurfaceMatrix[]): string {
  return [
    '# Targets and requirements',
    '',
    'Written by `npm run matrix`. A cell is what came of all checks of a requirement on a target, the worst first.',
    '',
    ...cellOutcomes.map((outcome) => `- ${signs[outcome]} ${meanings[outcome]}`),
    ...matrix.flatMap(surfaceLines),
    '',
  ].join('\n');
}

function surfaceLines({ surface, columns, rows }: SurfaceMatrix): string[] {
  const reasons = rows.flatMap((row) =>
    reasonLines(
      row,
      columns.map(({ label }) => label),
    ),
  );
  return [
    '',
    `## ${surface}`,
    '',
    line(['target', 'dialect', 'verdict', 'judged']),
    line(['---', '---', '---', '---']),
    ...columns.map((column) => line([column.label, dialectText(column), verdictText(column), column.day])),
    '',
    line(['requirement', 'level', ...columns.map(({ label }) => label), 'what it says']),
    line(Array.from({ length: columns.length + 3 }, () => '---')),
    ...rows.map(({ id, level, text, cells }) => line([id, level, ...cells.map(cellText), text])),
    ...(reasons.length > 0 ? ['', `### Known failures of ${surface}`, '', ...reasons] : []),
  ];
}

function reasonLines({ id, cells }: Row, labels: readonly string[]): string[] {
  return cells.flatMap((cell, at) =>
    (cell?.reasons ?? []).map((reason) => `- ${plain(id)} on ${plain(labels[at] ?? '')}: ${plain(reason)}`),
  );
}

function line(texts: readonly string[]): string {
  return `| ${texts.map(plain).join(' | ')} |`;
}

/** Text that a cell or a list can hold, and that no renderer takes for HTML. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
