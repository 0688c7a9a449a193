import crypto from 'k6/crypto';
import http from 'k6/http';
import type { Connection, ConnectionListener, Host, Lag } from '../../src/load/bulk/host.ts';
import type { Fact } from '../../src/load/control/messages.ts';
import type { ChannelPlan, LoadPlan } from '../../src/load/plan/load-plan.ts';
import { Histogram } from '../../src/load/wire/histogram.ts';
import { K6Connection, type K6Moments } from './k6-connection.ts';
import { connect, type K6Socket, open } from './socket.ts';
import { Timers } from './timers.ts';
import { WallClock } from './wall-clock.ts';

// k6 puts its modules together anew whenever one of their names is used.
const { hmac } = crypto;

/** One message in so many is asked how long it waited: reading the clock costs as much as reading the message. */
const lagEvery = 8;

/** A VU as the host of a member of the generator. */
export class K6Host implements Host {
  readonly #control: K6Socket;
  readonly #metricName: string;
  readonly #moments: K6Moments;
  readonly #clock = new WallClock();
  readonly #timers: Timers;
  readonly #lag = new Histogram();
  #offset = 0;
  #messages = 0;
  #answerMs = 5000;

  /** `metricName` stands in metrics for all addresses. */
  constructor(control: K6Socket, metricName: string) {
    this.#control = control;
    this.#metricName = metricName;
    const broken = (cause: unknown): void =>
      this.tell({ say: 'broken', reason: String((cause as Error).stack ?? cause) });
    this.#timers = new Timers(broken);
    this.#moments = {
      at: (timestamp) => timestamp - this.#offset,
      heard: (timestamp) => {
        this.#messages += 1;
        if (this.#messages % lagEvery === 0) this.#lag.add(this.#clock.now() - timestamp);
        return timestamp - this.#offset;
      },
      broken,
    };
  }

  now(): number {
    return this.#clock.now() - this.#offset;
  }

  wall(): number {
    return this.#clock.now();
  }

  setOffset(offset: number): void {
    this.#offset = offset;
  }

  prepare({ deadlines, tls }: LoadPlan): void {
    this.#answerMs = deadlines.answerMs;
    if (tls.serverName !== undefined) {
      this.tell({ say: 'broken', reason: 'k6 cannot be told the name in a certificate: use --driver node' });
    }
  }

  connect(door: ChannelPlan, listener: ConnectionListener): Connection {
    return new K6Connection(connect(door.url, this.#metricName, door.headers), this.#moments, listener);
  }

  after(ms: number, run: () => void): () => void {
    return this.#timers.after(Math.max(0, ms), run);
  }

  every(ms: number, run: () => void): () => void {
    return this.#timers.every(ms, run);
  }

  sign(secret: string, text: string): string {
    return hmac('sha256', secret, text, 'hex');
  }

  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await http.asyncRequest('POST', url, body, {
      headers: { ...headers },
      tags: { name: this.#metricName },
      redirects: 0,
      timeout: this.#answerMs,
      responseType: 'text',
    });
    return { status: answer.status, body: String(answer.body ?? '') };
  }

  tell(fact: Fact): void {
    if (this.#control.readyState === open) this.#control.send(JSON.stringify(fact));
  }

  send(frame: ArrayBuffer): void {
    if (this.#control.readyState === open) this.#control.send(frame);
  }

  lag(): Lag {
    const lag = this.#lag;
    const said =
      lag.total === 0
        ? { p50: 0, p99: 0, max: 0 }
        : { p50: lag.quantile(0.5), p99: lag.quantile(0.99), max: Math.max(0, lag.max / 1000) };
    lag.clear();
    return said;
  }

  /** The close is queued behind all that was told. */
  end(): void {
    this.#timers.clear();
    if (this.#control.readyState === open) this.#control.close(1000);
  }
}
