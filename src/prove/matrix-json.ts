import type { KillMatrix } from './kill-matrix.ts';

/**
 * The matrix as JSON, a row a line: what differs between two of them is then what changed. It holds no time
 * and nothing of the machine.
 */
export function matrixJson({ faults, checks, impostors, problems, ...head }: KillMatrix): string {
  const list = (name: string, rows: readonly unknown[]): string =>
    `${JSON.stringify(name)}: [${rows.map((row) => `\n  ${JSON.stringify(row)}`).join(',')}${rows.length > 0 ? '\n' : ''}]`;
  const fields = [
    ...Object.entries(head).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`),
    list('problems', problems),
    list('faults', faults),
    list('impostors', impostors),
    list('checks', checks),
  ];
  return `{\n${fields.join(',\n')}\n}\n`;
}
