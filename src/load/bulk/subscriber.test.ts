import { describe, expect, it } from 'vitest';
import { frameKinds } from '../control/codec.ts';
import { decodeLives } from '../control/lives.ts';
import { seatEvents } from '../control/messages.ts';
import { Intended } from '../plan/intended.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { shapeOf } from '../profile/profile.ts';
import { readerOf } from '../wire/sessions.ts';
import { Accounts } from './accounts.ts';
import { Deadlines } from './deadlines.ts';
import { Deliveries } from './deliveries.ts';
import type { Connection, ConnectionListener, Host } from './host.ts';
import { Subscriber } from './subscriber.ts';

const plan: LoadPlan = {
  ...{ run: 1, surface: 'emit', dialect: 'emit@1', seed: 1, stamped: false },
  stage: shapeOf({}, true),
  channels: [{ name: 'a', url: 'ws://127.0.0.1', headers: {} }],
  ...{ authorize: { kind: 'none' }, probes: 0, sentinels: 0, tls: {} },
  deadlines: { connectMs: 1000, answerMs: 500 },
};

/** One subscriber of a job's stream in a host whose connections and clock are moved by hand. */
class Rig {
  at = 0;
  readonly listeners: ConnectionListener[] = [];
  readonly forsaken: number[] = [];
  readonly settled: boolean[] = [];
  handshakes = 0;
  readonly #timers: { readonly due: number; readonly run: () => void }[] = [];
  readonly #events: number[] = [];
  readonly #accounts: Accounts;
  readonly subscriber: Subscriber;

  constructor(mayLose: boolean) {
    const host = {
      now: () => this.at,
      after: (ms: number, run: () => void) => {
        this.#timers.push({ due: this.at + ms, run });
        return () => {};
      },
      connect: (_door: unknown, listener: ConnectionListener): Connection => {
        const nth = this.listeners.push(listener) - 1;
        const connection = { send: () => {}, close: () => {}, cut: () => {} };
        return mayLose ? { ...connection, forsake: () => this.forsaken.push(nth) } : connection;
      },
      tell: () => {},
      send: (frame: ArrayBuffer) => {
        const view = new DataView(frame);
        if (view.getUint8(0) !== frameKinds.lives) return;
        decodeLives(view, (_seat, event) => {
          if (event !== seatEvents.begun) this.#events.push(event);
        });
      },
    } as unknown as Host;
    this.#accounts = new Accounts(host);
    this.subscriber = new Subscriber(
      {
        ...{ host, plan, accounts: this.#accounts, gone: () => {} },
        reader: readerOf(plan),
        deliveries: new Deliveries(plan, new Intended(plan)),
        deadlines: new Deadlines(host),
      },
      0,
      () => {
        this.handshakes += 1;
      },
      (isReady) => this.settled.push(isReady),
    );
  }

  pass(ms: number): void {
    this.at += ms;
    for (const timer of this.#timers.splice(0)) {
      if (timer.due <= this.at) timer.run();
      else this.#timers.push(timer);
    }
  }

  /** Names of all that was told, in turn. */
  get told(): readonly string[] {
    this.#accounts.tell();
    const names = new Map<number, string>(Object.entries(seatEvents).map(([name, event]) => [event, name]));
    return this.#events.map((event) => names.get(event) ?? '');
  }
}

describe('a subscriber that is not answered', () => {
  it('is not ready, where the host loses nothing', () => {
    const rig = new Rig(false);
    rig.subscriber.dial(0);
    rig.listeners[0]?.opened(1);
    rig.pass(600);
    expect(rig.settled).toEqual([false]);
    expect(rig.listeners).toHaveLength(1);
    expect(rig.told).toEqual(['dialled', 'opened']);
  });

  it('dials once more, where the host may have lost the answer', () => {
    const rig = new Rig(true);
    rig.subscriber.dial(0);
    rig.listeners[0]?.opened(1);
    rig.pass(600);
    expect(rig.forsaken).toEqual([0]);
    expect(rig.settled).toEqual([]);
    rig.listeners[1]?.opened(601);
    rig.listeners[1]?.message('{"type":"init","data":{}}', 602);
    expect(rig.settled).toEqual([true]);
    expect(rig.subscriber.isReady).toBe(true);
    expect(rig.handshakes).toBe(1);
    rig.pass(5000);
    expect(rig.told).toEqual(['dialled', 'opened', 'redialled', 'opened', 'ready']);
  });

  it('does so once alone', () => {
    const rig = new Rig(true);
    rig.subscriber.dial(0);
    rig.listeners[0]?.opened(1);
    rig.pass(600);
    rig.listeners[1]?.opened(601);
    rig.pass(600);
    expect(rig.listeners).toHaveLength(2);
    expect(rig.settled).toEqual([false]);
  });

  it('gives the second handshake up in its time as well', () => {
    const rig = new Rig(true);
    rig.subscriber.dial(0);
    rig.listeners[0]?.opened(1);
    rig.pass(600);
    rig.pass(1100);
    expect(rig.settled).toEqual([false]);
    expect(rig.told).toEqual(['dialled', 'opened', 'redialled', 'refused']);
  });

  it('is not dialled again when it has been closed meanwhile', () => {
    const rig = new Rig(true);
    rig.subscriber.dial(0);
    rig.listeners[0]?.opened(1);
    rig.subscriber.close();
    rig.pass(600);
    expect(rig.listeners).toHaveLength(1);
  });
});
