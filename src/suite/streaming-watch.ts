import type { Frame, NewEvent, WireEvent } from '../wire/event.ts';
import type { Finding } from './judgement.ts';
import { keyOf, type Monitor, type MonitorContext, MonitorRun } from './monitor.ts';
import type { Job, PeerRecord, Recording } from './recording.ts';

/** What a monitor is told of a run that goes on, in the stead of a recording. */
export interface Streaming extends Pick<MonitorContext, 'dialect' | 'role'> {
  /** Stands in the place of the scene's name. */
  readonly name: string;
  readonly target: string;
  readonly jobOf: (recording: Recording, frame: Frame) => string | undefined;
  readonly jobs?: Readonly<Record<string, Job>>;
  readonly limits?: Partial<Limits>;
}

/** What is kept at most, however long the run. */
export interface Limits {
  /** Connections that are judged over the whole run. */
  readonly connections: number;
  /** Jobs that one monitor remembers at a time. */
  readonly jobs: number;
  /** Jobs that are known to have been forgotten, by monitor, and facts that are shared by connections. */
  readonly others: number;
}

const usual: Limits = { connections: 1000, jobs: 1000, others: 10_000 };

/** What was found of one requirement. */
export interface Violation {
  readonly monitor: string;
  readonly requirement: string;
  /** How often it was found broken. */
  readonly count: number;
  /** The first of each kind. */
  readonly findings: readonly (Finding & { readonly peer: string })[];
}

/**
 * Monitors over events as they come, with bounded state: the counterpart of `watch`, which has a whole recording. Of
 * a recording they have connections, jobs, and nothing else. What could not be kept in mind is not judged: a monitor
 * that saw a part of a connection would blame the server for the rest.
 */
export class StreamingWatch {
  judged = 0;
  skipped = 0;
  #runs: readonly Streamed[];
  readonly #broken = new Map<string, string>();
  readonly #peers: Record<string, PeerRecord> = {};
  readonly #open = new Set<string>();
  readonly #context: MonitorContext;
  readonly #limits: Limits;
  #admitted = 0;
  #seq = 0;

  /** Monitors that say that they are not streamed must have been left out. */
  constructor(monitors: readonly Monitor[], { jobOf, jobs = {}, limits, ...about }: Streaming) {
    this.#limits = { ...usual, ...limits };
    const recording: Recording = {
      scene: about.name,
      target: about.target,
      nonce: '',
      startedAt: 0,
      ending: { kind: 'running' },
      steps: [],
      jobs: Object.fromEntries(
        Object.entries(jobs).map(([name, job]) => [name, { ...job, calls: [...job.calls] }]),
      ),
      peers: this.#peers,
      events: [],
      canaries: {},
    };
    this.#context = {
      recording,
      dialect: about.dialect,
      role: about.role,
      jobOf: (frame) => jobOf(recording, frame),
      shared: new BoundedMap(this.#limits.others),
    };
    this.#runs = monitors.map((one) => new Streamed(one, this.#context, this.#limits));
  }

  /** States in memory, over all monitors. */
  get states(): number {
    return this.#runs.reduce((sum, { run }) => sum + run.states, 0);
  }

  /** Monitors that broke, and how: no finding of theirs counts. */
  get broken(): ReadonlyMap<string, string> {
    return this.#broken;
  }

  /** A connection begins. Names are unique in a run. */
  open(peer: PeerRecord): void {
    if (this.#admitted >= this.#limits.connections) return;
    this.#admitted += 1;
    this.#peers[peer.name] = peer;
    this.#open.add(peer.name);
  }

  take(event: NewEvent, at: number): void {
    const stamped = { ...event, seq: this.#seq++, at } as WireEvent;
    const isFrame = event.kind === 'frame';
    if (!this.#open.has(event.peer)) {
      if (isFrame) this.skipped += 1;
      return;
    }
    if (isFrame) this.judged += 1;
    for (const one of this.#runs) this.#guarded(one, () => one.take(stamped));
  }

  /** Something of a connection was not handed on: it is judged no further. */
  lose(peer: string): void {
    if (!this.#forget(peer)) return;
    for (const one of this.#runs) one.drop(peer);
  }

  /** After the last event of a connection. */
  close(peer: string): void {
    if (!this.#open.has(peer)) return;
    for (const one of this.#runs) this.#guarded(one, () => one.close(peer));
    this.#forget(peer);
  }

  /** After the last event of all. */
  finish(): readonly Violation[] {
    for (const one of this.#runs) this.#guarded(one, () => one.run.endAll());
    return this.#runs.flatMap(({ id, run }) =>
      [...run.counts].map(([requirement, count]) => ({
        monitor: id,
        requirement,
        count,
        findings: run.findings.filter((finding) => finding.requirement === requirement),
      })),
    );
  }

  #forget(peer: string): boolean {
    delete this.#peers[peer];
    return this.#open.delete(peer);
  }

  /** A monitor that breaks is our fault, and says nothing; the others are judged all the same. */
  #guarded(one: Streamed, act: () => void): void {
    try {
      act();
    } catch (cause) {
      this.#broken.set(one.id, (cause as Error).message);
      this.#runs = this.#runs.filter((other) => other !== one);
    }
  }
}

/** One monitor, and what it may remember. */
class Streamed {
  readonly id: string;
  readonly run: MonitorRun;
  readonly #one: Monitor;
  readonly #context: MonitorContext;
  readonly #limits: Limits;
  readonly #isByJob: boolean;
  /** Keys by job, the one that was silent for longest first. */
  readonly #jobs = new Set<string>();
  /** Keys that were let go of: who has seen only their end must not judge it. */
  readonly #forgotten = new Set<string>();

  constructor(one: Monitor, context: MonitorContext, limits: Limits) {
    this.id = one.id;
    this.run = new MonitorRun(one, context, { keepsReadings: false });
    this.#one = one;
    this.#context = context;
    this.#limits = limits;
    this.#isByJob = one.per === 'job' || one.per === 'connection × job';
  }

  take(event: WireEvent): void {
    const key = keyOf(this.#one.per, event, this.#context);
    if (key === undefined || (this.#isByJob && !this.#remembers(key))) return;
    this.run.step(key, event);
  }

  close(peer: string): void {
    for (const key of this.#keysOf(peer)) {
      this.run.end(key);
      this.#jobs.delete(key);
    }
    this.#release(peer);
  }

  drop(peer: string): void {
    for (const key of this.#keysOf(peer)) {
      this.run.drop(key);
      this.#jobs.delete(key);
    }
    this.#release(peer);
  }

  #release(peer: string): void {
    if (this.#one.per !== 'connection × job') return;
    for (const key of this.#forgotten) if (key.startsWith(`${peer} `)) this.#forgotten.delete(key);
  }

  #keysOf(peer: string): readonly string[] {
    switch (this.#one.per) {
      case 'connection':
        return [peer];
      case 'connection × job':
        return [...this.#jobs].filter((key) => key.startsWith(`${peer} `));
      default:
        // What is known of a job, or of the run, is not this connection's alone.
        return [];
    }
  }

  #remembers(key: string): boolean {
    if (this.#jobs.delete(key)) {
      this.#jobs.add(key);
      return true;
    }
    if (this.#forgotten.has(key)) return false;
    if (this.#jobs.size >= this.#limits.jobs) {
      if (this.#forgotten.size >= this.#limits.others) return false;
      const [oldest] = this.#jobs;
      if (oldest === undefined) return false;
      this.#jobs.delete(oldest);
      this.#forgotten.add(oldest);
      this.run.drop(oldest);
    }
    this.#jobs.add(key);
    return true;
  }
}

/** Forgets what was said first: of what is shared by connections, only so much is compared. */
class BoundedMap extends Map<string, unknown> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: string, value: unknown): this {
    if (this.size >= this.#most && !this.has(key)) {
      const [oldest] = this.keys();
      if (oldest !== undefined) this.delete(oldest);
    }
    return super.set(key, value);
  }
}
