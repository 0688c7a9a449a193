import colors from 'picocolors';
import { count, cut, duration, visible, wrap } from '../../report/plain-text.ts';
import type { GateResult, LoadResult, StageResult } from '../verdict/load-result.ts';
import { behaviourText } from './behaviour-words.ts';
import { decidingStage, loadLine } from './load-line.ts';
import { adviceText, monitorsTold, notRunText } from './monitors-told.ts';
import { msText, rateText, valueText } from './number-words.ts';
import {
  deliveredText,
  diagnostic,
  floorAt,
  gateReason,
  gateValueText,
  headlineOf,
  isClaimed,
  isUncalibrated,
  latencyText,
  lossText,
  outcomeOf,
  uncalibrated,
} from './standing.ts';

/** How it is set. */
export interface TerminalLook {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
  /** Also what holds, and the numbers of a run that claims none. */
  readonly verbose: boolean;
}

type Paint = ReturnType<typeof colors.createColors>;

/** A load run for people: stages, gates, the verdict with what it rests on, and as the last line one for a bot. */
export function terminalText(result: LoadResult, look: TerminalLook): string {
  const paint = colors.createColors(look.color);
  const lines = [
    ...head(result, look, paint),
    ...stages(result, look),
    ...gates(result, look, paint),
    '',
    ...verdict(result, look, paint),
    ...trust(result, look),
    ...numbersNotClaimed(result, look),
    ...comparison(result, look),
    ...monitors(result, look),
    paint.dim(loadLine(result)),
  ];
  return `${lines.join('\n')}\n`;
}

function head({ tool, profile, target, driver, seed }: LoadResult, { width }: TerminalLook, paint: Paint) {
  const text = `plumbline ${tool.version}  load ${profile.id} · ${target.name} (${target.surface}, ${target.dialect}) · ${driver} · seed ${seed}`;
  return [
    ...wrap(visible(text), width),
    ...wrap(visible(profile.title), width).map((line) => paint.dim(line)),
    '',
  ];
}

function stages(result: LoadResult, look: TerminalLook): string[] {
  const table = isClaimed(result) ? wholeTable(result) : shapesTable(result);
  const notOffered = result.notOffered.flatMap(({ stage, reason }) =>
    hanging(visible(`  not offered  ${stage}: ${reason}`), look, 15),
  );
  const floors = result.stages.flatMap((stage) => floorAt(stage, 'p99') ?? []);
  const isFloored = isClaimed(result) && table.some((line) => line.includes('≤'));
  const note = `  ≤: below twice the floor, this machine's own share (p99 ${msText(Math.max(...floors))}): at most that`;
  return [
    ...table.map((line) => cut(line, look.width)),
    ...(isFloored ? hanging(note, look, 5) : []),
    ...(isClaimed(result) && isUncalibrated(result) ? hanging(`  ${uncalibrated}`, look, 4) : []),
    ...behaviours(result, look),
    ...notOffered,
  ];
}

/** What happened beside the publishing, a stage a line. */
function behaviours(result: LoadResult, look: TerminalLook): string[] {
  return result.stages.flatMap((stage) => {
    const text = behaviourText(stage, isClaimed(result));
    return text === undefined ? [] : hanging(`  ${visible(stage.name)}: ${visible(text)}`, look, 4);
  });
}

/** Nothing was published: who came, how fast, and who stayed. */
function connectionsTable({ stages }: LoadResult): string[] {
  const rows = stages.map((stage) => [
    nameOf(stage),
    `${stage.connections.ready}/${stage.connections.asked}`,
    rateText(stage.shape.connectRate),
    latencyText(stage, 'connect', stage.latency.connect, 'p99'),
    latencyText(stage, 'subscribe', stage.latency.subscribe, 'p99'),
    String(stage.connections.dropped),
  ]);
  const latencies = ['connect p99', 'subscribe p99'];
  return columns([['stage', 'ready', 'dialled/s', ...latencies, 'dropped'], ...rows]);
}

function nameOf({ name, unfinished }: StageResult): string {
  return cut(visible(name), 20) + (unfinished ? ' (unfinished)' : '');
}

function isOfConnections({ stages }: LoadResult): boolean {
  return stages.length > 0 && stages.every(({ publishes }) => publishes.planned === 0);
}

/** What was performed, and what came of it. */
function wholeTable(result: LoadResult): string[] {
  if (isOfConnections(result)) return connectionsTable(result);
  const { stages } = result;
  const name = headlineOf(stages);
  const rows = stages.map((stage) => [
    nameOf(stage),
    `${stage.connections.ready}/${stage.connections.asked}`,
    rateText(stage.rate.publishesAchieved),
    rateText(stage.rate.deliveriesAchieved),
    latencyText(stage, name, stage.latency[name], 'p50'),
    latencyText(stage, name, stage.latency[name], 'p99'),
    deliveredText(stage),
  ]);
  return columns([
    ['stage', 'ready', 'publishes/s', 'deliveries/s', `${name} p50`, `${name} p99`, 'delivered'],
    ...rows,
  ]);
}

/** What was performed, of a run that claims no more. */
function shapesTable(result: LoadResult): string[] {
  const { stages } = result;
  if (stages.length === 0) return ['  no stage was performed'];
  if (isOfConnections(result)) {
    const rows = stages.map((stage) => [
      nameOf(stage),
      String(stage.shape.subscribers),
      rateText(stage.shape.connectRate),
    ]);
    return columns([['stage', 'subscribers', 'connections/s asked of it'], ...rows]);
  }
  const rows = stages.map((stage) => [
    nameOf(stage),
    String(stage.shape.subscribers),
    rateText(stage.rate.publishesOffered),
    rateText(stage.rate.deliveriesOffered),
  ]);
  return columns([['stage', 'subscribers', 'publishes/s', 'deliveries/s asked of it'], ...rows]);
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
}

/** Gates that came to the same stand in one line, with the stages they did it at; those that failed come first. */
function gates(result: LoadResult, look: TerminalLook, paint: Paint): string[] {
  const groups = new Map<string, { readonly outcome: GateResult['outcome']; readonly gates: GateResult[] }>();
  for (const gate of result.gates) {
    const outcome = outcomeOf(gate, result);
    // The verdict says how many are withheld, and why: the same of each would only hide it.
    if (outcome === 'withheld' && !look.verbose) continue;
    const value = outcome === 'failed' || look.verbose ? gateValueText(gate, result) : '';
    const reason = outcome === 'passed' ? '' : gateReason(gate, result);
    const key = JSON.stringify([outcome, gate.gate, value, reason]);
    groups.set(key, { outcome, gates: [...(groups.get(key)?.gates ?? []), gate] });
  }
  const sorted = [...groups.values()].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  const lines = sorted.flatMap(({ outcome, gates: [gate, ...more] }) => {
    if (!gate) return [];
    const told = outcome === 'passed' && !look.verbose ? '' : `: ${gateValueText(gate, result)}`;
    const reason = outcome === 'passed' ? '' : gateReason(gate, result);
    const where = [gate, ...more].map(({ stage }) => stage).join(', ');
    const text = visible(`${gate.gate} at ${where}${told}${reason === '' ? '' : ` · ${reason}`}`);
    return hanging(text, { width: look.width - 2 }, 2).map(
      (line, at) => `${at === 0 ? markOf(outcome, result, paint) : ' '} ${line}`,
    );
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

const order: readonly GateResult['outcome'][] = ['failed', 'withheld', 'not observed', 'passed'];

/** Nothing is green where the run is not. */
function markOf(outcome: GateResult['outcome'], { exit }: LoadResult, paint: Paint): string {
  if (outcome === 'failed') return paint.red('✗');
  if (outcome !== 'passed') return '–';
  return exit === 0 ? paint.green('✓') : '✓';
}

function verdict(result: LoadResult, look: TerminalLook, paint: Paint): string[] {
  const color = result.exit === 0 ? paint.green : result.exit === 1 ? paint.red : paint.yellow;
  const name = result.verdict.toUpperCase();
  const [first = '', ...more] = wrap(
    visible(`${result.profile.id} on ${result.target.name}: ${result.reason}`),
    look.width - name.length - 2,
  );
  const indent = ' '.repeat(name.length + 2);
  const findings = result.findings.flatMap(({ kind, stage, count, requirement, expected, actual }) =>
    hanging(
      visible(
        `✗ ${kind} at ${stage}, ${count} ×${requirement ? ` (${requirement})` : ''}: expected ${expected}; actual ${cut(actual, 300)}`,
      ),
      { ...look, width: look.width - 2 },
      2,
    ).map((line) => `  ${line}`),
  );
  return [
    `${paint.bold(color(name))}  ${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...findings,
    ...wrapDots(summary(result), look.width - 2).map((line) => `  ${line}`),
  ];
}

function summary(result: LoadResult): string[] {
  const stage = decidingStage(result);
  const name = headlineOf(result.stages);
  const held = result.trust.filter(({ ok }) => ok).length;
  const outcomes = result.gates.map((gate) => outcomeOf(gate, result));
  const gateCounts = (
    [
      ['failed', 'failed'],
      ['passed', 'hold'],
      ['withheld', 'withheld'],
      ['not observed', 'not observed'],
    ] as const
  ).flatMap(([outcome, word]) => {
    const number = outcomes.filter((one) => one === outcome).length;
    return number === 0 ? [] : [`${number} ${word}`];
  });
  return [
    ...(isClaimed(result) && stage
      ? [
          `${visible(stage.name)}: ${name}.p99 ${latencyText(stage, name, stage.latency[name], 'p99')}`,
          ...(stage.publishes.planned > 0 ? [countedText(stage)] : []),
        ]
      : []),
    gateCounts.length === 0 ? 'no gate was judged' : `gates: ${gateCounts.join(', ')}`,
    `${held} of ${count(result.trust.length, 'trust check')} hold`,
    ...(result.complete ? [] : ['unfinished']),
    duration(result.durationMs),
    `exit ${result.exit}`,
  ];
}

/** `delivered 98 % (lost 14)`; where nothing was published, `ready 300 of 300`. */
function countedText(stage: StageResult): string {
  const { ready, asked } = stage.connections;
  if (stage.publishes.planned === 0) return `ready ${ready} of ${asked}`;
  const loss = lossText(stage);
  return `delivered ${deliveredText(stage)}${loss === '' ? '' : ` (${loss})`}`;
}

/** Why the numbers are not the server's, and what to do about it. */
function trust(result: LoadResult, look: TerminalLook): string[] {
  return result.trust
    .filter(({ ok }) => look.verbose || !ok)
    .flatMap(({ title, stage, value, limit, unit, ok, advice }) => {
      const measured = value === null ? 'not measured' : valueText(value, unit);
      const held = limit === null ? '' : `, limit ${valueText(limit, unit)}`;
      const text = visible(`${ok ? '✓' : '!'} ${title}, at ${stage}: ${measured}${held}`);
      return [...hanging(`  ${text}`, look, 4), ...(ok ? [] : hanging(visible(`    → ${advice}`), look, 6))];
    });
}

/** Counted, and not judged. Latencies only for who asks. */
function numbersNotClaimed(result: LoadResult, look: TerminalLook): string[] {
  if (isClaimed(result) || result.stages.length === 0) return [];
  const counted = result.stages
    .filter(({ unfinished }) => !unfinished)
    .map((stage) => `${nameOf(stage)} ${countedText(stage)}`);
  const title = `  ${diagnostic}: counted, not judged`;
  if (look.verbose) return [title, ...wholeTable(result).map((line) => cut(`  ${line}`, look.width))];
  return [
    ...(counted.length === 0 ? [] : hanging(`${title}: ${counted.join(' · ')}`, look, 4)),
    '  latencies are withheld; for what there is of them: --verbose',
  ];
}

function comparison({ comparison: compared }: LoadResult, look: TerminalLook): string[] {
  if (!compared) return [];
  const { against, repeats, outcome, reason, ratios } = compared;
  const rounds = `${repeats} ${repeats === 1 ? 'round' : 'rounds'} a side`;
  return [
    ...hanging(visible(`  against ${against}, ${rounds}: ${outcome}, ${reason}`), look, 4),
    ...ratios.map(({ metric, ratio, low, high, regression }) => {
      const interval = low === null || high === null ? '' : ` (${low.toFixed(2)} to ${high.toFixed(2)})`;
      return cut(
        visible(`    ${regression ? '✗' : ' '} ${metric} × ${ratio.toFixed(2)}${interval}`),
        look.width,
      );
    }),
  ];
}

/** What should not be and decides nothing, and who did not look. */
function monitors(result: LoadResult, look: TerminalLook): string[] {
  const told = monitorsTold(result);
  const title = notRunText(told);
  const advice = told.advice.flatMap((one) => hanging(visible(`  should hold: ${adviceText(one)}`), look, 4));
  if (title === undefined) return advice;
  if (!look.verbose) return [...advice, cut(`  ${title}; for which, and why: --verbose`, look.width)];
  const reasons = told.notRun.flatMap(({ reason, monitors: names }) =>
    hanging(visible(`    ${names.join(', ')}: ${reason}`), look, 6),
  );
  return [...advice, `  ${title}:`, ...reasons];
}

/** Lines of which the further ones are indented. The text is on one line already. */
function hanging(text: string, { width }: Pick<TerminalLook, 'width'>, indent: number): string[] {
  const lead = /^ */.exec(text)?.[0] ?? '';
  const [first = '', ...more] = wrap(text.slice(lead.length), width - Math.max(lead.length, indent));
  return [`${lead}${first}`, ...more.map((line) => `${' '.repeat(indent)}${line}`)];
}

/** Parts joined by dots, broken between two of them. */
function wrapDots(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 3 <= width)
      lines[lines.length - 1] = `${last} · ${part}`;
    else lines.push(part);
  }
  return lines;
}
