import type { ControlClient } from '../control/client.ts';
import { encodeReceipts, encodeRuns } from '../control/codec.ts';
import type { BegunRow, SeatRow } from '../control/messages.ts';
import type { SeatLedger } from '../wire/seat-ledger.ts';

/** How often receipts and lives are told, and how often runs and counts. */
const receiptsEveryMs = 50;
const runsEveryMs = 1000;

/** Whose account is told. */
interface Holder {
  readonly seat: number;
  readonly ledger: SeatLedger;
  /** Puts what it has asked since the last time into its ledger. */
  readonly noteAsked: () => void;
}

/** What the sentinel has to tell, gathered and told by and by. */
export class SentinelAccounts {
  readonly #control: Pick<ControlClient, 'tell' | 'send'>;
  readonly #holders: readonly Holder[];
  #begun: BegunRow[] = [];
  #life: SeatRow[] = [];
  #receipts: number[] = [];
  #frames = 0;
  #bytes = 0;
  #other = 0;

  /** `holders` grows as seats are begun. */
  constructor(control: Pick<ControlClient, 'tell' | 'send'>, holders: readonly Holder[]) {
    this.#control = control;
    this.#holders = holders;
  }

  /** Tells from now on by itself; answers how to end that. */
  start(): () => void {
    const timers = [
      setInterval(() => this.#tellMoments(), receiptsEveryMs),
      setInterval(() => this.#tellRuns(), runsEveryMs),
    ];
    return () => {
      for (const timer of timers) clearInterval(timer);
    };
  }

  begun(...row: BegunRow): void {
    this.#begun.push(row);
  }

  life(seat: number, event: number, at: number, value = 0): void {
    this.#life.push([seat, event, at, value]);
  }

  receipt(seat: number, channel: number, seq: number, at: number, own: number): void {
    this.#receipts.push(seat, channel, seq, at, own);
  }

  arrived(bytes: number): void {
    this.#frames += 1;
    this.#bytes += bytes;
  }

  other(): void {
    this.#other += 1;
  }

  /** Tells all that there is. */
  tell(): void {
    this.#tellMoments();
    this.#tellRuns();
  }

  #tellMoments(): void {
    if (this.#begun.length > 0) this.#control.tell({ say: 'seats', rows: this.#begun });
    if (this.#life.length > 0) this.#control.tell({ say: 'life', rows: this.#life });
    if (this.#receipts.length > 0) this.#control.send(encodeReceipts(this.#receipts));
    this.#begun = [];
    this.#life = [];
    this.#receipts = [];
  }

  #tellRuns(): void {
    for (const holder of this.#holders) holder.noteAsked();
    const news = this.#holders.filter(({ ledger }) => ledger.hasNews);
    if (news.length > 0) {
      this.#control.send(
        encodeRuns(
          news.map(({ seat }) => seat),
          news.map(({ ledger }) => ledger.take()),
        ),
      );
    }
    if (this.#frames + this.#other === 0) return;
    this.#control.tell({ say: 'counts', frames: this.#frames, bytes: this.#bytes, other: this.#other });
    this.#frames = 0;
    this.#bytes = 0;
    this.#other = 0;
  }
}
