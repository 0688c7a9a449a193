import { performance } from 'node:perf_hooks';
import type { Timers } from './surface-server.ts';

interface Timer {
  readonly due: number;
  readonly run: () => void;
  real?: NodeJS.Timeout;
}

/** The timers of one owner, and by how much its clock is ahead of everybody's. */
interface Owner {
  ahead: number;
  /** While its timers are moved on: the moment that the one now running was due. */
  moment: number | undefined;
  readonly timers: Set<Timer>;
}

/** Node's longest timeout; a longer one would fire at once. */
const longest = 2 ** 31 - 1;

/** Timers on the real clock, none of which keeps the process alive, that can be moved on owner by owner. */
export function createTimers(): Timers {
  const owners = new Map<string, Owner>();
  const now = (owner: Owner): number => owner.moment ?? performance.now() + owner.ahead;

  const start = (name: string, owner: Owner, timer: Timer): void => {
    clearTimeout(timer.real);
    const wait = Math.max(0, timer.due - now(owner));
    timer.real = setTimeout(
      () => {
        if (wait > longest) return start(name, owner, timer);
        drop(name, owner, timer);
        timer.run();
      },
      Math.min(wait, longest),
    ).unref();
  };
  const drop = (name: string, owner: Owner, timer: Timer): void => {
    clearTimeout(timer.real);
    owner.timers.delete(timer);
    if (owner.timers.size === 0 && owner.moment === undefined) owners.delete(name);
  };

  return {
    set(name, ms, run) {
      const owner = owners.get(name) ?? { ahead: 0, moment: undefined, timers: new Set() };
      owners.set(name, owner);
      const timer: Timer = { due: now(owner) + ms, run };
      owner.timers.add(timer);
      start(name, owner, timer);
      return { cancel: () => drop(name, owner, timer) };
    },
    advance(name, ms) {
      const owner = owners.get(name);
      if (!owner) return 0;
      const end = now(owner) + ms;
      let ran = 0;
      try {
        for (;;) {
          const next = [...owner.timers].sort((a, b) => a.due - b.due)[0];
          if (!next || next.due > end) break;
          owner.moment = next.due;
          drop(name, owner, next);
          next.run();
          ran += 1;
        }
      } finally {
        owner.moment = undefined;
        owner.ahead += ms;
        for (const timer of owner.timers) start(name, owner, timer);
        if (owner.timers.size === 0) owners.delete(name);
      }
      return ran;
    },
    close() {
      for (const owner of owners.values()) for (const timer of owner.timers) clearTimeout(timer.real);
      owners.clear();
    },
  };
}
