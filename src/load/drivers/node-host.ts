import { createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { tlsConnectOptions } from '../../wire/tls-options.ts';
import type { Connection, ConnectionListener, Host, Lag } from '../bulk/host.ts';
import { now } from '../clock.ts';
import type { ControlClient } from '../control/client.ts';
import type { Fact } from '../control/messages.ts';
import type { ChannelPlan, LoadPlan } from '../plan/load-plan.ts';

/** How often the event loop is asked how late it is. */
const samplingMs = 10;

/** A Node thread as the host of a member of the generator. */
export class NodeHost implements Host {
  /** Set with the first order. */
  control: ControlClient | undefined;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: samplingMs });
  #tls = tlsConnectOptions();
  #answerMs = 5000;
  #agent: Agent | undefined;

  now(): number {
    return now();
  }

  wall(): number {
    return Date.now();
  }

  setOffset(_offset: number): void {
    // Node has the clock itself.
  }

  prepare({ tls, deadlines }: LoadPlan): void {
    this.#tls = tlsConnectOptions(tls);
    this.#answerMs = deadlines.answerMs;
    this.#agent = new Agent({ connect: { ...this.#tls, timeout: deadlines.connectMs } });
    this.#delay.enable();
  }

  connect(door: ChannelPlan, listener: ConnectionListener): Connection {
    const socket = new WebSocket(door.url, {
      headers: { ...door.headers },
      perMessageDeflate: false,
      ...this.#tls,
    });
    let isOpen = false;
    socket.on('open', () => {
      isOpen = true;
      listener.opened(now());
    });
    socket.on('unexpected-response', (_request, response) => {
      listener.refused(now(), response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('error', () => {
      if (!isOpen) listener.refused(now(), 0);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      const at = now();
      listener.message(isBinary ? undefined : data.toString(), at);
    });
    socket.on('close', (code) => {
      if (isOpen) listener.closed(now(), code);
    });
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => (isOpen ? socket.close(1000) : socket.terminate()),
      cut: () => socket.terminate(),
      sleep: () => {
        // `ws` keeps the stream that it reads from to itself; its own pause would read one more message first.
        (socket as unknown as { readonly _socket: Socket })._socket.pause();
      },
    };
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  }

  every(ms: number, run: () => void): () => void {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  }

  sign(secret: string, text: string): string {
    return createHmac('sha256', secret).update(text).digest('hex');
  }

  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await request(url, {
      method: 'POST',
      headers: { ...headers },
      body,
      headersTimeout: this.#answerMs,
      bodyTimeout: this.#answerMs,
      ...(this.#agent ? { dispatcher: this.#agent } : {}),
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  }

  tell(fact: Fact): void {
    this.control?.tell(fact);
  }

  send(frame: ArrayBuffer): void {
    this.control?.send(frame);
  }

  lag(): Lag {
    const delay = this.#delay;
    const said =
      delay.count === 0
        ? { p50: 0, p99: 0, max: 0 }
        : { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
    delay.reset();
    return said;
  }

  end(): void {
    void this.control?.settled().then(() => process.exit(0));
  }
}

/** Node gives the whole time from one sample to the next, in nanoseconds. */
function late(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - samplingMs);
}
