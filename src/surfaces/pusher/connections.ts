import { isObject, type Json, type JsonObject } from '../../contract/json.ts';
import type { ConnectionTry, PusherRules } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { PusherTarget } from '../../target/target.ts';
import type { Frame, WireEvent } from '../../wire/event.ts';
import type { ChannelAuth } from './channel-auth.ts';
import { dataOf, eventOf, protocolEvent, subscriptionAnswer } from './message.ts';
import type { ProofFact } from './proof.ts';
import { joinedAt } from './standing.ts';
import { fill, type Values } from './template.ts';
import type { Waits } from './waits.ts';

/** How a connection is opened. */
export interface ConnectOptions {
  /** It answers no ping of the server and sends none of its own accord. */
  readonly silent?: boolean;
  /** Sent as soon as the handshake is done, before anything was received. */
  readonly early?: string;
  /** It is to be on no client's channel: what the proof has joined of them is left again. */
  readonly away?: boolean;
  /** What it is for; never a secret. */
  readonly about?: Readonly<Record<string, string>>;
}

/** How a subscription is tried. */
export interface SubscribeOptions {
  readonly step: string;
  /** As it is sent; undefined leaves it out. */
  readonly auth?: Json;
  readonly channelData?: string;
  /** The requirement that a missing confirmation breaks. */
  readonly owns?: string;
}

/** Opens connections and talks on them. Every connection proves what is at its other end before it is used. */
export class Connections {
  readonly #rules: PusherRules;
  readonly #target: PusherTarget;
  readonly #stage: Stage;
  readonly #waits: Waits;
  readonly #auth: ChannelAuth;
  readonly #silent = new Set<string>();

  constructor(rules: PusherRules, target: PusherTarget, waits: Waits, auth: ChannelAuth) {
    this.#rules = rules;
    this.#target = target;
    this.#stage = waits.stage;
    this.#waits = waits;
    this.#auth = auth;
    this.#stage.recorder.transcript.onEvent((event) => this.#answerPing(event));
  }

  /** Opens a connection as a client of today does, waits for its greeting, and has it proven. */
  async connect(peer: string, options: ConnectOptions = {}): Promise<boolean> {
    if (!((await this.open(peer, options)) && (await this.prove(peer)))) return false;
    const own = this.#auth.channel();
    if (options.away && this.isOn(peer, own)) {
      this.leave(peer, own);
      await this.ping(peer, { step: `away ${peer}` });
    } else if (options.away) this.#waits.done(`away ${peer}`, 'unsubscribe', this.#waits.position);
    return true;
  }

  /** The same without a proof: nothing that must hold may rest on it. */
  async open(peer: string, options: ConnectOptions = {}): Promise<boolean> {
    const right = this.#rules.protocol.connections.right;
    if (!right) throw new Error('the rules have no right way to connect');
    await this.dial(peer, right, options);
    return this.greeted(peer);
  }

  /** Asks for an upgrade, whatever may come of it. */
  async dial(peer: string, how: ConnectionTry, options: ConnectOptions = {}): Promise<void> {
    if (options.silent) this.#silent.add(peer);
    const { recorder, connectMs, answerMs } = this.#stage;
    const { key } = this.#target.app;
    const values: Values = {
      key,
      'made-up': `plumbline-${recorder.nonce}`,
      'truncated-key': key.slice(0, -1),
    };
    const query = new URLSearchParams(how.query);
    const base = this.#target.urls.ws ?? '';
    await this.#stage.turn();
    const opened = await recorder.dial(
      {
        name: peer,
        url: `${how.scheme === 'ws' ? base.replace(/^wss:/, 'ws:') : base}${fill(how.path, values)}?${query}`,
        headers: { ...this.#target.headers, 'x-plumbline-connection': this.nonceOf(peer) },
        connectMs,
        answerMs,
        tls: this.#target.tls,
        ...(options.silent ? { autoPong: false } : {}),
      },
      { ...options.about },
    );
    if (options.early !== undefined) opened.send(options.early);
    const { answer } = opened;
    if (answer?.kind === 'unreachable' && answer.why === 'network' && how.scheme === undefined) {
      throw new Error(`the target could not be reached: ${answer.error}`);
    }
  }

  /** What `control` knows a connection by. */
  nonceOf(peer: string): string {
    return `${this.#stage.recorder.nonce}-${peer.replaceAll(/[^A-Za-z0-9]+/g, '-')}`;
  }

  /** Waits until a connection has been told its socket id, or is at its end. */
  async greeted(peer: string): Promise<boolean> {
    const greeting = await this.#waits.step({
      step: `established ${peer}`,
      verb: 'connect',
      peer,
      what: 'connection_established',
      owns: 'PC5',
      from: 0,
      matches: (event) =>
        event.kind === 'refused' || (event.kind === 'frame' && eventOf(event) === protocolEvent.established),
    });
    if (greeting?.kind !== 'frame') return false;
    const told = this.activityTimeout(peer) ?? 30;
    if (!this.#silent.has(peer)) this.#keepAlive(peer, Math.min(30, Math.max(1, told)));
    return true;
  }

  /** The socket id that a connection was told; empty where it was told none. */
  socketId(peer: string): string {
    const { socket_id: socketId } = this.#told(peer);
    return typeof socketId === 'string' ? socketId : '';
  }

  /** Seconds of silence after which a connection was told that it is in doubt. */
  activityTimeout(peer: string): number | undefined {
    const { activity_timeout: timeout } = this.#told(peer);
    return typeof timeout === 'number' ? timeout : undefined;
  }

  /** One right and one wrong subscription, in an order drawn for this connection. */
  async prove(peer: string): Promise<boolean> {
    const socketId = this.socketId(peer);
    const { hasSecret } = this.#auth;
    const right = hasSecret ? this.#auth.freshChannel() : this.#auth.channel();
    const wrongFirst = this.#stage.random() < 0.5;
    const wrong = hasSecret ? this.#auth.freshChannel() : wrongFirst ? right : this.#auth.channel('other');
    const signed = await this.#auth.right(socketId, right);
    if (!signed) {
      this.#waits.skip(`proof ${peer}`, 'subscribe', 'nothing signs a subscription');
      return false;
    }
    const forged = hasSecret ? (await this.#auth.right(socketId, wrong))?.auth : signed.auth;
    const parts = [
      { expects: 'granted', channel: right, auth: signed.auth },
      { expects: 'refused', channel: wrong, auth: this.#auth.mutated(forged ?? signed.auth) },
    ] as const;
    const from = this.#waits.position;
    let holds = true;
    for (const { expects, channel, auth } of wrongFirst ? [...parts].reverse() : parts) {
      const sent = this.#waits.position;
      if (!this.say(peer, protocolEvent.subscribe, { channel, auth })) holds = false;
      const fact: ProofFact = { expects, channel, sent, via: signed.via };
      this.#stage.recorder.transcript.record({ kind: 'fact', peer, name: 'proof', value: fact });
      const answer = holds ? await this.#answer(peer, channel, sent, expects) : undefined;
      if (answer?.kind !== 'frame' || subscriptionAnswer(answer, channel) !== expects) holds = false;
    }
    if (holds) this.#waits.done(`proof ${peer}`, 'subscribe', from);
    else
      this.#waits.skip(
        `proof ${peer}`,
        'subscribe',
        'one right and one wrong subscription were not told apart',
      );
    return holds;
  }

  /** Joins a channel with the right signature. A channel that the proof has joined already is left as it is. */
  async join(peer: string, channel = this.#auth.channel()): Promise<boolean> {
    if (this.isOn(peer, channel)) {
      this.#waits.done(`join ${peer}`, 'subscribe', this.#waits.position);
      return true;
    }
    const signed = /^(private|presence)-/.test(channel)
      ? await this.#auth.right(this.socketId(peer), channel)
      : { auth: '' };
    if (!signed) {
      this.#waits.skip(`join ${peer}`, 'subscribe', `nothing signs ${channel}`);
      return false;
    }
    const answer = await this.subscribe(peer, channel, { step: `join ${peer}`, auth: signed.auth });
    return answer?.kind === 'frame' && subscriptionAnswer(answer, channel) === 'granted';
  }

  /** Sends a subscription that must be granted: any other answer, or none, is a miss. */
  async subscribe(
    peer: string,
    channel: string,
    { step, auth, channelData, owns }: SubscribeOptions,
  ): Promise<WireEvent | undefined> {
    const from = this.#waits.position;
    this.say(peer, protocolEvent.subscribe, subscription(channel, auth, channelData));
    return this.#waits.step({
      step,
      verb: 'subscribe',
      peer,
      from,
      owns,
      what: 'subscription_succeeded',
      matches: (event) => event.kind === 'frame' && subscriptionAnswer(event, channel) === 'granted',
    });
  }

  /** Sends a subscription, whatever may come of it; who keeps silent is asked for a sign of life. */
  async attempt(peer: string, channel: Json, options: SubscribeOptions): Promise<void> {
    const from = this.#waits.position;
    this.say(peer, protocolEvent.subscribe, subscription(channel, options.auth, options.channelData));
    const name = typeof channel === 'string' ? channel : '';
    const answer = await this.#answer(peer, name, from);
    this.#waits.done(options.step, 'subscribe', from, answer ? [answer.seq] : []);
  }

  /** Joins a presence channel as a user whose user_info is a name. */
  async enter(peer: string, channel: string, user: string, step: string): Promise<boolean> {
    const channelData = JSON.stringify({ user_id: user, user_info: { name: user } });
    const signed = await this.#auth.right(this.socketId(peer), channel, channelData);
    if (!signed) {
      this.#waits.skip(step, 'subscribe', `nothing signs ${channel}`);
      return false;
    }
    const options = { step, auth: signed.auth, channelData };
    return (await this.subscribe(peer, channel, options)) !== undefined;
  }

  /** Sends a sign-in, whatever may come of it. */
  async signIn(peer: string, step: string, userData: string, auth: string | undefined): Promise<void> {
    const from = this.#waits.position;
    const isSent = this.say(peer, protocolEvent.signin, {
      ...(auth === undefined ? {} : { auth }),
      user_data: userData,
    });
    const answers: readonly (string | undefined)[] = [protocolEvent.signedIn, protocolEvent.error];
    // Nothing is answered on a connection that never was.
    const answer = isSent
      ? await this.settle(peer, (event) => event.kind === 'frame' && answers.includes(eventOf(event)), from)
      : undefined;
    this.#waits.done(step, 'sign-in', from, answer ? [answer.seq] : []);
  }

  /** Whether a subscription of this connection to a channel was confirmed. */
  isOn(peer: string, channel: string): boolean {
    return joinedAt(this.#stage.recorder.recording, peer, channel) !== undefined;
  }

  leave(peer: string, channel: string): boolean {
    return this.say(peer, protocolEvent.unsubscribe, { channel });
  }

  /** Sends an event of the protocol. */
  say(peer: string, event: string, data?: Json): boolean {
    return this.send(peer, JSON.stringify(data === undefined ? { event } : { event, data }));
  }

  send(peer: string, message: string | Uint8Array): boolean {
    return this.#stage.recorder.peer(peer)?.send(message) ?? false;
  }

  /** Puts bytes on a connection's wire that are no legal frame. */
  sendRaw(peer: string, bytes: Uint8Array): boolean {
    return this.#stage.recorder.peer(peer)?.sendRaw(bytes) ?? false;
  }

  /** A protocol ping, and its pong: whatever was sent to this connection before has arrived then. */
  async ping(
    peer: string,
    { step = `pong ${peer}`, frame = `{"event":"${protocolEvent.ping}","data":{}}`, owns }: PingOptions = {},
  ): Promise<boolean> {
    const from = this.#waits.position;
    this.send(peer, frame);
    const pong = await this.#waits.step({
      step,
      verb: 'ping',
      peer,
      from,
      owns,
      what: 'pusher:pong',
      matches: (event) => event.kind === 'frame' && eventOf(event) === protocolEvent.pong,
    });
    return pong !== undefined;
  }

  /** A WebSocket ping, and its pong. */
  async controlPing(peer: string, step: string, owns?: string): Promise<boolean> {
    const from = this.#waits.position;
    this.#stage.recorder.peer(peer)?.ping();
    const pong = await this.#waits.step({
      step,
      verb: 'ping',
      peer,
      from,
      owns,
      what: 'WebSocket pong',
      matches: (event) => event.kind === 'pong' && event.by === 'them',
    });
    return pong !== undefined;
  }

  /** Waits until something was said on a connection, or it is at its end; no miss where nothing comes. */
  async settle(
    peer: string,
    matches: (event: WireEvent) => boolean,
    from = 0,
  ): Promise<WireEvent | undefined> {
    return this.#waits.next(
      (event) => event.peer === peer && (event.kind === 'closed' || matches(event)),
      from,
    );
  }

  /** Every frame of a connection so far. */
  heard(peer: string): readonly Frame[] {
    return this.#stage.recorder.recording.events.filter(
      (event): event is Frame => event.kind === 'frame' && event.peer === peer,
    );
  }

  isOpen(peer: string): boolean {
    return this.#stage.recorder.peer(peer)?.isOpen ?? false;
  }

  /** Drops one of our connections without a word. */
  async cut(peer: string): Promise<void> {
    this.#stage.recorder.peer(peer)?.cut();
    if (this.#stage.recorder.peer(peer)) {
      await this.#waits.next((event) => event.kind === 'closed' && event.peer === peer, 0, 1000);
    }
  }

  #told(peer: string): JsonObject {
    const greeting = this.#stage.recorder.recording.events.find(
      (event): event is Frame =>
        event.kind === 'frame' && event.peer === peer && eventOf(event) === protocolEvent.established,
    );
    const data = greeting && dataOf(greeting);
    return isObject(data) ? data : {};
  }

  /**
   * Waits for what a subscription is answered with. Under a name of its own, where one is expected: a server that
   * refuses what is wrong and never confirms what is right would else be waited for on every connection.
   */
  async #answer(
    peer: string,
    channel: string,
    from: number,
    expects?: ProofFact['expects'],
  ): Promise<WireEvent | undefined> {
    const any = 'pusher: answer to a subscription';
    const keys = expects === undefined ? [any] : [any, `${any} that is to be ${expects}`];
    const { recorder, misses, answerMs } = this.#stage;
    const isKnown = keys.some((key) => misses.known(key) !== undefined);
    const ms = !isKnown && this.isOpen(peer) ? answerMs : 0;
    const answer = await this.#waits.next(
      (event) =>
        event.peer === peer &&
        (event.kind === 'closed' ||
          (event.kind === 'frame' && subscriptionAnswer(event, channel) !== undefined)),
      from,
      ms,
    );
    for (const key of keys) {
      if (answer) misses.clear(key);
      else misses.add(key, 'a subscription was not answered');
    }
    if (!answer && ms > 0 && expects !== undefined) {
      const what = `deadline: a subscription of ${peer} that is to be ${expects} was not answered within ${ms} ms`;
      recorder.transcript.record({ kind: 'timer', peer: 'harness', what, ms });
    }
    return answer;
  }

  /** A client answers the server's pings (PK3), unless it is there to be silent. */
  #answerPing(event: WireEvent): void {
    if (event.kind !== 'frame' || eventOf(event) !== protocolEvent.ping) return;
    if (!this.#silent.has(event.peer)) this.say(event.peer, protocolEvent.pong, {});
  }

  /** A client pings while it is idle (M24): a real job may take minutes. */
  #keepAlive(peer: string, seconds: number): void {
    const timer = setInterval(() => {
      if (!this.say(peer, protocolEvent.ping, {})) clearInterval(timer);
    }, seconds * 800);
    timer.unref();
  }
}

interface PingOptions {
  readonly step?: string;
  /** The ping as it is sent. */
  readonly frame?: string;
  readonly owns?: string;
}

function subscription(channel: Json, auth: Json | undefined, channelData: string | undefined): Json {
  return {
    channel,
    ...(auth === undefined ? {} : { auth }),
    ...(channelData === undefined ? {} : { channel_data: channelData }),
  };
}
