import type { SurfaceCoverage } from '../conform/coverage.ts';
import type { Contract } from '../contract/contract.ts';
import type { Fault } from '../reference/surface-server.ts';
import type { SuiteFactory } from '../suite/surface.ts';

/** A page of all that is asked on one surface, and of how a server can break it: made from the data, never by hand. */
export function catalogue(
  contract: Contract,
  { surface, requirements }: SurfaceCoverage,
  suite: SuiteFactory,
  faults: readonly Pick<Fault, 'id' | 'breaks' | 'says'>[],
): string {
  const { document, dialects } = contract[surface];
  const names = Object.keys(dialects);
  const cases = new Map<string, { title: string; checks: Set<string>; dialects: string[] }>();
  for (const dialect of names) {
    const { cases: some, monitors } = suite(contract, dialect);
    const asked = [
      ...some.map(({ id, title, checks }) => ({ id, title, checks: Object.keys(checks) })),
      ...monitors.map(({ id, title, checks }) => ({ id, title, checks })),
    ];
    for (const { id, title, checks } of asked) {
      const known = cases.get(id) ?? { title, checks: new Set(), dialects: [] };
      for (const check of checks) known.checks.add(check);
      known.dialects.push(dialect);
      cases.set(id, known);
    }
  }
  const firstBroken = new Map<string, number>();
  for (const { breaks } of faults) {
    const [first] = breaks;
    if (first !== undefined) firstBroken.set(first, (firstBroken.get(first) ?? 0) + 1);
  }
  const asks = requirements.map((row) => {
    const { id, level, text, source } = row.requirement;
    const by =
      row.kind === 'checked'
        ? String(row.by.length)
        : row.kind === 'not-tested'
          ? `none: ${row.reason}`
          : 'none';
    return [id, level, text, `${source.title}, ${source.section}`, by, String(firstBroken.get(id) ?? 0)];
  });
  const ordered = [...cases].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${[
    `# ${surface}: ${document.title} ${document.version}`,
    'Made from `specs/`, `suites/` and the faults of the reference server by `npm run specs -- --write`. Do not edit.',
    `${asks.length} requirements, ${cases.size} cases in the dialects ${names.join(', ')}, ${faults.length} faults.`,
    '## Requirements',
    table(['id', 'level', 'what it says', 'source', 'cases', 'faults'], asks),
    '## Cases',
    table(
      ['case', 'what a right server does', 'requirements', 'dialects'],
      ordered.map(([id, { title, checks, dialects: spoken }]) => [
        `\`${id}\``,
        title,
        [...checks].join(' '),
        spoken.length === names.length ? 'all' : spoken.join(', '),
      ]),
    ),
    '## Faults',
    'Each is put in force by `npm run serve -- --fault ID`, and found by a check of the first requirement that it breaks.',
    table(
      ['fault', 'what goes wrong', 'breaks'],
      faults.map(({ id, says, breaks }) => [`\`${id}\``, says, breaks.join(' ')]),
    ),
  ].join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Text of ours for a cell: a bar would end it, an angle bracket would be markup. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
