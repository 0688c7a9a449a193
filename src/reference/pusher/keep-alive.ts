import type { Timers } from '../surface-server.ts';
import type { IdlePlan } from './policies.ts';

/** What a watched connection can do. */
export interface Watched {
  /** Whose timers these are: `control` moves them by this name. */
  readonly owner: string;
  readonly ask: (how: 'event' | 'control-frame') => void;
  readonly close: (code: number) => void;
}

/** Watches one connection for silence: asks whether it is alive, and closes it if nothing comes (PK3, PK4). */
export interface KeepAlive {
  /** Something came. */
  readonly alive: () => void;
  readonly stop: () => void;
}

export function keepAlive(timers: Timers, plan: IdlePlan, { owner, ask, close }: Watched): KeepAlive {
  let timer: { readonly cancel: () => void } | undefined;
  const wait = (seconds: number, run: () => void): void => {
    timer?.cancel();
    timer = timers.set(owner, seconds * 1000, run);
  };
  const watch = (): void =>
    wait(plan.after, () => {
      if (plan.ask !== 'nothing') ask(plan.ask);
      const { close: end } = plan;
      if (end) wait(end.after, () => close(end.code));
    });
  watch();
  return {
    alive: watch,
    stop: () => timer?.cancel(),
  };
}
