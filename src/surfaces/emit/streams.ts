import { randomBytes } from 'node:crypto';
import type { Frame, WireEvent } from '../../wire/event.ts';
import type { Peer } from '../../wire/peer.ts';
import { EmitJobs } from './jobs.ts';
import { jobOf, typeOf } from './message.ts';

/** How a stream is watched. */
export interface WatchOptions {
  /** Row of `credentials` in the rules. @default read */
  readonly credential?: string;
  readonly origin?: string;
  readonly compress?: boolean;
  /** Whether to wait for init; a job stream only. @default true */
  readonly init?: boolean;
}

/** Verbs about connections: opened, waited on, pinged, cut. */
export class EmitStreams extends EmitJobs {
  /** Opens the stream of a job under a name, with a credential, and waits for its init. */
  async watch(peer: string, job: string, options: WatchOptions = {}): Promise<void> {
    const { id, where } = this.jobNamed(job);
    const credential = options.credential ?? 'read';
    await this.open(peer, 'job', credential, { job: id, space: where }, options);
    if (this.peer(peer)?.answer?.kind === 'opened' && options.init !== false) {
      await this.await(`init ${peer}`, [peer], job, 'init', { owns: 'E21' });
    }
  }

  /** Opens the stream of a space under a name. */
  async watchSpace(peer: string, space = 'own', options: WatchOptions = {}): Promise<void> {
    await this.open(peer, 'space', options.credential ?? 'read', { space: this.space(space).id }, options);
  }

  /** Tries to open a stream with a credential of the rules, whatever may come of it. */
  async attempt(
    peer: string,
    stream: 'job' | 'space',
    credential: string,
    at: { job?: string; space?: string },
  ): Promise<void> {
    const job = at.job === undefined ? undefined : (this.stage.recorder.recording.jobs[at.job]?.id ?? at.job);
    const space = this.space(at.space).id;
    for (let retry = 0; ; retry++) {
      await this.open(peer, stream, credential, { space, ...(job === undefined ? {} : { job }) }, {});
      const answer = this.peer(peer)?.answer;
      const busy = answer?.kind === 'refused' && (answer.status === 429 || answer.status >= 500);
      if (!busy || retry >= 2) return;
      // Not a wait for the target to change its mind, but for it to have time for us.
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** retry));
    }
  }

  /**
   * Waits until each of the peers has had an event of that type about that job since `from`. It matches
   * job and type and nothing else, so that a wrong value is seen and not waited for.
   */
  async await(
    step: string,
    peers: readonly string[],
    job: string,
    type: string,
    options: { readonly owns?: string; readonly from?: number; readonly count?: number } = {},
  ): Promise<boolean> {
    const { id } = this.jobNamed(job);
    const { recorder } = this.stage;
    const from = options.from ?? 0;
    const began = recorder.position;
    const key = `emit: ${type}`;
    const known = this.stage.misses.known(key);
    const shut = peers.filter((peer) => this.peer(peer)?.answer?.kind !== 'opened');
    const ms = known === undefined ? this.stage.answerMs : 0;
    const count = options.count ?? 1;
    // All at once: one deadline passes for all who miss it, however many they are.
    const heard = await Promise.all(
      peers.map((peer) =>
        shut.includes(peer)
          ? { events: [], missed: `${peer} (never admitted)` }
          : this.#heard(peer, id, type, { from, count, ms }),
      ),
    );
    const events = heard.flatMap((one) => one.events);
    const missed = heard.flatMap((one) => one.missed ?? []);
    const reason =
      missed.length === 0
        ? undefined
        : `no ${type} event on ${missed.join(', ')}${known === undefined ? ` within ${this.stage.answerMs} ms` : ', as before'}`;
    if (reason === undefined) this.stage.misses.clear(key);
    else if (shut.length < missed.length) {
      this.stage.misses.add(key, reason);
      recorder.transcript.record({
        kind: 'timer',
        peer: 'harness',
        what: `deadline: ${reason}`,
        ms: this.stage.answerMs,
      });
    }
    recorder.step({
      name: step,
      verb: 'await',
      outcome: reason === undefined ? 'ok' : 'miss',
      from: options.from ?? began,
      events,
      // An event cannot be missed where nobody was let in: that is another requirement's failure.
      ...(options.owns === undefined || (missed.length > 0 && shut.length === missed.length)
        ? {}
        : { owns: options.owns }),
      ...(reason === undefined ? {} : { reason }),
    });
    return reason === undefined;
  }

  /** Positions of the next events of a type about a job on one connection, and who missed one and why, in words. */
  async #heard(
    peer: string,
    job: string,
    type: string,
    { from, count, ms }: { readonly from: number; readonly count: number; readonly ms: number },
  ): Promise<{ readonly events: readonly number[]; readonly missed?: string }> {
    const { recorder, signal } = this.stage;
    const events: number[] = [];
    let position = from;
    while (events.length < count) {
      const is = (event: WireEvent): event is Frame =>
        event.kind === 'frame' &&
        event.peer === peer &&
        typeOf(event) === type &&
        jobOf(recorder.recording, event) === job;
      const ends = (event: WireEvent): boolean =>
        is(event) || (event.kind === 'closed' && event.peer === peer);
      const frame = await recorder.next(ends, { from: position, ms, signal });
      if (frame?.kind !== 'frame') {
        return { events, missed: frame?.kind === 'closed' ? `${peer} (closed with ${frame.code})` : peer };
      }
      events.push(frame.seq);
      position = frame.seq + 1;
    }
    return { events };
  }

  /** Sends something on a stream, which nobody there expects. */
  send(peer: string, message: string | Uint8Array): boolean {
    return this.peer(peer)?.send(message) ?? false;
  }

  /** Puts bytes on a stream's wire that are no legal frame. */
  sendRaw(peer: string, bytes: Uint8Array): boolean {
    return this.peer(peer)?.sendRaw(bytes) ?? false;
  }

  /** Pings a connection and waits for the pong, or for its end. */
  async ping(peer: string, name = `pong ${peer}`, owns?: string): Promise<boolean> {
    const { recorder } = this.stage;
    const from = recorder.position;
    const sent = this.peer(peer)?.ping() ?? false;
    const event = !sent
      ? undefined
      : await recorder.next(
          (one) => one.peer === peer && ((one.kind === 'pong' && one.by === 'them') || one.kind === 'closed'),
          { from, ms: this.stage.answerMs, signal: this.stage.signal },
        );
    const alive = event?.kind === 'pong';
    recorder.step({
      name,
      verb: 'ping',
      outcome: alive ? 'ok' : 'miss',
      from,
      events: event ? [event.seq] : [],
      ...(owns === undefined ? {} : { owns }),
      ...(alive ? {} : { reason: event || !sent ? 'the connection was closed' : 'no pong' }),
    });
    return alive;
  }

  /** Waits until a connection is closed, at most so long. It is no miss if it is not. */
  async settle(peer: string, ms: number): Promise<boolean> {
    const event = await this.stage.recorder.next((one) => one.kind === 'closed' && one.peer === peer, {
      ms,
      signal: this.stage.signal,
    });
    return event !== undefined;
  }

  /** Drops one of our connections without a word. */
  async cut(peer: string): Promise<void> {
    const live = this.peer(peer);
    live?.cut();
    if (live) await this.settle(peer, 1000);
  }

  isOpen(peer: string): boolean {
    return this.peer(peer)?.isOpen ?? false;
  }

  protected async open(
    peer: string,
    stream: 'job' | 'space',
    credential: string,
    at: { readonly job?: string; readonly space: string },
    options: WatchOptions,
  ): Promise<void> {
    const rule = this.rules.credentials[credential];
    if (!rule) throw new Error(`no credential ${credential} in the rules`);
    const { recorder } = this.stage;
    const from = recorder.position;
    const token = this.keyFor(credential, at.space);
    if (token === undefined) {
      const reason = `the target file gives no ${rule.token} token${rule.tenant === 'foreign' ? ' of a foreign space' : ''} for it`;
      recorder.step({ name: `peer ${peer}`, verb: 'watch', outcome: 'miss', from, reason });
      return;
    }
    const path = (stream === 'job' ? this.rules.api.jobStream : this.rules.api.spaceStream)
      .replace('{job}', encodeURIComponent(at.job ?? ''))
      .replace('{space}', encodeURIComponent(at.space));
    const query = rule.place === 'query' ? `?token=${encodeURIComponent(token)}` : '';
    const door = this.rules.streams[stream];
    const scope = (door.admits[credential] ?? door.undecided[credential])?.scope;
    await this.stage.turn();
    const opened = await recorder.dial(
      {
        name: peer,
        url: `${this.target.urls.ws.replace(/\/$/, '')}${this.rules.api.root}${path}${query}`,
        headers: {
          ...this.target.headers,
          ...(rule.place === 'header' ? { 'x-api-key': token, authorization: `Bearer ${token}` } : {}),
          // Not the scene's nonce: who only says back what it was told at the door is not proven by it.
          'x-plumbline-connection': randomBytes(9).toString('hex'),
        },
        connectMs: this.stage.connectMs,
        answerMs: this.stage.answerMs,
        tls: this.target.tls,
        ...(options.origin === undefined ? {} : { origin: options.origin }),
        ...(options.compress === undefined ? {} : { compress: options.compress }),
      },
      {
        stream,
        credential,
        space: at.space,
        ...(scope === undefined ? {} : { scope }),
        ...(at.job === undefined ? {} : { job: at.job }),
      },
    );
    if (opened.answer?.kind === 'unreachable' && opened.answer.why === 'network') {
      throw new Error(`the target could not be reached: ${opened.answer.error}`);
    }
  }

  protected peer(name: string): Peer | undefined {
    return this.stage.recorder.peer(name);
  }
}
