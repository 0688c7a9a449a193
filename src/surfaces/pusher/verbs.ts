import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Stage } from '../../suite/scene.ts';
import { AuthEndpoint } from './auth-endpoint.ts';
import { ChannelAuth } from './channel-auth.ts';
import { Clock } from './clock.ts';
import { CommandDriver } from './command-driver.ts';
import { Connections } from './connections.ts';
import { Jobs } from './jobs.ts';
import { JobsRestDriver } from './jobs-rest-driver.ts';
import { offers } from './offers.ts';
import { performerOf } from './performer.ts';
import { Publisher } from './publisher.ts';
import { PusherHttpDriver } from './pusher-http-driver.ts';
import { Waits } from './waits.ts';
import { Webhooks } from './webhooks.ts';

/**
 * What a scene on a pusher target can do, by what it does it with. Every verb writes its step, job or peer
 * into the recording; none judges. A verb that brings nothing the rest could go on with stops the scene.
 */
export class PusherVerbs {
  readonly rules: PusherRules;
  readonly waits: Waits;
  readonly auth: ChannelAuth;
  readonly endpoint: AuthEndpoint;
  readonly connections: Connections;
  readonly jobs: Jobs;
  readonly publisher: Publisher;
  readonly webhooks: Webhooks;
  readonly clock: Clock;
  readonly #stage: Stage;

  constructor(stage: Stage, rules: PusherRules) {
    const { target } = stage;
    if (target.surface !== 'pusher') throw new Error('not a pusher target');
    this.#stage = stage;
    this.rules = rules;
    this.waits = new Waits(stage);
    this.endpoint = new AuthEndpoint(rules, target, stage);
    this.auth = new ChannelAuth(rules, target, stage, this.endpoint);
    this.connections = new Connections(rules, target, this.waits, this.auth);
    const command = new CommandDriver(target, stage);
    const rest = new JobsRestDriver(target, stage);
    const trigger = new PusherHttpDriver(rules, target, stage);
    this.jobs = new Jobs(target, this.waits, this.auth, (verb) =>
      performerOf(target, verb) === 'command' ? command : rest,
    );
    const publishes = performerOf(target, 'publish') === 'command' ? command : trigger;
    this.publisher = new Publisher(rules, this.waits, publishes, trigger);
    this.webhooks = new Webhooks(target, stage);
    this.clock = new Clock(this.waits, command);
  }

  get nonce(): string {
    return this.#stage.recorder.nonce;
  }

  get random(): () => number {
    return this.#stage.random;
  }

  get position(): number {
    return this.waits.position;
  }

  /** A planted text by name. */
  canary(name: string): string {
    return this.#stage.recorder.canary(name);
  }

  /** Whether the target offers what a row of the rules asks for. */
  readonly offers = (word: string): boolean => offers(this.#stage.target, word);

  /** Whether there is anything to connect to. */
  get hasSocket(): boolean {
    return this.#stage.target.urls.ws !== undefined;
  }

  /** Whether what needs seconds of real time may take them. */
  get mayTakeTime(): boolean {
    return this.clock.hasControl || this.#stage.slow;
  }

  /**
   * Has something happen on a client's channel, from the first status to the last, by whatever driver there
   * is: a job that is submitted, or one that exists only in what we publish of it.
   */
  async emit(name: string, which: 'own' | 'other', witness: string): Promise<boolean> {
    const { target } = this.#stage;
    if (target.surface === 'pusher' && target.role === 'application' && performerOf(target, 'submit')) {
      if (!(await this.jobs.submit(name, { client: which }))) return false;
      return this.jobs.await(`end of ${name}`, [witness], name, 'done');
    }
    this.publisher.job(name, this.auth.channel(which));
    const from = this.position;
    for (const [at, status] of ['processing', 'in_progress', 'done'].entries()) {
      await this.publisher.update(name, { status, progress: at * 50 }, `publish ${name} ${status}`);
    }
    await this.publisher.await(`end of ${name}`, [witness], name, 'done', { from });
    return true;
  }

  /** Ends what this scene has left on the target. */
  async tidy(): Promise<void> {
    await this.jobs.tidy();
    await this.clock.restore();
  }
}
