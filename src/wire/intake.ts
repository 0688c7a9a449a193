/** Bytes of memory that what one target sent may take, all connections together. */
const most = 64 * 1024 * 1024;

/** What one connection may send however much the others have sent. */
const share = most / 64;

/** What an event takes beside its text. */
const perEvent = 256;

/** What an array or an object takes in memory, beside what is in it. */
const perContainer = 64;

/** What one connection has sent so far. */
export interface Account {
  sent: number;
}

/**
 * How much of what a target sends is kept. Everything is, up to a limit that no server comes near that only
 * answers what it is asked; from there on, who has sent more than its share is cut off.
 */
export class Intake {
  #taken = 0;

  get isFull(): boolean {
    return this.#taken > most;
  }

  /** Bytes as they came, be they a message yet or not. False: it is too much. */
  bytes(account: Account, count: number): boolean {
    return this.#take(account, count);
  }

  /** An event with a text, which may be parsed once it is taken. False: it is too much. */
  event(account: Account, text: string): boolean {
    return this.#take(account, perEvent + 2 * text.length + perContainer * containersIn(text));
  }

  #take(account: Account, cost: number): boolean {
    this.#taken += cost;
    account.sent += cost;
    return !this.isFull || account.sent <= share;
  }
}

/** At most so many arrays and objects come of a text that is JSON. */
function containersIn(text: string): number {
  let count = 0;
  for (const opening of '[{') {
    for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) count += 1;
  }
  return count;
}
