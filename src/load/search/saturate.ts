/**
 * The search for what a server can bear: it grows by doubling until something gives, halves the gap between what held
 * and what did not, and confirms both ends. It knows no socket: a trial is a function.
 * @module
 */

/** What one trial came to. */
export interface Trial {
  readonly value: number;
  /** `invalid`: the generator was the limit, which says nothing of the server. */
  readonly outcome: 'pass' | 'fail' | 'invalid';
  /** Which gate, or what of the generator. */
  readonly reason: string;
  readonly kind: 'explore' | 'confirm';
}

/** How a value is tried: short to explore, long to confirm. */
export type Try = (value: number, kind: Trial['kind']) => Promise<Pick<Trial, 'outcome' | 'reason'>>;

export interface SearchOptions {
  readonly from: number;
  readonly most: number;
  /** True when no trial of that kind should be begun any more. */
  readonly isOver: (kind: Trial['kind']) => boolean;
  /** How near both ends must be: their ratio. @default 1.1 */
  readonly near?: number;
}

/** What is known at the end. */
export interface Found {
  /** The highest value that held; 0: none did. */
  readonly low: number;
  /** The lowest that did not; Infinity: none was found. */
  readonly high: number;
  /** `server`: it gave. `generator`: it could not ask for more. `bound`: nothing above was to be tried. */
  readonly limitedBy: 'server' | 'generator' | 'bound';
  readonly confirmed: boolean;
  /** What did not hold at the upper end. */
  readonly reason: string;
  readonly trials: readonly Trial[];
}

/** Confirmations at each end: the lower must hold, and the upper not, each time. */
const confirmations = 2;

export async function saturate(attempt: Try, options: SearchOptions): Promise<Found> {
  const near = options.near ?? 1.1;
  const trials: Trial[] = [];
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  /** The lowest value at which the generator broke: nothing from there on can be judged. */
  let wall = Number.POSITIVE_INFINITY;
  let reason = '';

  const run = async (value: number, kind: Trial['kind']): Promise<Trial['outcome']> => {
    const trial = { value, kind, ...(await attempt(value, kind)) };
    trials.push(trial);
    if (trial.outcome !== 'invalid' || options.isOver(kind)) return trial.outcome;
    // A hiccup of the machine is no wall: what broke the generator once may not break it again.
    const again = { value, kind, ...(await attempt(value, kind)) };
    trials.push(again);
    return again.outcome;
  };
  const take = async (value: number): Promise<void> => {
    const outcome = await run(value, 'explore');
    if (outcome === 'pass') low = Math.max(low, value);
    else if (outcome === 'fail') {
      high = Math.min(high, value);
      reason = trials.at(-1)?.reason ?? '';
    } else wall = Math.min(wall, value);
  };
  const ceiling = (): number => Math.min(high, wall);
  const isNarrow = (): boolean => ceiling() <= Math.max(low * near, low + 1);
  const found = (confirmed: boolean): Found => {
    const limitedBy =
      high <= wall && Number.isFinite(high) ? 'server' : Number.isFinite(wall) ? 'generator' : 'bound';
    const invalid = trials.findLast(({ outcome }) => outcome === 'invalid')?.reason ?? '';
    return { low, high, limitedBy, confirmed, reason: limitedBy === 'server' ? reason : invalid, trials };
  };

  for (let value = options.from; !Number.isFinite(ceiling()); value *= 2) {
    if (options.isOver('explore')) return found(false);
    await take(Math.min(value, options.most));
    if (value >= options.most) break;
  }
  // A confirmation that does not hold moves an end, and the search goes on from there.
  for (;;) {
    while (!isNarrow()) {
      if (options.isOver('explore')) return found(false);
      // Down from a first value that already failed; else between what held and what did not.
      const between = low === 0 ? ceiling() / 2 : Math.sqrt(low * ceiling());
      const value = between >= 10 ? Math.round(between) : between;
      if (value <= low || value >= ceiling() || value < options.from / 1024) break;
      await take(value);
    }
    if (low === 0) return found(false);
    const moved = await confirm();
    if (moved === 'over') return found(false);
    if (moved === 'held') return found(true);
  }

  /** Both ends again, for longer. `moved`: one of them was not where it had seemed to be. */
  async function confirm(): Promise<'held' | 'moved' | 'over'> {
    for (let n = 0; n < confirmations; n++) {
      if (options.isOver('confirm')) return 'over';
      const outcome = await run(low, 'confirm');
      if (outcome === 'pass') continue;
      const failed = low;
      if (outcome === 'fail') {
        high = failed;
        reason = trials.at(-1)?.reason ?? '';
      } else wall = Math.min(wall, failed);
      low = heldBelow(failed);
      return 'moved';
    }
    if (high > wall || !Number.isFinite(high)) return 'held';
    for (let n = 0; n < confirmations; n++) {
      if (options.isOver('confirm')) return 'over';
      const outcome = await run(high, 'confirm');
      if (outcome === 'fail') continue;
      if (outcome === 'pass') low = Math.max(low, high);
      else wall = Math.min(wall, high);
      high = failedAbove(low);
      return 'moved';
    }
    return 'held';
  }

  /** The highest value below one that held, and never failed. */
  function heldBelow(value: number): number {
    const failed = new Set(trials.filter(({ outcome }) => outcome === 'fail').map((trial) => trial.value));
    return trials
      .filter((trial) => trial.outcome === 'pass' && trial.value < value && !failed.has(trial.value))
      .reduce((most, trial) => Math.max(most, trial.value), 0);
  }

  function failedAbove(value: number): number {
    return trials
      .filter((trial) => trial.outcome === 'fail' && trial.value > value)
      .reduce((least, trial) => Math.min(least, trial.value), Number.POSITIVE_INFINITY);
  }
}
