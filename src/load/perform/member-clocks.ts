import { now } from '../clock.ts';
import type { Member } from '../control/server.ts';
import type { StageRecord } from '../evidence/stage-record.ts';

/** What a disciplined clock may gain or lose, as a share of the time. */
const drift = 20e-6;
/** How often a member is asked before anything is timed, and how long an answer may take, milliseconds. */
const rounds = 10;
const mostMs = 5000;

interface Estimate {
  /** The member's wall clock less our monotonic one, milliseconds. */
  readonly offset: number;
  /** How far that may have been from the truth when it was made. */
  readonly withinMs: number;
  readonly at: number;
}

/**
 * The wall clock of a member of the generator that may be on another machine, by asking it for the time: it was asked and has
 * answered somewhere between our two readings, so the answer that came soonest tells most (Cristian, 1989), until it is old.
 */
export class MemberClock {
  #best: Estimate | undefined;

  /** `asked` and `heard` by our monotonic clock, `wall` by the member's wall clock; milliseconds. */
  take(asked: number, heard: number, wall: number): void {
    const made = { offset: wall - (asked + heard) / 2, withinMs: (heard - asked) / 2, at: heard };
    if (made.withinMs <= this.withinMs(heard)) this.#best = made;
  }

  /** Undefined: it has never answered. */
  get offset(): number | undefined {
    return this.#best?.offset;
  }

  /** How far `offset` may be from the truth by then. */
  withinMs(at: number): number {
    return this.#best
      ? this.#best.withinMs + drift * Math.max(0, at - this.#best.at)
      : Number.POSITIVE_INFINITY;
  }
}

/** The clocks of all members that may be on other machines. */
export class MemberClocks {
  readonly #clocks = new Map<Member, MemberClock>();
  #onAnswer: () => void = () => {};

  add(member: Member): void {
    this.#clocks.set(member, new MemberClock());
  }

  take(member: Member, asked: number, wall: number): void {
    this.#clocks.get(member)?.take(asked, now(), wall);
    this.#onAnswer();
  }

  /** Asks everybody, who will answer when they do. */
  ask(): void {
    for (const member of this.#clocks.keys()) {
      if (member.isThere()) member.order({ say: 'clock', at: now() });
    }
  }

  /** Asks everybody a few times over; `within` is true where something has happened in so many milliseconds. */
  async agree(within: (what: Promise<void>, ms: number) => Promise<boolean>): Promise<void> {
    for (let round = 0; round < rounds && this.#clocks.size > 0; round++) {
      let missing = this.#clocks.size;
      const all = new Promise<void>((resolve) => {
        this.#onAnswer = () => {
          missing -= 1;
          if (missing <= 0) resolve();
        };
      });
      this.ask();
      if (!(await within(all, mostMs))) break;
    }
    this.#onAnswer = () => {};
  }

  /** A member's wall clock less our monotonic clock; `ours` for all who are on this machine. */
  offsetOf(member: Member, ours: number): number {
    return this.#clocks.get(member)?.offset ?? ours;
  }

  /** What is known of them in the end. */
  told(processOf: (member: Member) => number | undefined, ours: number): StageRecord['clocks'] {
    const at = now();
    return [...this.#clocks].flatMap(([member, clock]) => {
      const process = processOf(member);
      const { offset } = clock;
      if (process === undefined || offset === undefined) return [];
      return [{ process, aheadMs: offset - ours, withinMs: clock.withinMs(at) }];
    });
  }
}
