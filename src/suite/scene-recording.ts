import { type Json, type JsonObject, parseJson } from '../contract/json.ts';
import type { NewEvent, WireEvent } from '../wire/event.ts';
import type { Call, Job, PeerRecord, Recording, Step } from './recording.ts';

/** What a connection is for, as a scene would have written it down. */
type About = Readonly<Record<string, string>>;

/** One thing that happened in a scene. `as` is a label by which a recording that is `like` this one changes it. */
export type SceneLine = { readonly as?: string } & (
  | { readonly opens: string; readonly about?: About }
  | { readonly refuses: string; readonly status: number; readonly about?: About }
  | { readonly silent: string; readonly about?: About }
  /** An object or array is a frame with that JSON, a string is its raw text. `proof`: what the handler's key said. */
  | { readonly to: string; readonly frame: Json; readonly proof?: 'valid' | 'wrong' }
  | { readonly from: string; readonly sent: Json }
  | { readonly pong: string }
  | { readonly closes: string; readonly code: number; readonly by: 'us' | 'them' }
  | {
      readonly job: string;
      readonly id: string;
      readonly where: string;
      readonly nonce?: string;
      readonly about?: JsonObject;
    }
  | { readonly call: string; readonly of: string; readonly body?: Json; readonly accepted?: boolean }
  /** The subscription sent last on that connection was right, or wrong: what a server must make of it. */
  | { readonly proves: 'granted' | 'refused'; readonly on: string; readonly channel: string }
  /** A step that ends here; `sees`: it waited for what came last on those connections. */
  | {
      readonly step: string;
      readonly verb?: string;
      readonly sees?: readonly string[];
      readonly owns?: string;
      readonly missed?: string;
    }
);

/** An entry of `specs/<surface>/samples/scenes.yaml`: a scene as it went, and what a judge must make of it. */
export interface SceneEntry {
  readonly name: string;
  readonly fails: readonly string[];
  /** Requirements of which a check must pass; a recording that nothing can be judged from is no good one. */
  readonly passes?: readonly string[];
  readonly scene?: string;
  readonly dialect?: string;
  readonly nonce?: string;
  readonly canaries?: Readonly<Record<string, string>>;
  readonly lines?: readonly SceneLine[];
  /** The recording that this one is like, but for `replace` (label → lines in its stead) and `after`. */
  readonly like?: string;
  readonly replace?: Readonly<Record<string, readonly SceneLine[]>>;
  readonly after?: Readonly<Record<string, readonly SceneLine[]>>;
}

/** An entry with all that it takes over from the one it is like. */
export type WholeScene = Required<Omit<SceneEntry, 'like' | 'replace' | 'after'>>;

/**
 * Entries with all that they take over from others.
 * @throws Error where one is like none, changes a label that is not there, or lacks its scene.
 */
export function wholeScenes(entries: readonly SceneEntry[]): readonly WholeScene[] {
  const whole = new Map<string, WholeScene>();
  for (const entry of entries) {
    const base = entry.like === undefined ? undefined : whole.get(entry.like);
    if (entry.like !== undefined && !base)
      throw new Error(`${entry.name}: there is no ${entry.like} above it`);
    const { like: _like, replace = {}, after = {}, ...own } = entry;
    const { scene = base?.scene, dialect = base?.dialect } = own;
    if (scene === undefined || dialect === undefined)
      throw new Error(`${entry.name}: no scene or no dialect`);
    const from = own.lines ?? base?.lines ?? [];
    for (const label of [...Object.keys(replace), ...Object.keys(after)]) {
      const count = from.filter((line) => line.as === label).length;
      if (count !== 1) throw new Error(`${entry.name}: ${count} lines are labelled ${label}`);
    }
    const lines = from.flatMap((line) => [
      ...((line.as !== undefined && replace[line.as]) || [line]),
      ...((line.as !== undefined && after[line.as]) || []),
    ]);
    whole.set(entry.name, {
      nonce: base?.nonce ?? 'a-nonce',
      canaries: base?.canaries ?? {},
      passes: [],
      ...own,
      scene,
      dialect,
      lines,
    });
  }
  return [...whole.values()];
}

/** A recording as the scene would have left it, each event a millisecond after the one before. */
export function recordingOf(entry: WholeScene): Recording {
  const { scene, nonce, canaries } = entry;
  const events: WireEvent[] = [];
  const steps: Step[] = [];
  const peers: Record<string, PeerRecord> = {};
  const jobs: Record<string, Job & { calls: Call[] }> = {};
  const add = (event: NewEvent): number => {
    events.push({ ...event, seq: events.length, at: events.length } as WireEvent);
    return events.length - 1;
  };
  const lastOn = (peer: string, kind: WireEvent['kind']): number =>
    events.findLastIndex((event) => event.peer === peer && event.kind === kind);
  const dial = (peer: string, about: About = {}): void => {
    peers[peer] = { name: peer, about };
    add({ kind: 'dial', peer, url: 'wss://sample.test/', headers: {} });
  };
  for (const line of entry.lines) {
    if ('opens' in line) {
      dial(line.opens, line.about);
      add({ kind: 'opened', peer: line.opens, headers: {} });
    } else if ('refuses' in line) {
      dial(line.refuses, line.about);
      add({ kind: 'refused', peer: line.refuses, status: line.status, headers: {}, body: '' });
    } else if ('silent' in line) {
      dial(line.silent, line.about);
      add({ kind: 'unreachable', peer: line.silent, why: 'silent', error: 'no answer' });
    } else if ('to' in line) {
      const text = typeof line.frame === 'string' ? line.frame : JSON.stringify(line.frame);
      const message = parseJson(text);
      add({
        kind: 'frame',
        peer: line.to,
        text,
        binary: false,
        bytes: Buffer.byteLength(text),
        ...(message === undefined ? {} : { message }),
      });
      if (line.proof) add({ kind: 'fact', peer: line.to, name: 'proof', value: line.proof });
    } else if ('sent' in line) {
      const text = typeof line.sent === 'string' ? line.sent : JSON.stringify(line.sent);
      add({ kind: 'sent', peer: line.from, text, binary: false });
    } else if ('pong' in line) {
      add({ kind: 'pong', peer: line.pong, by: 'them' });
    } else if ('closes' in line) {
      add({ kind: 'closed', peer: line.closes, by: line.by, code: line.code, reason: '' });
    } else if ('job' in line) {
      const { job: name, id, where, about = {} } = line;
      jobs[name] = { name, id, where, about, nonce: line.nonce ?? nonce, calls: [], from: events.length };
    } else if ('call' in line) {
      const { call: verb, of, body = {}, accepted = true } = line;
      const seq = add({ kind: 'timer', peer: 'rest', what: `${verb} ${of}`, ms: 0 });
      jobs[of]?.calls.push({ verb, body, accepted, seq });
    } else if ('proves' in line) {
      const { proves: expects, on: peer, channel } = line;
      add({ kind: 'fact', peer, name: 'proof', value: { expects, channel, sent: lastOn(peer, 'sent') } });
    } else {
      const { step: name, verb = 'await', sees = [], owns, missed } = line;
      const from = steps.at(-1)?.to ?? 0;
      steps.push({
        n: steps.length + 1,
        name,
        verb,
        outcome: missed === undefined ? 'ok' : 'miss',
        events: sees.map((peer) => lastOn(peer, 'frame')),
        from,
        to: events.length,
        ...(owns === undefined ? {} : { owns }),
        ...(missed === undefined ? {} : { reason: missed }),
      });
    }
  }
  return {
    scene,
    target: 'sample',
    nonce,
    startedAt: 0,
    ending: { kind: 'done' },
    steps,
    jobs,
    peers,
    events,
    canaries: { ...canaries },
  };
}
