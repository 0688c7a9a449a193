import type { LoadResult, StageResult } from '../verdict/load-result.ts';
import { diagnostic, isClaimed } from './standing.ts';

type Cell = string | number | null | undefined;

/**
 * `timeline.csv`: a row for each second of each stage, as RFC 4180 has it but for its line ends, with a heading. A
 * second in which nothing arrived has no latencies. The first column says of each row whether the run claims it.
 */
export function timelineCsv(result: LoadResult): string {
  const processes = [
    ...new Set(
      result.stages.flatMap(({ system }) =>
        system.flatMap(({ cpu, rss }) => Object.keys({ ...cpu, ...rss })),
      ),
    ),
  ].sort();
  const heading = [
    ...['standing', 'stage', 'started_at', 'second', 'publishes', 'probe_deliveries'],
    ...['p50_ms', 'p90_ms', 'p99_ms', 'max_ms', 'connections', 'deliveries'],
    ...['generator_lag_p99_ms', 'machine_busy', 'cpu_pressure_percent'],
    ...processes.flatMap((name) => [`cpu_cores_${name}`, `rss_bytes_${name}`]),
    'mark',
  ];
  const rows = result.stages.flatMap((stage) =>
    rowsOf(stage, processes, isClaimed(result) ? 'result' : diagnostic),
  );
  return [heading, ...rows].map((row) => `${row.map(cellText).join(',')}\n`).join('');
}

function rowsOf(stage: StageResult, processes: readonly string[], standing: string): Cell[][] {
  const system = new Map(stage.system.map((one) => [one.second, one]));
  const lag = new Map(stage.lag.map((one) => [one.second, one]));
  return stage.windows.map((window) => {
    const { second } = window;
    const machine = system.get(second);
    const marks = stage.marks.filter((one) => Math.floor(one.second) === second).map(({ what }) => what);
    return [
      ...[standing, stage.name, stage.startedAt, second, window.publishes, window.count],
      ...[window.p50, window.p90, window.p99, window.max, window.connections, window.deliveries],
      ...[lag.get(second)?.p99, machine?.busy, machine?.pressure],
      ...processes.flatMap((name) => [machine?.cpu[name], machine?.rss[name]]),
      marks.join('; '),
    ];
  });
}

/** Empty for what was not observed. A text that a spreadsheet would take for a formula gets an apostrophe, as does one that has one. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(Number(cell.toFixed(4))) : '';
  const text = /^['=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
