import { isObject, type JsonObject } from '../../contract/json.ts';
import { SceneStopped, type Stage } from '../../suite/scene.ts';
import type { Exchange } from '../../wire/event.ts';
import { isControlTaken } from '../control-answer.ts';
import { exchange } from './http-pool.ts';
import type { Waits } from './waits.ts';

/** Lets time pass for one connection or one job, and revokes tokens: by `control`, where the target has it. */
export class Clock {
  readonly #waits: Waits;
  readonly #stage: Stage;
  readonly #revoked = new Set<string>();

  constructor(waits: Waits) {
    this.#waits = waits;
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
    await this.#waits.next((event) => event.kind === 'closed' && event.peer === peer, 0, seconds * 1000);
  }

  /** Moves the timers of a job on. Count of those that ran. */
  async passForJob(job: string, seconds: number): Promise<number> {
    const { json } = await this.#control({ op: 'advance', job, seconds });
    return isObject(json) && typeof json.ran === 'number' ? json.ran : 0;
  }

  async revoke(token: string): Promise<void> {
    await this.#control({ op: 'revoke', token });
    this.#revoked.add(token);
  }

  /** Makes good again what this scene revoked. */
  async restore(): Promise<void> {
    for (const token of this.#revoked) await this.#control({ op: 'restore', token });
    this.#revoked.clear();
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
