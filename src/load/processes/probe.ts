import { WebSocket } from 'ws';
import { tlsConnectOptions } from '../../wire/tls-options.ts';
import { now } from '../clock.ts';
import { type RowKind, rowKinds, seatEvents } from '../control/messages.ts';
import { channelOfSeat, jobsOf, type LoadPlan } from '../plan/load-plan.ts';
import { beamInput } from '../wire/beam-session.ts';
import { readyNumber } from '../wire/marker.ts';
import { ownWriteOf } from '../wire/own-write.ts';
import { runKinds, SeatLedger } from '../wire/seat-ledger.ts';
import { newSession, type SessionReader, type SessionState } from '../wire/session.ts';
import type { Authorizer } from './authorizer.ts';

/** What a probe tells as it happens. */
export interface ProbeListener {
  readonly life: (seat: number, event: number, at: number, value: number) => void;
  readonly receipt: (seat: number, channel: number, seq: number, at: number, own: number) => void;
  readonly frame: (seat: number, at: number, text: string, kind: RowKind) => void;
  readonly other: () => void;
}

/**
 * One measuring subscriber. Whatever arrives is stamped before anything else is done, and handed on as it is: what
 * it means is for the judge to say.
 */
export class Probe {
  readonly seat: number;
  readonly channel: number;
  readonly ledger: SeatLedger;
  /** Resolves when it is ready, or will never be. */
  readonly settled: Promise<boolean>;
  readonly #plan: LoadPlan;
  readonly #reader: SessionReader;
  readonly #listener: ProbeListener;
  readonly #authorizer: Authorizer;
  readonly #state: SessionState;
  readonly #socket: WebSocket;
  #settle: (isReady: boolean) => void = () => {};

  constructor(
    plan: LoadPlan,
    seat: number,
    reader: SessionReader,
    authorizer: Authorizer,
    listener: ProbeListener,
  ) {
    this.seat = seat;
    this.channel = channelOfSeat(plan, seat);
    this.ledger = new SeatLedger(jobsOf(plan.stage));
    this.#state = newSession(this.channel);
    this.#plan = plan;
    this.#reader = reader;
    this.#listener = listener;
    this.#authorizer = authorizer;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const door = plan.channels[this.channel];
    if (!door) throw new Error(`the plan has no channel ${this.channel}`);
    this.#tell(seatEvents.dialled, 0);
    this.#socket = new WebSocket(door.url, {
      headers: { ...door.headers },
      perMessageDeflate: false,
      handshakeTimeout: plan.deadlines.connectMs + plan.deadlines.answerMs,
      ...tlsConnectOptions(plan.tls),
    });
    this.#listen(door.name);
  }

  /** On beam: sends an input; its answer is a delivery. */
  ask(seq: number): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.ledger.note(runKinds.asked, seq, seq);
    this.#socket.send(beamInput(this.#plan.run, this.seat, seq, this.#plan.stage.padding));
  }

  close(): void {
    if (this.#socket.readyState >= WebSocket.CLOSING) return;
    this.#tell(seatEvents.closing, 0);
    this.#socket.close(1000);
  }

  #listen(channelName: string): void {
    const socket = this.#socket;
    socket.on('open', () => {
      this.#tell(seatEvents.opened, 0);
      this.#listener.frame(this.seat, now(), '', rowKinds.opened);
      const first =
        this.#plan.surface === 'beam'
          ? beamInput(this.#plan.run, this.seat, readyNumber, 0)
          : this.#reader.opened();
      if (first !== undefined) this.#say(first);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      const at = now();
      this.#take(at, data.toString(), isBinary, channelName);
    });
    socket.on('unexpected-response', (_request, response) => {
      this.#tell(seatEvents.refused, response.statusCode ?? 0);
      this.#settle(false);
      response.destroy();
    });
    socket.on('error', () => {
      if (!this.#state.ready && socket.readyState !== WebSocket.OPEN) {
        this.#tell(seatEvents.refused, 0);
        this.#settle(false);
      }
    });
    socket.on('close', (code) => {
      this.#tell(seatEvents.closed, code);
      this.#listener.frame(this.seat, now(), '', rowKinds.closed);
      this.#settle(false);
    });
  }

  #take(at: number, text: string, isBinary: boolean, channelName: string): void {
    const reader = this.#reader;
    const reading = reader.read(text, this.#state);
    const kind = isBinary ? rowKinds.binary : reading === 'delivery' ? rowKinds.delivery : rowKinds.other;
    this.#listener.frame(this.seat, at, text, kind);
    switch (reading) {
      case 'delivery': {
        const own = this.#plan.stamped ? ownWriteOf(text) : Number.NaN;
        const expected = this.#plan.surface === 'beam' ? this.seat : this.channel;
        if (reader.channel !== expected) this.ledger.note(runKinds.foreign, reader.seq, reader.channel);
        else if (reader.seq < 0x7fff_ffff) this.ledger.receive(reader.seq);
        this.#listener.receipt(this.seat, reader.channel, reader.seq, at, own);
        return;
      }
      case 'ready':
        this.#listener.life(this.seat, seatEvents.ready, at, 0);
        this.#settle(true);
        return;
      case 'reply':
        this.#say(reader.reply);
        return;
      case 'authorize':
        void this.#authorizer(this.#state.socketId, channelName).then((auth) => {
          if (auth === undefined) this.#settle(false);
          else this.#say(reader.subscribe(channelName, auth));
        });
        return;
      case 'refused':
        this.#tell(seatEvents.refused, 0);
        this.#settle(false);
        return;
      default:
        this.#listener.other();
    }
  }

  /** Sends what belongs to the protocol, and hands it on: what comes is judged by what was asked. */
  #say(text: string): void {
    this.#listener.frame(this.seat, now(), text, rowKinds.sent);
    this.#socket.send(text);
  }

  #tell(event: number, value: number): void {
    this.#listener.life(this.seat, event, now(), value);
  }
}
