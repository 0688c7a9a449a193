import { BareClient } from '../bare/bare-client.ts';
import { now } from '../clock.ts';
import { seatEvents } from '../control/messages.ts';
import { type ChannelPlan, channelOfSeat, jobsOf, type LoadPlan } from '../plan/load-plan.ts';
import { beamInput } from '../wire/beam-session.ts';
import { readyNumber } from '../wire/marker.ts';
import { ownWriteOf } from '../wire/own-write.ts';
import { runKinds, SeatLedger } from '../wire/seat-ledger.ts';
import { newSession, type SessionReader, type SessionState } from '../wire/session.ts';
import type { Authorizer } from './authorizer.ts';
import type { SentinelAccounts } from './sentinel-accounts.ts';

/** What all seats of a sentinel share. */
export interface SentinelCrew {
  readonly plan: LoadPlan;
  readonly reader: SessionReader;
  readonly authorize: Authorizer;
  readonly accounts: SentinelAccounts;
}

/** One subscriber on a bare socket. */
export class SentinelSeat {
  readonly seat: number;
  readonly ledger: SeatLedger;
  /** Whether it is ready, or false once it is known that it never will be. */
  readonly settled: Promise<boolean>;
  readonly closed: Promise<void>;
  readonly #crew: SentinelCrew;
  readonly #client: BareClient;
  readonly #state: SessionState;
  readonly #channel: number;
  readonly #where: ChannelPlan;
  #settle: (isReady: boolean) => void = () => {};
  #end: () => void = () => {};
  #deadline: NodeJS.Timeout | undefined;
  #askedFrom = -1;
  #askedTo = -1;

  /** Dials at once; `due` is when that was to be. */
  constructor(crew: SentinelCrew, seat: number, position: number, due: number) {
    const { plan, accounts } = crew;
    this.#crew = crew;
    this.seat = seat;
    const index = channelOfSeat(plan, seat);
    const where = plan.channels[index];
    if (!where) throw new Error(`the plan has no channel ${index}`);
    this.#where = where;
    this.ledger = new SeatLedger(jobsOf(plan.stage));
    this.#state = newSession(index);
    this.#channel = plan.surface === 'beam' ? seat : index;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
    accounts.begun(seat, index, position, due);
    accounts.life(seat, seatEvents.dialled, now());
    this.#client = new BareClient(
      where.url,
      { headers: where.headers, tls: plan.tls, connectMs: plan.deadlines.connectMs },
      {
        opened: (at) => this.#opened(at),
        refused: (at, status) => {
          accounts.life(seat, seatEvents.refused, at, status);
          this.#gone();
        },
        message: (bytes, at) => this.#message(bytes, at),
        closed: (at, code) => {
          accounts.life(seat, seatEvents.closed, at, code);
          this.#gone();
        },
      },
    );
  }

  /** Beam: sends its input of that number. What was due while it was not there is left out. */
  ask(seq: number): void {
    if (!this.#state.ready || !this.#client.isOpen) return;
    const { plan } = this.#crew;
    this.#client.send(beamInput(plan.run, this.seat, seq, plan.stage.padding));
    if (seq !== this.#askedTo + 1 || this.#askedFrom < 0) {
      this.noteAsked();
      this.#askedFrom = seq;
    }
    this.#askedTo = seq;
  }

  /** Puts what it has asked since the last time into its ledger, as one run. */
  noteAsked(): void {
    if (this.#askedFrom >= 0) this.ledger.note(runKinds.asked, this.#askedFrom, this.#askedTo);
    this.#askedFrom = -1;
  }

  close(): void {
    if (this.#client.isOpen) {
      this.#crew.accounts.life(this.seat, seatEvents.closing, now());
      this.#client.close();
    } else this.#client.cut();
  }

  cut(): void {
    this.#client.cut();
  }

  #opened(at: number): void {
    const { plan, reader, accounts } = this.#crew;
    accounts.life(this.seat, seatEvents.opened, at);
    this.#deadline = setTimeout(() => this.#settle(false), plan.deadlines.answerMs);
    const first = plan.surface === 'beam' ? beamInput(plan.run, this.seat, readyNumber, 0) : reader.opened();
    if (first !== undefined) this.#client.send(first);
  }

  #message(bytes: Buffer, at: number): void {
    const { reader, accounts } = this.#crew;
    accounts.arrived(bytes.length);
    const text = bytes.toString();
    switch (reader.read(text, this.#state)) {
      case 'delivery':
        this.#delivered(text, at);
        return;
      case 'ready':
        accounts.life(this.seat, seatEvents.ready, at);
        clearTimeout(this.#deadline);
        this.#settle(true);
        return;
      case 'reply':
        this.#client.send(reader.reply);
        return;
      case 'authorize':
        void this.#subscribe(this.#state.socketId);
        return;
      case 'refused':
        this.#refused(at);
        return;
      default:
        accounts.other();
    }
  }

  #delivered(text: string, at: number): void {
    const { reader, accounts, plan } = this.#crew;
    const { channel, seq } = reader;
    if (channel !== this.#channel) {
      this.ledger.note(runKinds.foreign, seq, channel);
      return;
    }
    this.ledger.receive(seq);
    accounts.receipt(this.seat, channel, seq, at, plan.stamped ? ownWriteOf(text) : Number.NaN);
  }

  async #subscribe(socketId: string): Promise<void> {
    const { authorize, reader } = this.#crew;
    const auth = await authorize(socketId, this.#where.name);
    if (auth === undefined) this.#refused(now());
    else this.#client.send(reader.subscribe(this.#where.name, auth));
  }

  #refused(at: number): void {
    this.#crew.accounts.life(this.seat, seatEvents.refused, at, 0);
    this.#settle(false);
    this.close();
  }

  #gone(): void {
    clearTimeout(this.#deadline);
    this.#settle(false);
    this.#end();
  }
}
