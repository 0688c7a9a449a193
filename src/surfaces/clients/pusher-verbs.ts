import { randomUUID } from 'node:crypto';
import type { PusherClientRules, Refused } from '../../contract/client-rules.ts';
import type { Json } from '../../contract/json.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import { protocolEvent } from '../pusher/message.ts';
import { ClientLife, type Due } from './client-life.ts';
import { appOf, environmentOf, type PlayedApp } from './played-app.ts';
import { type Behaviour, PlayedPusher } from './played-pusher.ts';
import { isEvent, isValidSubscription } from './seen.ts';

/**
 * What a scene can do to a client under test: play the server to it, and ask it for something. Every verb writes its
 * step into the recording; none judges.
 */
export class PusherClientVerbs extends ClientLife {
  readonly rules: PusherClientRules;
  protected readonly server: PlayedPusher;
  readonly #app: PlayedApp;
  readonly #dialect: string;
  readonly #all: PusherRules;

  constructor(stage: Stage, rules: PusherRules, dialect: string) {
    const app = appOf(stage.target, rules);
    super(stage, {
      command: app.command,
      environment: (port, scene) => environmentOf(app, port, scene, dialect),
      windowMs: rules.clients.windowMs,
    });
    this.#all = rules;
    this.rules = rules.clients;
    this.#dialect = dialect;
    this.#app = app;
    this.server = new PlayedPusher(stage.recorder.transcript, app);
  }

  /** What the server does from now on. */
  behave(change: Partial<Behaviour>): void {
    Object.assign(this.server.behaviour, change);
  }

  refuse(how: Refused): void {
    this.behave({ auth: how });
  }

  /** Waits for a subscription of that connection to its own channel that its auth endpoint has signed for it. */
  async subscribed(connection: string, due: Due = {}): Promise<void> {
    await this.due(
      `subscribe ${connection}`,
      'subscribe',
      (event) => event.peer === connection && isValidSubscription(event, this.#app.channel),
      { ...due, from: 0, what: `a signed subscription to its own channel on ${connection}` },
    );
  }

  /** Waits for an event of the client on a connection, from now on, or from a position. */
  async hears(
    step: string,
    connection: string,
    event: string,
    due: Due & { from?: number } = {},
  ): Promise<void> {
    await this.due(step, 'await', (one) => one.peer === connection && isEvent(one, event), {
      from: this.position,
      ...due,
      what: event,
    });
  }

  /** Asks whether the client is there, and waits for its answer. */
  async ping(step: string, connection: string, due: Due = {}): Promise<void> {
    const from = this.position;
    this.server.send(connection, { event: protocolEvent.ping, data: '{}' });
    await this.hears(step, connection, protocolEvent.pong, { needed: false, ...due, from });
  }

  greet(connection: string): void {
    this.server.greet(connection);
  }

  drop(connection: string): void {
    this.server.drop(connection);
  }

  end(connection: string, code: number): void {
    this.server.end(connection, code);
  }

  /** Sends the updates of a job, from its first to done; the request id is made for it. */
  job(connection: string): string {
    const id = randomUUID();
    const isText = this.#all.dialects[this.#dialect]?.progress === 'decimal-string';
    for (const [status, progress] of [
      ['processing', 0],
      ['in_progress', 45.5],
      ['done', 100],
    ] as const) {
      const data: Json = {
        request_id: id,
        status,
        preview: null,
        result_url: status === 'done' ? `https://results.invalid/${id}` : null,
        progress: isText ? progress.toFixed(2) : progress,
      };
      this.server.send(connection, {
        event: this.#app.event,
        channel: this.#app.channel,
        data: JSON.stringify(data),
      });
    }
    return id;
  }
}
