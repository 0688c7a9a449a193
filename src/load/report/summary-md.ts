import { code, text } from '../../report/markdown-text.ts';
import { duration } from '../../report/plain-text.ts';
import type { LoadResult } from '../verdict/load-result.ts';
import { behaviourText } from './behaviour-words.ts';
import { adviceText, monitorsTold, notRunText } from './monitors-told.ts';
import { msText, rateText, valueText } from './number-words.ts';
import {
  deliveredText,
  diagnostic,
  gateReason,
  gateValueText,
  headlineOf,
  isClaimed,
  isUncalibrated,
  latencyText,
  lossText,
  outcomeOf,
  quantileNames,
  quantileTitles,
  uncalibrated,
} from './standing.ts';

/** `summary.md`: the run for a comment on a pull request, in the order of the whole report. */
export function summaryMd(result: LoadResult): string {
  const { verdict, exit, profile, target, reason, environment } = result;
  return `${[
    `# ${verdict.toUpperCase()} · load ${text(profile.id)} · exit ${exit}`,
    `${text(reason)}. ${text(target.name)} (${target.surface}, ${text(target.dialect)}), driver ${result.driver}, ${duration(result.durationMs)}.`,
    ...(result.complete ? [] : ['**This run did not end: what it did not reach is missing here.**']),
    ...section('Findings, which no generator can cause', findings(result)),
    ...section('Gates', gates(result)),
    ...section('Can you trust this run?', trust(result)),
    ...section('Stages', isClaimed(result) ? stages(result) : folded(stages(result))),
    ...(isUncalibrated(result) ? [uncalibrated] : []),
    ...section('Besides', behaviours(result)),
    ...section('Monitors', monitors(result)),
    ...section('Not offered', notOffered(result)),
    ...section('Comparison', isClaimed(result) ? comparison(result) : folded(comparison(result))),
    `${text(environment.cpu)}, ${environment.cores} cores, ${text(environment.kernel)}, Node ${text(environment.node)}${environment.k6 === null ? '' : `, k6 ${text(environment.k6)}`}, plumbline ${text(result.tool.version)}; run \`${code(result.id)}\`, seed ${result.seed}.`,
    `Again: \`${code(result.command)}\``,
  ].join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
}

/** What a run does not claim is there for who opens it. */
function folded(lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : ['<details>', `<summary>${diagnostic}</summary>`, '', ...lines, '', '</details>'];
}

function findings({ findings: all }: LoadResult): string[] {
  return all.map(
    ({ kind, stage, count, requirement, expected, actual }) =>
      `- **${kind}** at ${text(stage)}, ${count} ×${requirement === undefined ? '' : ` (${text(requirement)})`}: expected ${text(expected)}; actual ${text(actual)}`,
  );
}

function gates(result: LoadResult): string[] {
  if (result.gates.length === 0) return ['None was judged.'];
  return table(
    ['gate', 'stage', 'measured', 'outcome', 'why'],
    result.gates.map((gate) => {
      const outcome = outcomeOf(gate, result);
      return [
        code(gate.gate) === '' ? '' : `\`${code(gate.gate).replaceAll('|', '\\|')}\``,
        text(gate.stage),
        text(gateValueText(gate, result)),
        outcome === 'failed' ? '**failed**' : outcome,
        text(gateReason(gate, result)),
      ];
    }),
  );
}

/** What does not hold, each; what holds, by number. */
function trust({ trust: checks }: LoadResult): string[] {
  const broken = checks.filter(({ ok }) => !ok);
  const held = `${checks.length - broken.length} of ${checks.length} checks hold.`;
  if (broken.length === 0) return [checks.length === 0 ? 'Nothing was checked.' : held];
  return [
    ...broken.map(({ title, stage, value, limit, unit, advice }) => {
      const measured = value === null ? 'not measured' : valueText(value, unit);
      const most = limit === null ? '' : `, limit ${valueText(limit, unit)}`;
      return `- **does not hold**: ${text(title)}, at ${text(stage)}: ${text(measured + most)}. ${text(advice)}`;
    }),
    '',
    held,
  ];
}

function stages({ stages: all }: LoadResult): string[] {
  if (all.length === 0) return ['None was performed.'];
  const name = headlineOf(all);
  return table(
    [
      ...['stage', 'ready', 'publishes/s', 'deliveries/s'],
      ...quantileNames.map((quantile) => `${name} ${quantileTitles[quantile]}`),
      ...['floor p99', 'delivered', 'missing'],
    ],
    all.map((stage) => [
      `${text(stage.name)}${stage.unfinished ? ' (unfinished)' : ''}`,
      `${stage.connections.ready} of ${stage.connections.asked}`,
      `${rateText(stage.rate.publishesAchieved)} of ${rateText(stage.rate.publishesOffered)}`,
      `${rateText(stage.rate.deliveriesAchieved)} of ${rateText(stage.rate.deliveriesOffered)}`,
      ...quantileNames.map((quantile) => latencyText(stage, name, stage.latency[name], quantile)),
      `${msText(stage.floor.before?.p99)}, ${msText(stage.floor.after?.p99)}`,
      deliveredText(stage),
      lossText(stage),
    ]),
  );
}

/** What happened beside the publishing. */
function behaviours(result: LoadResult): string[] {
  return result.stages.flatMap((stage) => {
    const told = behaviourText(stage, isClaimed(result));
    return told === undefined ? [] : [`- ${text(stage.name)}: ${text(told)}`];
  });
}

/** What should not be, each; who did not look is there for who opens it. */
function monitors(result: LoadResult): string[] {
  const told = monitorsTold(result);
  const title = notRunText(told);
  const advice = told.advice.map((one) => `- should hold, and decides nothing: ${text(adviceText(one))}`);
  if (title === undefined) return advice;
  const reasons = told.notRun.map(
    ({ reason, monitors: names }) => `- ${text(names.join(', '))}: ${text(reason)}`,
  );
  const folded = ['<details>', `<summary>${title}</summary>`, '', ...reasons, '', '</details>'];
  return advice.length === 0 ? folded : [...advice, '', ...folded];
}

function notOffered({ notOffered: all }: LoadResult): string[] {
  return all.map(({ stage, reason }) => `- ${text(stage)}: ${text(reason)}`);
}

function comparison({ comparison: compared }: LoadResult): string[] {
  if (!compared) return [];
  const { against, repeats, outcome, reason, ratios } = compared;
  return [
    `Against ${text(against)}, rounds a side: ${repeats}. ${outcome === 'regression' ? '**regression**' : outcome}: ${text(reason)}.`,
    '',
    ...table(
      ['metric', 'ratio', '95 % interval', ''],
      ratios.map(({ metric, ratio, low, high, regression }) => [
        text(metric),
        ratio.toFixed(2),
        low === null || high === null ? 'not judged' : `${low.toFixed(2)} to ${high.toFixed(2)}`,
        regression ? '**regression**' : '',
      ]),
    ),
  ];
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}
