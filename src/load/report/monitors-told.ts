import { count, cut } from '../../report/plain-text.ts';
import type { Advice, LoadResult } from '../verdict/load-result.ts';

/** What the monitors of the surface came to over a whole run, where that decides nothing. */
export interface MonitorsTold {
  /** What should not be: as it was first, with how often in all stages, and in which. */
  readonly advice: readonly (Advice & { readonly stages: readonly string[] })[];
  /** Monitors that did not run, by why. */
  readonly notRun: readonly { readonly reason: string; readonly monitors: readonly string[] }[];
}

/** A frame may be long, and is in result.json as a whole. */
const mostActual = 300;

export function monitorsTold({ stages }: Pick<LoadResult, 'stages'>): MonitorsTold {
  const advice = new Map<string, Advice & { readonly stages: readonly string[] }>();
  const reasons = new Map<string, Set<string>>();
  for (const { name, monitors } of stages) {
    for (const one of monitors.advice ?? []) {
      const known = advice.get(one.requirement);
      advice.set(one.requirement, {
        ...(known ?? one),
        count: (known?.count ?? 0) + one.count,
        stages: [...new Set([...(known?.stages ?? []), name])],
      });
    }
    for (const { monitor, reason } of monitors.notRun ?? []) {
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(monitor));
    }
  }
  return {
    advice: [...advice.values()],
    notRun: [...reasons].map(([reason, monitors]) => ({ reason, monitors: [...monitors].sort() })),
  };
}

/** `E21bi, 3 × at smoke: expected one init; actual another`. */
export function adviceText({
  requirement,
  count: times,
  stages,
  expected,
  actual,
}: MonitorsTold['advice'][number]): string {
  return `${requirement}, ${times} × at ${stages.join(', ')}: expected ${expected}; actual ${cut(actual, mostActual)}`;
}

/** `5 monitors do not run under load`; undefined where all of them do. */
export function notRunText({ notRun }: MonitorsTold): string | undefined {
  const monitors = new Set(notRun.flatMap((one) => one.monitors));
  if (monitors.size === 0) return undefined;
  return `${count(monitors.size, 'monitor')} of the surface ${monitors.size === 1 ? 'does' : 'do'} not run under load`;
}
