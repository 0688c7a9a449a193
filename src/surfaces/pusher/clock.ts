import { isObject, type JsonObject } from '../../contract/json.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { Client } from '../../target/target.ts';
import type { Exchange, WireEvent } from '../../wire/event.ts';
import { isControlTaken } from '../control-answer.ts';
import type { CommandDriver } from './command-driver.ts';
import { exchange, isTaken, whyNot } from './http-pool.ts';
import type { Waits } from './waits.ts';

/** Lets time pass for one connection or one job, and revokes tokens: by `control`, where the target has it, else by the program. */
export class Clock {
  readonly #waits: Waits;
  readonly #stage: Stage;
  readonly #command: CommandDriver;
  readonly #revoked = new Set<Client>();

  constructor(waits: Waits, command: CommandDriver) {
    this.#waits = waits;
    this.#command = command;
    this.#stage = waits.stage;
  }

  get hasControl(): boolean {
    return this.#stage.target.control !== undefined;
  }

  /** Moves the timers of a connection on; without `control`, waits in real time or for its end. */
  async pass(peer: string, connection: string, seconds: number): Promise<void> {
    if (this.hasControl) {
      await this.#control({ op: 'advance', connection, seconds });
      return;
    }
    await this.passInRealTime(peer, seconds);
  }

  /** Waits in real time, until such an event or the end of a connection. */
  async passInRealTime(
    peer: string,
    seconds: number,
    until: (event: WireEvent) => boolean = () => false,
  ): Promise<void> {
    const isOver = (event: WireEvent): boolean =>
      event.peer === peer && (event.kind === 'closed' || until(event));
    await this.#waits.next(isOver, 0, seconds * 1000);
  }

  /** Moves the timers of a job on. Count of those that ran. */
  async passForJob(job: string, seconds: number): Promise<number> {
    const { json } = await this.#control({ op: 'advance', job, seconds });
    return isObject(json) && typeof json.ran === 'number' ? json.ran : 0;
  }

  /** Makes the good token of a client good for nothing. */
  async revoke(client: Client): Promise<void> {
    await this.#revocation('revoke', client);
    this.#revoked.add(client);
  }

  /** Makes good again what this scene revoked. */
  async restore(): Promise<void> {
    for (const client of this.#revoked) await this.#revocation('restore', client);
    this.#revoked.clear();
  }

  async #revocation(op: 'revoke' | 'restore', client: Client): Promise<void> {
    if (this.hasControl) {
      await this.#control({ op, token: client.tokens.api ?? '' });
      return;
    }
    const answer = await this.#command.revocation(op, client, 'api');
    if (!isTaken(answer)) throw new SceneStopped(whyNot(answer));
  }

  async #control(command: JsonObject): Promise<Exchange> {
    const answer = await exchange(this.#stage, {
      name: 'control',
      method: 'POST',
      url: this.#stage.target.control ?? '',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    if (!isControlTaken(answer)) throw new SceneStopped(`control did not take ${String(command.op)}`);
    return answer;
  }
}
