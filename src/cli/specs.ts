import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientSuites, suites } from '../../suites/index.ts';
import { type CellCoverage, coverageOf, type SurfaceCoverage } from '../conform/coverage.ts';
import { readYaml } from '../contract/read-yaml.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { allFaults } from '../reference/faults.ts';
import { catalogue } from './catalogue.ts';
import { exitCodes } from './exit.ts';
import type { SpecsOptions } from './options.ts';

/**
 * Compiles the specs, always anew, and holds the suites against them: what is asked of a server that no case
 * asks for, and the other way round.
 * @throws InputError where a spec is broken: exit code 2.
 */
export async function specs(
  { verbose, write }: SpecsOptions,
  folder = join(packageRoot(), 'specs'),
): Promise<number> {
  // By import() alone: the compiler brings the AsyncAPI parser, which no other command is to load.
  const { compileContract } = await import('../contract/compile.ts');
  const contract = await compileContract(folder);
  let whole = true;
  const faults = allFaults(contract);
  for (const coverage of coverageOf(contract, suites, clientSuites)) {
    const { surface, requirements, cells, strays } = coverage;
    const { document, dialects } = contract[surface];
    const rules = await readYaml(join(folder, surface, 'rules.yaml'), `specs/${surface}/rules.yaml`);
    const problems = [
      ...requirements.flatMap((row) =>
        row.kind === 'hole'
          ? `${row.requirement.source.at}: ${row.requirement.level} ${row.requirement.id} is asked for nowhere (${row.dialects.join(', ')}): ${row.requirement.text}`
          : [],
      ),
      ...cells.flatMap(({ word, path, missing, unasked }) =>
        [
          ...(missing.length > 0 ? [`no case covers ${word} (${missing.join(', ')})`] : []),
          ...(unasked.length > 0 ? [`what covers ${word} does not ask for ${unasked.join(', ')}`] : []),
        ].map((problem) => `${rules.file}:${rules.lineOf(path)}: ${problem}`),
      ),
      ...strays.map(
        (stray) => `${stray.at ?? rules.file}: ${stray.case} asks for ${stray.requirement}: ${stray.reason}`,
      ),
    ];
    const page = catalogue(
      contract,
      coverage,
      suites[surface],
      faults.filter(({ id }) => id.startsWith(`${surface}/`)),
    );
    const place = join(folder, surface, 'catalogue.md');
    if (write) await writeFile(place, page);
    else if ((await readFile(place, 'utf8').catch(() => '')) !== page) {
      problems.push(
        `specs/${surface}/catalogue.md is not what the specs and suites say now: npm run specs -- --write`,
      );
    }
    whole &&= problems.length === 0;
    const lines = [
      `${surface}: ${document.title} ${document.version}, ${Object.keys(dialects).join(' and ')}`,
      ...counts(coverage),
      ...(verbose ? notTested(coverage) : []),
      ...problems.map((problem) => `  ${problem}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n\n`);
  }
  return whole ? exitCodes.done : holes;
}

/** Exit code where the suites leave something out. */
const holes = 1;

function counts({ requirements, cells }: SurfaceCoverage): string[] {
  const levels = (['MUST', 'SHOULD', 'MAY'] as const).map((level) => {
    const rows = requirements.filter(({ requirement }) => requirement.level === level);
    const of = (kind: (typeof rows)[number]['kind']): number =>
      rows.filter((row) => row.kind === kind).length;
    return `  ${level.padEnd(11)} ${rows.length}: ${of('checked')} checked, ${of('not-tested')} not tested, ${of('hole')} asked for nowhere`;
  });
  return [
    ...levels,
    `  transitions ${covered(cells.filter(({ isStep }) => isStep))}`,
    `  cells       ${covered(cells.filter(({ isStep }) => !isStep))}`,
  ];
}

function covered(cells: readonly CellCoverage[]): string {
  return `${cells.length}: ${cells.filter(({ missing, unasked }) => missing.length + unasked.length === 0).length} covered`;
}

function notTested({ requirements }: SurfaceCoverage): string[] {
  return requirements.flatMap((row) =>
    row.kind === 'not-tested'
      ? `  not tested: ${row.requirement.level} ${row.requirement.id}: ${row.reason}`
      : [],
  );
}
