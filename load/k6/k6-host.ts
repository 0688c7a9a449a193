import { hmac } from 'k6/crypto';
import http from 'k6/http';
import type { Connection, ConnectionListener, Host, Lag } from '../../src/load/bulk/host.ts';
import type { Fact } from '../../src/load/control/messages.ts';
import type { ChannelPlan, LoadPlan } from '../../src/load/plan/load-plan.ts';
import { Histogram } from '../../src/load/wire/histogram.ts';
import { connect, type K6Socket, open } from './socket.ts';
import { Timers } from './timers.ts';
import { WallClock } from './wall-clock.ts';

/** A VU as the host of a member of the generator. */
export class K6Host implements Host {
  readonly #control: K6Socket;
  readonly #metricName: string;
  readonly #clock = new WallClock();
  readonly #timers = new Timers();
  readonly #lag = new Histogram();
  #offset = 0;
  #answerMs = 5000;

  /** `metricName` stands in metrics for all addresses. */
  constructor(control: K6Socket, metricName: string) {
    this.#control = control;
    this.#metricName = metricName;
  }

  now(): number {
    return this.#clock.now() - this.#offset;
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
    let isGivenUp = false;
    let isOpen = false;
    const socket = connect(door.url, this.#metricName, door.headers);
    // k6 reports a failed handshake by an error and then a close, and says its status to nobody.
    const ended = (timestamp: number, code: number): void => {
      if (isOpen) listener.closed(timestamp - this.#offset, code);
      else listener.refused(timestamp - this.#offset, 0);
    };
    socket.onopen = this.#guarded(({ timestamp }) => {
      isOpen = true;
      if (isGivenUp) socket.close(1000);
      else listener.opened(timestamp - this.#offset);
    });
    socket.onmessage = this.#guarded(({ data, timestamp }) => {
      this.#lag.add(this.#clock.now() - timestamp);
      listener.message(typeof data === 'string' ? data : undefined, timestamp - this.#offset);
    });
    // Errors after the handshake are followed by a close.
    socket.onerror = this.#guarded(({ timestamp }) => {
      if (!isOpen) ended(timestamp, 1006);
    });
    socket.onclose = this.#guarded(({ timestamp, code }) => ended(timestamp, code || 1006));
    const close = (): void => {
      // A handshake cannot be called off here: it is closed when it comes to be.
      isGivenUp = true;
      if (socket.readyState === open) socket.close(1000);
    };
    return {
      send: (text) => {
        if (socket.readyState === open) socket.send(text);
      },
      close,
      // There is no way to be gone without a word.
      cut: close,
    };
  }

  after(ms: number, run: () => void): () => void {
    return this.#timers.after(Math.max(0, ms), this.#guarded(run));
  }

  every(ms: number, run: () => void): () => void {
    return this.#timers.every(ms, this.#guarded(run));
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

  /** An exception would close the connection it comes from, silently; the coordinator shall know. */
  #guarded<Arguments extends readonly unknown[]>(
    run: (...given: Arguments) => void,
  ): (...given: Arguments) => void {
    return (...given) => {
      try {
        run(...given);
      } catch (cause) {
        this.tell({ say: 'broken', reason: String((cause as Error).stack ?? cause) });
      }
    };
  }
}
