import type { CheckRow, FaultResult, KillMatrix } from './kill-matrix.ts';
import { sentenceOf } from './problem.ts';

/** The matrix as a page of Markdown, for people. */
export function matrixPage(matrix: KillMatrix): string {
  const { totals, problems, faults, checks, impostors, whole } = matrix;
  const survivors = faults.filter(({ killed }) => !killed);
  return [
    '# Kill matrix',
    '',
    'Written by `npm run prove`. Each fault is a way to break the reference server on purpose; a check kills it by',
    'failing for a requirement that the fault breaks. An impostor is a server that knows nothing.',
    ...(whole ? [] : ['', '**A part only**: `--only` or `--surface` left something out.']),
    '',
    '| | |',
    '|---|---|',
    `| faults killed | ${totals.killed} of ${totals.faults} |`,
    `| MUST checks that some fault fails | ${totals.mustChecksThatFail} of ${totals.mustChecks} |`,
    `| impostors, each on each surface | ${totals.impostors} |`,
    `| MUST checks that impostors pass | ${sum(impostors.map(({ mustPassed }) => mustPassed))} |`,
    `| open points that impostors answer | ${sum(impostors.map(({ pointsAnswered }) => pointsAnswered))} |`,
    '',
    '## Problems',
    '',
    ...(problems.length === 0 ? ['None.'] : problems.map((problem) => `- ${cell(sentenceOf(problem))}`)),
    '',
    '## Survivors',
    '',
    ...(survivors.length === 0 ? ['None.'] : survivors.map(({ id, says }) => `- \`${id}\`: ${says}`)),
    '',
    '## Faults',
    '',
    '| fault | breaks | what goes wrong | killed by |',
    '|---|---|---|---|',
    ...faults.map(faultLine),
    '',
    '## MUST checks',
    '',
    '| check | requirement | dialect | faults that fail it |',
    '|---|---|---|---|',
    ...checks.map(checkLine),
    '',
  ].join('\n');
}

function faultLine({ id, breaks, says, failed }: FaultResult): string {
  const cases = new Set(Object.values(failed).flatMap((rows) => Object.values(rows).flat()));
  return `| \`${id}\` | ${breaks.join(' ')} | ${cell(says)} | ${someOf([...cases].sort(), 3)} |`;
}

function checkLine({ case: id, requirement, dialect, failedBy, sharedWith }: CheckRow): string {
  const by = sharedWith === undefined ? someOf(failedBy, 3) : `as in ${sharedWith}`;
  return `| \`${id}\` | ${requirement} | ${dialect} | ${by} |`;
}

function someOf(names: readonly string[], most: number): string {
  if (names.length === 0) return '**none**';
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}

/** Text that a table cell or a list can hold. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').replaceAll('<', '&lt;');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
