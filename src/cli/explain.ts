import type { TargetPlan } from '../conform/plan.ts';
import type { PlannedCheck } from '../conform/planned-check.ts';
import type { Contract } from '../contract/contract.ts';
import { InputError, requirementsOf } from '../contract/contract.ts';
import { type Requirement, surfaceNames } from '../contract/requirement.ts';
import type { OpenPoint } from '../contract/rules.ts';
import { allFaults } from '../reference/faults.ts';
import { wrap } from '../report/plain-text.ts';
import { nearest } from '../target/nearest.ts';

const width = 80;

/**
 * A page about one thing: a case, a requirement, an open point or a fault.
 * @throws InputError where nothing bears that id.
 */
export function explain(id: string, contract: Contract, plans: readonly TargetPlan[]): string {
  const requirements = requirementsOf(contract);
  const points = surfaceNames.flatMap((surface) => contract[surface].openPoints);
  const checks = plans.flatMap((plan) => plan.checks);
  const faults = allFaults(contract);
  const known = [
    ...new Set(
      [...requirements, ...points, ...faults].map((one) => one.id).concat(checks.map((check) => check.case)),
    ),
  ];
  const exact =
    known.find((one) => one === id) ?? known.find((one) => one.toLowerCase() === id.toLowerCase());
  if (exact === undefined)
    throw new InputError(
      `--explain ${id}: there is no such case, requirement, open point or fault; ${nearest(id, known)}`,
    );
  const pages = [
    ...requirements.filter((one) => one.id === exact).map((one) => requirementPage(one, checks)),
    ...points.filter((one) => one.id === exact).map((one) => pointPage(one, checks)),
    ...faults
      .filter((one) => one.id === exact)
      .map((one) =>
        page(`${one.id} · a fault of the reference server (${one.surface})`, [
          ['says', one.says],
          ['breaks', one.breaks.map((broken) => `${broken}  ${textOf(broken, requirements)}`).join('\n')],
          ['dialects', one.dialects?.join(', ') ?? 'all'],
          ['try it', `plumbline serve --fault ${one.id}`],
        ]),
      ),
    ...casePages(exact, plans),
  ];
  return `${pages.join('\n\n')}\n`;
}

function requirementPage(one: Requirement, checks: readonly PlannedCheck[]): string {
  const { applies, source } = one;
  const conditions = [
    ...(applies.role ? [`role ${applies.role}`] : []),
    ...(applies.scheme ? ['over TLS only'] : []),
    ...(applies.dialects ? [`dialects ${applies.dialects.join(', ')}`] : []),
    ...(applies.offers ? [`targets that offer ${applies.offers.join(', ')}`] : []),
  ];
  const others = one.group.filter((id) => id !== one.id);
  return page(`${one.id} · ${one.level} · ${one.surface}`, [
    ['says', one.text],
    [
      'rests on',
      {
        sentence: 'a sentence of the document',
        sample: 'a sample in the document',
        inferred: 'what the document implies',
      }[one.basis],
    ],
    ['source', `${source.document} ${source.title}, "${source.section}"\n${source.at}`],
    ['binds', `the ${one.side}`],
    ['applies', conditions.join('; ') || 'always'],
    ['same as', others.join(', ')],
    ['includes', one.includes.join(', ')],
    ['open point', one.openPoint ?? ''],
    ['not tested', one.notTested ?? ''],
    ['judged by', judgedBy(checks.filter((check) => check.group.includes(one.id)))],
  ]);
}

function pointPage(one: OpenPoint, checks: readonly PlannedCheck[]): string {
  const pins = Object.entries(one.pinned).map(([dialect, reading]) => `${dialect}: ${reading}`);
  return page(`${one.id} · an open point of ${one.surface}`, [
    ['about', one.about],
    [
      'readings',
      one.readings.map((reading, at) => `${reading}  (${one.sources[at] ?? 'undocumented'})`).join('\n'),
    ],
    ['pinned', pins.join(', ')],
    ['judged', one.mixed ? 'any of them, and several in one run' : 'any of them, but one throughout'],
    ['pin it', `pins: { ${one.id}: ${one.readings[0] ?? ''} }  in the target file`],
    ['judged by', judgedBy(checks.filter((check) => check.requirement === one.id))],
  ]);
}

function casePages(id: string, plans: readonly TargetPlan[]): string[] {
  for (const plan of plans) {
    const checks = plan.checks.filter((check) => check.case === id);
    const [first] = checks;
    if (!first) continue;
    const scene = plan.suite.scenes.find((one) => one.id === first.scene);
    return [
      page(`${id} · a case of ${first.surface}`, [
        ['holds', first.title],
        ...checks.map(
          (check): Row => [check.requirement, `${check.level}  ${check.text}\n${check.source}\n${check.at}`],
        ),
        ['judged', how(first)],
        ['scene', scene ? `${scene.id}: ${scene.title}` : 'every scene of the run'],
        ['needs', scene?.needs.join(', ') ?? ''],
        ['cost', scene ? `${scene.cost.jobs} jobs, ${scene.cost.connections} connections at most` : ''],
        [
          'here',
          checks
            .map(
              ({ requirement, settled }) =>
                `${requirement}: ${settled ? `${settled.outcome}: ${settled.reason}` : 'will be judged'}`,
            )
            .join('\n'),
        ],
        ['run it', `plumbline conform --only ${plan.target.name}:${id}`],
      ]),
    ];
  }
  return [];
}

function how({ how }: PlannedCheck): string {
  switch (how.kind) {
    case 'case':
      return "from its scene's recording";
    case 'monitor':
      return `from every event of the run, by a monitor with state per ${how.monitor.per}`;
    case 'open-point':
      return 'at the end, from every reading that was seen';
  }
}

function judgedBy(checks: readonly PlannedCheck[]): string {
  return [...new Set(checks.map((check) => check.case))].join('\n') || 'nothing, on these targets';
}

function textOf(id: string, requirements: readonly Requirement[]): string {
  return requirements.find((one) => one.id === id)?.text ?? '';
}

type Row = readonly [string, string];

function page(head: string, rows: readonly Row[]): string {
  const body = rows
    .filter(([, text]) => text !== '')
    .flatMap(([label, text]) => {
      // A command stays in one piece, so that it can be copied.
      const lines = text
        .split('\n')
        .flatMap((line) => (line.startsWith('plumbline ') ? [line] : wrap(line, width - 14)));
      return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(12)}${line}`);
    });
  return [head, ...body].join('\n');
}
