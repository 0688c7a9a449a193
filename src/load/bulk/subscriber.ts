import { seatEvents } from '../control/messages.ts';
import { type ChannelPlan, channelOfSeat, jobsOf, type LoadPlan, seatsPerLife } from '../plan/load-plan.ts';
import { beamInput } from '../wire/beam-session.ts';
import { readyNumber } from '../wire/marker.ts';
import { runKinds, SeatLedger } from '../wire/seat-ledger.ts';
import type { SessionReader, SessionState } from '../wire/session.ts';
import type { Accounts } from './accounts.ts';
import { authorizeChannel } from './authorize.ts';
import type { Deadlines, Waiting } from './deadlines.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Connection, ConnectionListener, Host } from './host.ts';

/**
 * After the fence a subscriber stays for so long, so that what must not come any more is seen if it does. Then it asks
 * for a second fence, and closes with its answer: all that was written before that answer has been read, in whatever
 * host, although k6 drops what comes once it has begun to close.
 */
const lingerMs = 1000;

/** What the subscribers of one member of the generator share. */
export interface Crew {
  readonly host: Host;
  readonly plan: LoadPlan;
  readonly reader: SessionReader;
  readonly deliveries: Deliveries;
  readonly accounts: Accounts;
  readonly deadlines: Deadlines;
  /** Told of each whose connection, or attempt, is over. */
  readonly gone: (subscriber: Subscriber) => void;
}

type Wait = 'handshake' | 'answer' | 'leave' | 'linger' | 'parting';

/**
 * One of the generator's subscribers, from dialling to the end of its connection. What its reader remembers of it stands here,
 * since each object costs a connection of k6 half a kilobyte. This file runs in Node and in k6.
 */
export class Subscriber implements ConnectionListener, Waiting, SessionState {
  readonly seat: number;
  /** The seat it had in its first life, which decides channel and schedule. */
  readonly base: number;
  ticket = 0;
  ready = false;
  readonly channel: number;
  socketId = '';
  leaving = false;
  /** What its deadline is for. */
  #waitsFor: Wait = 'handshake';
  /** From the first delivery or input on: of thousands that only stay, none has one. */
  #ledger: SeatLedger | undefined;
  readonly #crew: Crew;
  /** The channel of what it is owed: on beam each has one of its own. */
  readonly #owed: number;
  readonly #door: ChannelPlan;
  readonly #handshakeOver: () => void;
  #settled: ((isReady: boolean) => void) | undefined;
  #connection: Connection | undefined;
  /** From the end of its connection on, or of the attempt. */
  #isGone = false;
  #isOpen = false;
  #wasReady = false;
  #isClosing = false;
  #isFenced = false;
  #isParting = false;
  #isParted = false;
  #left: (() => void) | undefined;
  #isShaking = true;
  #wasRedialled = false;

  /** `handshakeOver` is called once, one way or the other; `settled` once, when it is ready or known not to be within its time. */
  constructor(crew: Crew, seat: number, handshakeOver: () => void, settled: (isReady: boolean) => void) {
    this.#crew = crew;
    this.seat = seat;
    this.base = seat % seatsPerLife;
    this.channel = channelOfSeat(crew.plan, this.base);
    this.#owed = crew.plan.surface === 'beam' ? this.base : this.channel;
    this.#handshakeOver = handshakeOver;
    this.#settled = settled;
    const door = crew.plan.channels[this.channel];
    if (!door) throw new Error(`the plan has no channel ${this.channel}`);
    this.#door = door;
  }

  get isReady(): boolean {
    return this.ready && this.#isOpen && !this.leaving && !this.#isClosing;
  }

  /** `due`: when that was to be. */
  dial(due: number): void {
    const { host, accounts, plan } = this.#crew;
    accounts.begun(this.seat, this.channel, due);
    accounts.life(this.seat, seatEvents.dialled, host.now());
    this.#wait('handshake', plan.deadlines.connectMs);
    this.#connection = host.connect(this.#door, this);
  }

  opened(at: number): void {
    if (this.#isGone) {
      // It had been given up, and counts as refused.
      this.#connection?.close();
      return;
    }
    const { accounts, plan, reader } = this.#crew;
    this.#isOpen = true;
    accounts.life(this.seat, seatEvents.opened, at);
    if (plan.stage.bare) {
      this.ready = true;
      this.#becameReady(at);
      this.#handshaken();
      return;
    }
    this.#wait('answer', plan.deadlines.answerMs);
    const first = plan.surface === 'beam' ? beamInput(plan.run, this.base, readyNumber, 0) : reader.opened();
    if (first !== undefined) this.#connection?.send(first);
    this.#handshaken();
  }

  refused(at: number, status: number): void {
    if (this.#isGone) return;
    this.#go();
    if (!this.#isClosing) this.#crew.accounts.life(this.seat, seatEvents.refused, at, status);
    this.#decided();
  }

  message(data: string | undefined, at: number): void {
    // What comes after the second fence is nobody's: only some hosts would see it.
    if (this.#isGone || this.#isParted) return;
    if (data === undefined) {
      this.#crew.accounts.other();
      return;
    }
    const { reader, accounts, deliveries } = this.#crew;
    // What it is to whoever is not ready yet, the reader alone knows.
    const known = this.ready ? deliveries.find(data) : undefined;
    if (known) {
      this.#delivered(known, at);
      return;
    }
    switch (reader.read(data, this)) {
      case 'delivery':
        this.#delivered(deliveries.take(data, reader), at);
        return;
      case 'ready':
        this.#becameReady(at);
        return;
      case 'reply':
        this.#connection?.send(reader.reply);
        return;
      case 'authorize':
        if (!this.#crew.plan.stage.bare) void this.#subscribe();
        return;
      case 'fence':
        if (this.#isParting) this.#parted();
        else this.#fenced(at);
        return;
      case 'refused':
        this.#turnedAway(at, statusIn(reader.reason));
        return;
      default:
        accounts.other();
    }
  }

  closed(at: number, code: number): void {
    if (this.#isGone) return;
    this.#go();
    const { accounts } = this.#crew;
    // Where nothing else tells that a subscription has ended, the end of the connection does.
    if (this.leaving && !this.#isFenced) accounts.life(this.seat, seatEvents.fenced, at);
    accounts.life(this.seat, seatEvents.closed, at, code);
    this.#decided();
  }

  /** Beam: sends an input. False where it cannot. */
  ask(seq: number): boolean {
    if (!this.isReady) return false;
    const { plan } = this.#crew;
    this.#told().note(runKinds.asked, seq, seq);
    this.#connection?.send(beamInput(plan.run, this.base, seq, plan.stage.padding));
    return true;
  }

  /** Ends the subscription and asks for what can come only after it; `left` once that has come, or never will. */
  leave(left: () => void): void {
    if (this.#isGone || !this.#isOpen || this.leaving) {
      left();
      return;
    }
    const { host, accounts, plan, reader } = this.#crew;
    this.#left = left;
    this.leaving = true;
    accounts.life(this.seat, seatEvents.leaving, host.now());
    const leave = reader.leave(this.#door.name);
    const fence = reader.fence();
    if (leave === undefined || fence === undefined) {
      this.close();
    } else {
      this.#connection?.send(leave);
      this.#connection?.send(fence);
    }
    this.#wait('leave', plan.deadlines.answerMs);
  }

  expired(): void {
    switch (this.#waitsFor) {
      case 'handshake':
        this.#giveUp();
        return;
      case 'answer':
        if (!this.#dialAgain()) this.#settle(false);
        return;
      case 'leave':
        this.#hasLeft();
        this.close();
        return;
      case 'linger':
        this.#part();
        return;
      case 'parting':
        this.close();
    }
  }

  /** Closes, but not before a second fence where it lingers after the first. */
  end(): void {
    if (this.#isFenced) this.#part();
    else this.close();
  }

  close(): void {
    if (this.#isGone || this.#isClosing) return;
    this.#isClosing = true;
    const { host, accounts } = this.#crew;
    if (this.#isOpen) {
      accounts.life(this.seat, seatEvents.closing, host.now());
      this.#connection?.close();
      return;
    }
    // Still shaking hands: whatever becomes of it comes too late.
    accounts.life(this.seat, seatEvents.refused, host.now(), 0);
    this.#go();
    this.#connection?.close();
    this.#decided();
  }

  /** Ends the connection without a word. */
  cut(): void {
    if (this.#isGone || this.#isClosing) return;
    if (!this.#isOpen) {
      this.close();
      return;
    }
    this.#isClosing = true;
    this.#crew.accounts.life(this.seat, seatEvents.closing, this.#crew.host.now());
    this.#connection?.cut();
  }

  /** Stops reading, and is owed nothing from then on. False where the host cannot. */
  sleep(): boolean {
    if (!this.#connection?.sleep) return false;
    const { host, accounts } = this.#crew;
    accounts.life(this.seat, seatEvents.asleep, host.now());
    this.#connection.sleep();
    return true;
  }

  /** What finds out who is there may come more than once. */
  #becameReady(at: number): void {
    if (this.#wasReady) return;
    this.#wasReady = true;
    this.#crew.accounts.life(this.seat, seatEvents.ready, at);
    this.#crew.deadlines.clear(this);
    this.#settle(true);
  }

  // Done for each message of thousands of connections: in k6 a call or a look into an object costs as much as all that
  // it is about.
  #delivered({ index, channel, seq, due, length, isShort }: Delivery, at: number): void {
    const { accounts, deliveries } = this.#crew;
    if (index < 0) {
      accounts.other();
      return;
    }
    accounts.frames += 1;
    accounts.characters += length;
    const ledger = this.#told();
    if (channel !== this.#owed) {
      ledger.note(runKinds.foreign, seq, channel);
      return;
    }
    if (this.#isFenced) {
      ledger.note(runKinds.ghost, seq, channel);
      return;
    }
    if (isShort) ledger.note(runKinds.changed, seq, seq);
    if (ledger.receive(seq) === runKinds.again) return;
    // Neither where it is NaN.
    if (due > 0) accounts.delivery.add(at - due);
    if (deliveries.own > 0) accounts.floor.add(at - deliveries.own);
  }

  /** The ledger, whose news are told next time. */
  #told(): SeatLedger {
    const ledger = this.#ledger ?? new SeatLedger(jobsOf(this.#crew.plan.stage));
    if (ledger.isAwaited) return ledger;
    ledger.isAwaited = true;
    this.#ledger = ledger;
    this.#crew.accounts.news(this.seat, ledger);
    return ledger;
  }

  async #subscribe(): Promise<void> {
    const { host, plan, reader } = this.#crew;
    const answer = await authorizeChannel(host, plan.authorize, this.socketId, this.#door.name);
    if (this.#isGone || this.#isClosing) return;
    if ('auth' in answer) this.#connection?.send(reader.subscribe(this.#door.name, answer.auth));
    else this.#turnedAway(host.now(), answer.status);
  }

  #turnedAway(at: number, status: number): void {
    this.#crew.accounts.life(this.seat, seatEvents.refused, at, status);
    this.#settle(false);
    this.close();
  }

  #fenced(at: number): void {
    if (this.#isFenced) return;
    this.#isFenced = true;
    this.#crew.accounts.life(this.seat, seatEvents.fenced, at);
    this.#wait('linger', lingerMs);
    this.#hasLeft();
  }

  #part(): void {
    if (this.#isGone || this.#isParting) return;
    this.#isParting = true;
    const { plan, reader } = this.#crew;
    this.#wait('parting', plan.deadlines.answerMs);
    const fence = reader.fence();
    if (fence !== undefined) this.#connection?.send(fence);
  }

  #parted(): void {
    this.#isParted = true;
    this.#crew.deadlines.clear(this);
    this.close();
  }

  /** No answer to the handshake in time. */
  #giveUp(): void {
    const { host, accounts } = this.#crew;
    accounts.life(this.seat, seatEvents.refused, host.now(), 0);
    this.#go();
    this.#connection?.close();
    this.#decided();
  }

  #go(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#crew.gone(this);
  }

  #decided(): void {
    this.#crew.deadlines.clear(this);
    this.#handshaken();
    this.#settle(false);
    this.#hasLeft();
  }

  /** Once, where it may be the host that has lost the answer: a server that gives none will give none again. */
  #dialAgain(): boolean {
    const first = this.#connection;
    if (!first?.forsake || this.#wasRedialled || this.#isClosing || this.#isGone) return false;
    this.#wasRedialled = true;
    this.#isOpen = false;
    first.forsake();
    const { host, accounts, plan } = this.#crew;
    accounts.life(this.seat, seatEvents.redialled, host.now());
    this.#wait('handshake', plan.deadlines.connectMs);
    this.#connection = host.connect(this.#door, this);
    return true;
  }

  #wait(what: Wait, ms: number): void {
    this.#waitsFor = what;
    this.#crew.deadlines.set(this, ms);
  }

  #handshaken(): void {
    if (!this.#isShaking) return;
    this.#isShaking = false;
    this.#handshakeOver();
  }

  #settle(isReady: boolean): void {
    const settled = this.#settled;
    this.#settled = undefined;
    settled?.(isReady);
  }

  #hasLeft(): void {
    const left = this.#left;
    this.#left = undefined;
    left?.();
  }
}

/** The status or error code that a refusal names; 0: none. */
function statusIn(reason: string): number {
  return Number(/"(?:status|code)"\s*:\s*(\d{3,4})\b/.exec(reason)?.[1] ?? 0);
}
