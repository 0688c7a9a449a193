/**
 * What one subscriber has received, by sequence number, in as few words as possible: runs of numbers that came
 * in order are one entry, however long. This file runs in Node and in k6.
 * @module
 */

/** What a run of sequence numbers was. */
export const runKinds = {
  /** Received for the first time, and nothing later was there before it. */
  inOrder: 0,
  /** Received for the first time, after something later of the same job. */
  late: 1,
  /** Received again. */
  again: 2,
  /** Received after the leave fence. `from` is the number, `to` the channel. */
  ghost: 3,
  /** Of another channel than this subscriber is on. `from` is the number, `to` the channel. */
  foreign: 4,
  /** Not as it was sent, by its length. */
  changed: 5,
  /** Asked by this subscriber itself (beam). */
  asked: 6,
  /** Received for the first time, after something later, but nothing of the same job. */
  crossed: 7,
} as const;

export type RunKind = (typeof runKinds)[keyof typeof runKinds];

/** One subscriber's account. `take` empties it of what is new, so that it can be reported as it grows. */
export class SeatLedger {
  /** True from the first news on until they are taken; set by whoever will take them. */
  isAwaited = false;
  readonly #jobs: number;
  #low = -1;
  #high = -1;
  #missing: Set<number> | undefined;
  #early: Set<number> | undefined;
  #from = -1;
  #to = -1;
  #rest: number[] | undefined;

  /** `jobs`: they take turns, so that each has every so many numbers. */
  constructor(jobs = 1) {
    this.#jobs = jobs;
  }

  /** Takes down a delivery of this subscriber's own channel. */
  receive(seq: number): RunKind {
    if (seq === this.#high + 1 && this.#high >= 0) {
      this.#high = seq;
      if (seq === this.#to + 1 && this.#from >= 0) this.#to = seq;
      else this.#inOrder(seq);
      return 0;
    }
    if (this.#high < 0) {
      this.#low = seq;
      this.#high = seq;
      this.#inOrder(seq);
      return runKinds.inOrder;
    }
    if (seq > this.#high) {
      this.#missing ??= new Set();
      for (let missed = this.#high + 1; missed < seq; missed++) this.#missing.add(missed);
      this.#high = seq;
      this.#inOrder(seq);
      return runKinds.inOrder;
    }
    const kind = !this.#isFirst(seq)
      ? runKinds.again
      : this.#isOvertaken(seq)
        ? runKinds.late
        : runKinds.crossed;
    this.note(kind, seq, seq);
    return kind;
  }

  /** Takes down anything else. */
  note(kind: RunKind, from: number, to: number): void {
    this.#rest ??= [];
    this.#rest.push(kind, from, to);
  }

  /** Whether `take` would give anything. */
  get hasNews(): boolean {
    return this.#from >= 0 || this.#rest !== undefined;
  }

  /** What is new since the last time: kind, from, to, in turn. */
  take(): readonly number[] {
    this.isAwaited = false;
    const runs = this.#rest ?? [];
    this.#rest = undefined;
    if (this.#from >= 0) runs.push(runKinds.inOrder, this.#from, this.#to);
    this.#from = -1;
    this.#to = -1;
    return runs;
  }

  #isFirst(seq: number): boolean {
    if (seq < this.#low) {
      this.#early ??= new Set();
      if (this.#early.has(seq)) return false;
      this.#early.add(seq);
      return true;
    }
    return this.#missing?.delete(seq) ?? false;
  }

  /** Whether something later of the same job is there. Before the first number none was missed, only early. */
  #isOvertaken(seq: number): boolean {
    for (let later = seq + this.#jobs; later <= this.#high; later += this.#jobs) {
      const isThere = later < this.#low ? this.#early?.has(later) : !this.#missing?.has(later);
      if (isThere) return true;
    }
    return false;
  }

  #inOrder(seq: number): void {
    if (this.#from >= 0 && seq === this.#to + 1) {
      this.#to = seq;
      return;
    }
    if (this.#from >= 0) this.note(runKinds.inOrder, this.#from, this.#to);
    this.#from = seq;
    this.#to = seq;
  }
}
