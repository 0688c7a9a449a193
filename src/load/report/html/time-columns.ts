import type { Window } from '../../verdict/load-result.ts';

/** Seconds that are drawn as one, where there are more of them than a drawing has room for. */
export interface TimeColumn {
  /** The first second, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The worst of these seconds; null where nothing arrived in any. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly publishes: number;
  readonly count: number;
  readonly deliveries: number;
  readonly connections: number;
  /** Seconds in which nothing arrived, or of which nothing is known. */
  readonly silent: number;
  /** Seconds of which nothing is known. */
  readonly unknown: number;
}

/** A column for each second, or, so that there are at most `most`, for each few seconds. No second is left out. */
export function timeColumns(windows: readonly Window[], most: number): readonly TimeColumn[] {
  const last = windows.at(-1)?.second;
  if (last === undefined) return [];
  const span = Math.max(1, Math.ceil((last + 1) / most));
  const groups = Array.from({ length: Math.ceil((last + 1) / span) }, (): Window[] => []);
  for (const window of windows) groups[Math.floor(window.second / span)]?.push(window);
  return groups.map((group, at) => {
    const [from, to] = [at * span, Math.min(last + 1, (at + 1) * span)];
    const worst = (of: (window: Window) => number | null): number | null => {
      const values = group.flatMap((window) => of(window) ?? []);
      return values.length === 0 ? null : Math.max(...values);
    };
    const sum = (of: (window: Window) => number): number =>
      group.reduce((all, window) => all + of(window), 0);
    return {
      ...{ from, to },
      p50: worst(({ p50 }) => p50),
      p90: worst(({ p90 }) => p90),
      p99: worst(({ p99 }) => p99),
      max: worst(({ max }) => max),
      publishes: sum(({ publishes }) => publishes),
      count: sum(({ count }) => count),
      deliveries: sum(({ deliveries }) => deliveries),
      connections: worst(({ connections }) => connections) ?? 0,
      silent: to - from - group.filter(({ p50 }) => p50 !== null).length,
      unknown: to - from - group.length,
    };
  });
}

/** Columns that follow one another without a silent second: only these are joined by a line. */
export function runsOf(columns: readonly TimeColumn[]): readonly (readonly TimeColumn[])[] {
  return runs(
    columns,
    ({ p50 }) => p50 !== null,
    ({ silent }) => silent > 0,
  );
}

/** Columns that follow one another without a second of which nothing is known. */
export function knownRunsOf(columns: readonly TimeColumn[]): readonly (readonly TimeColumn[])[] {
  return runs(
    columns,
    ({ from, to, unknown }) => unknown < to - from,
    ({ unknown }) => unknown > 0,
  );
}

function runs(
  columns: readonly TimeColumn[],
  isDrawn: (column: TimeColumn) => boolean,
  isBroken: (column: TimeColumn) => boolean,
): readonly (readonly TimeColumn[])[] {
  const all: TimeColumn[][] = [[]];
  for (const column of columns) {
    if (isDrawn(column)) all.at(-1)?.push(column);
    // What is not whole ends a line, though it has something to show itself.
    if (isBroken(column) && (all.at(-1)?.length ?? 0) > 0) all.push([]);
  }
  return all.filter((run) => run.length > 0);
}

/** Stretches of time in which nothing arrived. */
export function gapsOf(
  columns: readonly TimeColumn[],
): readonly { readonly from: number; readonly to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (const { from, to, silent } of columns) {
    if (silent === 0) continue;
    const before = gaps.at(-1);
    if (before?.to === from) before.to = to;
    else gaps.push({ from, to });
  }
  return gaps;
}
