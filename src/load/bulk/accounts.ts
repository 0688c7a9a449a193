import { encodeHistogram, encodeRuns, histogramKinds } from '../control/codec.ts';
import { Lives } from '../control/lives.ts';
import { seatEvents } from '../control/messages.ts';
import { Histogram } from '../wire/histogram.ts';
import type { SeatLedger } from '../wire/seat-ledger.ts';
import type { Host } from './host.ts';

/**
 * What one member of the generator has to tell, gathered for a second and then sent: what was sent survives the
 * process. This file runs in Node and in k6.
 */
export class Accounts {
  readonly delivery = new Histogram();
  readonly floor = new Histogram();
  /** Messages of this run since the last time. */
  frames = 0;
  /** All theirs, since counting bytes would cost as much as reading them. */
  characters = 0;
  readonly #host: Host;
  readonly #lives = new Lives();
  /** Thousands are silent: to ask each of them every second would leave more garbage than all else. */
  #withNews: { readonly seat: number; readonly ledger: SeatLedger }[] = [];
  #other = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  begun(seat: number, channel: number, due: number): void {
    this.#lives.add(seat, seatEvents.begun, due, channel);
  }

  life(seat: number, event: number, at: number, value = 0): void {
    this.#lives.add(seat, event, at, value);
  }

  /** Deliveries of one that has had none to tell since the last time. */
  news(seat: number, ledger: SeatLedger): void {
    this.#withNews.push({ seat, ledger });
  }

  other(): void {
    this.#other += 1;
  }

  /** Sends all that is new. */
  tell(): void {
    const host = this.#host;
    const lives = this.#lives.take();
    if (lives) host.send(lives);
    this.#tellRuns();
    this.#tellHistogram(histogramKinds.delivery, this.delivery);
    this.#tellHistogram(histogramKinds.floor, this.floor);
    if (this.frames + this.#other > 0) {
      host.tell({ say: 'counts', frames: this.frames, bytes: this.characters, other: this.#other });
    }
    this.frames = 0;
    this.characters = 0;
    this.#other = 0;
  }

  #tellRuns(): void {
    if (this.#withNews.length === 0) return;
    const seats = this.#withNews.map(({ seat }) => seat);
    const runs = this.#withNews.map(({ ledger }) => ledger.take());
    this.#withNews = [];
    this.#host.send(encodeRuns(seats, runs));
  }

  #tellHistogram(kind: number, histogram: Histogram): void {
    if (histogram.total === 0) return;
    this.#host.send(encodeHistogram(kind, this.#host.now(), histogram.pairs(), histogram.overflow));
    histogram.clear();
  }
}
