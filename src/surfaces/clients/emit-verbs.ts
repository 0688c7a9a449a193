import type { EmitRules } from '../../contract/rules.ts';
import type { Stage } from '../../suite/scene.ts';
import { ClientLife } from './client-life.ts';
import { jobOfClient, PlayedEmit } from './played-emit.ts';

/** What a scene can do to a client that watches a job: let the job happen, and wait for what the client makes of it. */
export class EmitClientVerbs extends ClientLife {
  readonly rules: EmitRules['clients'];
  protected readonly server: PlayedEmit;
  readonly #events: EmitRules['events'];

  constructor(stage: Stage, rules: EmitRules, dialect: string) {
    const job = jobOfClient(stage.target, rules);
    super(stage, {
      command: job.command,
      environment: (port, scene) => ({
        PLUMBLINE_HOST: '127.0.0.1',
        PLUMBLINE_PORT: String(port),
        PLUMBLINE_JOB_ID: job.id,
        PLUMBLINE_TOKEN: job.token,
        PLUMBLINE_STREAM_URL: `ws://127.0.0.1:${port}${job.path}?token=${job.token}`,
        PLUMBLINE_DIALECT: dialect,
        PLUMBLINE_SCENE: scene,
      }),
      windowMs: rules.clients.windowMs,
    });
    this.rules = rules.clients;
    this.#events = rules.events;
    this.server = new PlayedEmit(stage.recorder.transcript, job);
  }

  /** Waits until the client watches the stream, let in with its token. */
  async watches(connection: string): Promise<void> {
    await this.due(
      `watch ${connection}`,
      'watch',
      (event) => event.kind === 'opened' && event.peer === connection,
      {
        from: 0,
        what: 'a connection with the right token',
      },
    );
  }

  /** Something happens to the job: an event of that type, with a status that it may have. */
  happens(type: string): void {
    this.done(`event ${type}`, 'send');
    const [status = type] = Object.keys(this.#events[type]?.status ?? {});
    const data =
      type === 'completed' ? { result: 'done' } : type === 'dead' ? { error: 'failed' } : undefined;
    this.server.send({ type, status, ...(data === undefined ? {} : { data }) });
  }

  /** So many events of progress, as many as are drawn. */
  progress(): void {
    const count = 1 + Math.floor(this.stage.random() * 5);
    for (let n = 1; n <= count; n++)
      this.server.send({ type: 'progress', status: 'running', data: { percent: n } });
  }

  /** Waits for the answer to a control frame: the client is there, and has read all that came before. */
  async isThere(step: string, connection: string): Promise<void> {
    const from = this.position;
    this.server.ping(connection);
    await this.due(step, 'ping', (event) => event.kind === 'pong' && event.peer === connection, {
      from,
      needed: false,
      what: 'a pong',
    });
  }
}
