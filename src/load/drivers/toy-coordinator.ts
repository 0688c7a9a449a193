import { wallOffset } from '../clock.ts';
import { decodeHistogram, decodeRuns, frameKinds } from '../control/codec.ts';
import { decodeLives } from '../control/lives.ts';
import { type Fact, type SeatRow, seatEvents } from '../control/messages.ts';
import { type ControlServer, type Member, startControl } from '../control/server.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { runKinds } from '../wire/seat-ledger.ts';

/** What a subscriber said it had, of all that was told, each list in the order of telling. */
export interface ToldSeat {
  readonly received: number[];
  readonly late: number[];
  readonly again: number[];
  readonly asked: number[];
  readonly ghosts: (readonly [seq: number, channel: number])[];
  readonly foreign: (readonly [seq: number, channel: number])[];
  readonly life: SeatRow[];
  channel: number;
}

/** A coordinator that keeps what it is told, for tests of who tells it. */
export class ToyCoordinator {
  readonly members: Member[] = [];
  readonly facts: Fact[] = [];
  readonly seats = new Map<number, ToldSeat>();
  readonly histograms = new Map<number, number>();
  left = 0;
  #control: ControlServer | undefined;
  readonly #waiting = new Set<() => void>();

  static async start(): Promise<ToyCoordinator> {
    const toy = new ToyCoordinator();
    toy.#control = await startControl({
      joined: (member) => {
        toy.members.push(member);
        toy.#wake();
      },
      told: (_member, fact) => toy.#told(fact),
      sent: (_member, frame) => toy.#sent(frame),
      left: () => {
        toy.left += 1;
        toy.#wake();
      },
    });
    return toy;
  }

  get address(): { readonly url: string; readonly token: string } {
    if (!this.#control) throw new Error('not started');
    return { url: this.#control.url, token: this.#control.token };
  }

  /** Resolves when that is so; checked whenever something was told. Rejects when it takes too long. */
  async until(what: string, isSo: () => boolean, ms = 15_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`not within ${ms} ms: ${what}; broken: ${JSON.stringify(this.saying('broken'))}`));
      }, ms);
      const check = (): void => {
        if (!isSo()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async plan(plan: LoadPlan, members: number): Promise<void> {
    await this.until(`${members} members`, () => this.members.length === members);
    for (const [index, { order }] of this.members.entries()) {
      order({ say: 'plan', plan, index, of: members, offset: wallOffset() });
    }
  }

  /** Has `count` subscribers join, spread over the members. */
  async join(id: number, count: number, rate = 1000): Promise<void> {
    const of = this.members.length;
    for (const [index, { order }] of this.members.entries()) {
      order({ say: 'join', id, count: Math.ceil((count - index) / of), rate });
    }
    await this.answered(id);
  }

  /** All members have answered `joined` with that id. */
  async answered(id: number): Promise<void> {
    const answers = (): number => this.saying('joined').filter((fact) => fact.id === id).length;
    await this.until(`joined ${id}`, () => answers() === this.members.length);
  }

  async flush(id: number): Promise<void> {
    for (const { order } of this.members) order({ say: 'flush', id });
    const answers = (): number => this.saying('flushed').filter((fact) => fact.id === id).length;
    await this.until(`flushed ${id}`, () => answers() === this.members.length);
  }

  tellStop(): void {
    for (const { order } of this.members) order({ say: 'stop' });
  }

  saying<Say extends Fact['say']>(say: Say): Extract<Fact, { readonly say: Say }>[] {
    return this.facts.filter((fact) => fact.say === say) as Extract<Fact, { readonly say: Say }>[];
  }

  /** Deliveries in all that were counted for the first time. */
  get received(): number {
    let count = 0;
    for (const { received } of this.seats.values()) count += received.length;
    return count;
  }

  async close(): Promise<void> {
    await this.#control?.close();
  }

  #told(fact: Fact): void {
    this.facts.push(fact);
    this.#wake();
  }

  #sent(frame: DataView): void {
    if (frame.getUint8(0) === frameKinds.runs) {
      decodeRuns(frame, (seat, kind, from, to) => this.#run(this.#seat(seat), kind, from, to));
    } else if (frame.getUint8(0) === frameKinds.histogram) {
      const { kind, pairs, overflow } = decodeHistogram(frame);
      let count = overflow + (this.histograms.get(kind) ?? 0);
      for (let at = 1; at < pairs.length; at += 2) count += pairs[at] ?? 0;
      this.histograms.set(kind, count);
    } else if (frame.getUint8(0) === frameKinds.lives) {
      decodeLives(frame, (seat, event, at, value) => {
        if (event === seatEvents.begun) this.#seat(seat).channel = value;
        else this.#seat(seat).life.push([seat, event, at, value]);
      });
    }
    this.#wake();
  }

  #run(seat: ToldSeat, kind: number, from: number, to: number): void {
    if (kind === runKinds.ghost) seat.ghosts.push([from, to]);
    else if (kind === runKinds.foreign) seat.foreign.push([from, to]);
    else {
      for (let seq = from; seq <= to; seq++) {
        if (kind === runKinds.inOrder || kind === runKinds.late) seat.received.push(seq);
        if (kind === runKinds.late) seat.late.push(seq);
        if (kind === runKinds.again) seat.again.push(seq);
        if (kind === runKinds.asked) seat.asked.push(seq);
      }
    }
  }

  #seat(seat: number): ToldSeat {
    let told = this.seats.get(seat);
    if (!told) {
      told = { received: [], late: [], again: [], asked: [], ghosts: [], foreign: [], life: [], channel: -1 };
      this.seats.set(seat, told);
    }
    return told;
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
