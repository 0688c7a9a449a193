import type { Applies, SurfaceName } from '../contract/requirement.ts';
import type { Frame, WireEvent } from '../wire/event.ts';
import { fingerprintKey, fingerprintOf } from './fingerprint.ts';
import type { Finding, Reading } from './judgement.ts';
import type { Recording } from './recording.ts';

/** What a monitor remembers its state by. */
export type Per = 'connection' | 'connection × job' | 'job' | 'run';

/** How a monitor speaks. */
export interface Report {
  /** This event could be judged for that requirement, and the peer it was seen on counts for a pass. */
  readonly saw: (requirement: string, event: WireEvent) => void;
  /** The target broke that requirement. */
  readonly find: (requirement: string, finding: Omit<Finding, 'frame' | 'scene'>, event: WireEvent) => void;
  /** The target answered an open point this way. */
  readonly reads: (point: string, value: string, event: WireEvent) => void;
  /** The target went through a cell of the rules, by the word that cases have for it in `covers`. It judges nothing. */
  readonly passes: (cell: string, event: WireEvent) => void;
}

/** A case over every event of a run: state and events in, findings out, no socket in sight. */
export interface Monitor<S = unknown> {
  readonly id: string;
  readonly title: string;
  readonly surface: SurfaceName;
  readonly per: Per;
  /** Every requirement it may speak of, for a given target. */
  readonly checks: readonly string[];
  readonly applies?: Applies;
  /**
   * Why it is not fed event by event while a server is under load, in words; absent: it may be, and then it has of the
   * recording nothing but connections and jobs.
   */
  readonly notStreamed?: string;
  readonly start: (context: MonitorContext) => S;
  readonly step: (state: S, event: WireEvent, report: Report, context: MonitorContext) => void;
  /** After the last event of a recording, for what only the whole shows; `last` is the last event of that state. */
  readonly end?: (state: S, last: WireEvent, report: Report, context: MonitorContext) => void;
}

/** What a monitor may know besides the events: the recording they are from, and what the target is. */
export interface MonitorContext {
  readonly recording: Recording;
  readonly dialect: string;
  readonly role: 'application' | 'relay';
  /** The job that a frame is about, by the surface's own way of naming it; undefined: none. */
  readonly jobOf: (event: Frame) => string | undefined;
  /** One object per target and run, for facts that go beyond one recording. */
  readonly shared: Map<string, unknown>;
}

/** Declares a monitor. */
export function monitor<S>(definition: Monitor<S>): Monitor {
  return definition as unknown as Monitor;
}

/** What a monitor has to say of one recording. */
export interface MonitorReport {
  readonly findings: readonly (Finding & { readonly requirement: string; readonly peer: string })[];
  /** requirement → peers on which it was judged. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly readings: readonly (Reading & { readonly peer: string })[];
  /** cell of the rules → how often the target went through it. */
  readonly cells: ReadonlyMap<string, number>;
}

/** What a monitor remembers of one connection, one job, or whatever it is kept by; and the last event of that. */
interface Kept {
  readonly state: unknown;
  last: WireEvent;
}

const mostFindings = 20;
const mostKinds = 100;

/**
 * One monitor at work: its states by key, and what it has said so far. Findings per requirement are kept to the first
 * twenty, and the first of each further kind: a server that is wrong all the time is wrong once for the reader, but
 * one way of being wrong must not hide another.
 */
export class MonitorRun implements MonitorReport {
  readonly findings: (Finding & { requirement: string; peer: string })[] = [];
  readonly seen = new Map<string, Set<string>>();
  readonly readings: (Reading & { peer: string })[] = [];
  readonly cells = new Map<string, number>();
  /** How often each requirement was found broken, those that were not kept among them. */
  readonly counts = new Map<string, number>();
  readonly #one: Monitor;
  readonly #context: MonitorContext;
  readonly #states = new Map<string, Kept>();
  readonly #kinds = new Map<string, Set<string>>();
  readonly #report: Report;

  constructor(
    one: Monitor,
    context: MonitorContext,
    { keepsReadings = true }: { readonly keepsReadings?: boolean } = {},
  ) {
    this.#one = one;
    this.#context = context;
    this.#report = {
      saw: (requirement, event) => {
        let peers = this.seen.get(requirement);
        if (!peers) {
          peers = new Set();
          this.seen.set(requirement, peers);
        }
        peers.add(event.peer);
      },
      find: (requirement, finding, event) => this.#find(requirement, finding, event),
      reads: (point, value, event) => {
        if (!keepsReadings) return;
        const { scene } = context.recording;
        this.readings.push({ point, value, peer: event.peer, frame: event.seq, scene });
      },
      passes: (cell) => {
        this.cells.set(cell, (this.cells.get(cell) ?? 0) + 1);
      },
    };
  }

  /** States at hand. */
  get states(): number {
    return this.#states.size;
  }

  step(key: string, event: WireEvent): void {
    let entry = this.#states.get(key);
    if (!entry) {
      entry = this.begin(event);
      this.#states.set(key, entry);
    }
    this.take(entry, event);
  }

  /** A state of its own, for who keeps states without the help of keys. */
  begin(first: WireEvent): Kept {
    return { state: this.#one.start(this.#context), last: first };
  }

  take(kept: Kept, event: WireEvent): void {
    kept.last = event;
    this.#one.step(kept.state, event, this.#report, this.#context);
  }

  /** After the last event of a state. */
  finish({ state, last }: Kept): void {
    this.#one.end?.(state, last, this.#report, this.#context);
  }

  /** After the last event of a key. */
  end(key: string): void {
    const entry = this.#states.get(key);
    if (!entry) return;
    this.#states.delete(key);
    this.finish(entry);
  }

  endAll(): void {
    for (const key of [...this.#states.keys()]) this.end(key);
  }

  /** Lets go of a state of which the rest will not be seen: nothing is said of how it would have ended. */
  drop(key: string): void {
    this.#states.delete(key);
  }

  #find(requirement: string, finding: Omit<Finding, 'frame' | 'scene'>, event: WireEvent): void {
    let known = this.#kinds.get(requirement);
    if (!known) {
      known = new Set();
      this.#kinds.set(requirement, known);
    }
    const count = this.counts.get(requirement) ?? 0;
    this.counts.set(requirement, count + 1);
    if (known.size >= mostKinds) return;
    const kind = fingerprintKey(fingerprintOf(finding));
    if (count >= mostFindings && known.has(kind)) return;
    known.add(kind);
    const { scene } = this.#context.recording;
    this.findings.push({ ...finding, requirement, peer: event.peer, frame: event.seq, scene });
  }
}

/** Runs one monitor over one recording, event by event. */
export function watch(one: Monitor, context: MonitorContext): MonitorReport {
  const run = new MonitorRun(one, context);
  const places = placesOf(one.per, context);
  const states: Kept[] = [];
  let at = 0;
  for (const event of context.recording.events) {
    const place = places[at++] ?? nowhere;
    if (place === nowhere) continue;
    const kept = states[place] ?? run.begin(event);
    states[place] = kept;
    run.take(kept, event);
  }
  for (const kept of states) run.finish(kept);
  return run;
}

/** The place of an event that is none of a monitor's. */
const nowhere = -1;

/** Places by recording, since its dozens of monitors ask for the same ones. */
const placesKnown = new WeakMap<Recording, Map<Per, readonly number[]>>();

/** Under which number the state is kept that each event of a recording belongs to, counted as they come up. */
function placesOf(per: Per, context: MonitorContext): readonly number[] {
  const { recording } = context;
  let cached = placesKnown.get(recording);
  if (!cached) {
    cached = new Map();
    placesKnown.set(recording, cached);
  }
  const made = cached.get(per);
  // A recording grows until its drain, and what it has stays as it is.
  if (made?.length === recording.events.length) return made;
  const numbers = new Map<string, number>();
  const places = recording.events.map((event) => {
    const key = keyOf(per, event, context);
    if (key === undefined) return nowhere;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  cached.set(per, places);
  return places;
}

/** What an event is remembered by; undefined: it is none of that monitor's. */
export function keyOf(
  per: Per,
  event: WireEvent,
  context: Pick<MonitorContext, 'jobOf'>,
): string | undefined {
  switch (per) {
    case 'run':
      return '';
    case 'connection':
      return event.peer;
    case 'job':
      return event.kind === 'frame' ? context.jobOf(event) : undefined;
    case 'connection × job': {
      if (event.kind !== 'frame') return undefined;
      const job = context.jobOf(event);
      return job === undefined ? undefined : `${event.peer} ${job}`;
    }
  }
}
