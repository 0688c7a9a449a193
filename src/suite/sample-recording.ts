import { type Json, parseJson } from '../contract/json.ts';
import type { Requirement } from '../contract/requirement.ts';
import type { NewEvent, WireEvent } from '../wire/event.ts';
import { watch } from './monitor.ts';
import type { Job, Recording } from './recording.ts';
import type { Suite } from './surface.ts';

/** An entry of `specs/<surface>/samples/recordings.yaml`: what one connection got, and what that breaks. */
export interface SampleEntry {
  readonly name: string;
  /** An object or array is a frame with that JSON, a string is the raw text of a frame. */
  readonly frames: readonly Json[];
  /** Requirements that a judge must find broken; none: a good recording. */
  readonly fails: readonly string[];
  readonly dialect?: string;
}

/** What a recording holds besides the frames, by surface. */
export interface SampleSetting {
  /** What the connection is for, as a scene would have written it down. */
  readonly about: Readonly<Record<string, string>>;
  readonly jobs?: (events: readonly WireEvent[]) => readonly Job[];
  readonly canaries?: Readonly<Record<string, string>>;
  /** What happened right after a frame: a subscription that was sent, a fact that was established. */
  readonly after?: (message: Json | undefined) => readonly NewEvent[];
}

/** The name of the one connection. */
export const samplePeer = 'viewer';

/** An entry as the recording of a scene that opened one connection and saw these frames. */
export function sampleRecording(entry: SampleEntry, setting: SampleSetting): Recording {
  const events: WireEvent[] = [];
  const add = (event: NewEvent): void => {
    events.push({ ...event, seq: events.length, at: events.length } as WireEvent);
  };
  add({ kind: 'dial', peer: samplePeer, url: 'wss://sample.test/', headers: {} });
  add({ kind: 'opened', peer: samplePeer, headers: {} });
  for (const frame of entry.frames) {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    const message = parseJson(text);
    add({
      kind: 'frame',
      peer: samplePeer,
      text,
      binary: false,
      bytes: Buffer.byteLength(text),
      ...(message === undefined ? {} : { message }),
    });
    for (const event of setting.after?.(message) ?? []) add(event);
  }
  add({ kind: 'closed', peer: samplePeer, by: 'us', code: 1000, reason: '' });
  return {
    scene: entry.name,
    target: 'sample',
    nonce: 'no-such-nonce',
    startedAt: 0,
    ending: { kind: 'done' },
    steps: [],
    jobs: Object.fromEntries(
      (setting.jobs?.(events) ?? []).map((job) => [job.name, { ...job, calls: [...job.calls] }]),
    ),
    peers: { [samplePeer]: { name: samplePeer, about: setting.about } },
    events,
    canaries: { ...setting.canaries },
  };
}

/** A job that the samples speak of: nobody called anything for it, as the frames are all there is. */
export function sampleJob(id: string, more: Partial<Pick<Job, 'about' | 'where' | 'from'>>): Job {
  return { name: id, id, where: 'sample', nonce: 'no-such-nonce', calls: [], from: 0, about: {}, ...more };
}

/** Requirements that a judge got wrong in a recording: found and not named, or named and not found. */
export interface Disagreement {
  readonly surplus: readonly string[];
  readonly missed: readonly string[];
}

/**
 * Holds what a suite's monitors find broken in a recording against what the entry says. A requirement that
 * includes one that is named is broken along with it.
 */
export function disagreement(
  entry: SampleEntry,
  recording: Recording,
  suite: Suite,
  dialect: string,
  requirements: readonly Requirement[],
): Disagreement {
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const found = new Map<string, string>();
  const shared = new Map<string, unknown>();
  for (const monitor of suite.monitors) {
    const { findings } = watch(monitor, {
      recording,
      dialect,
      role: 'application',
      jobOf: (frame) => suite.surface.jobOf(recording, frame),
      shared,
    });
    for (const { requirement, rule, expected, actual } of findings) {
      // What a monitor does not declare is dropped by the runner: a finding nobody would ever see.
      if (!monitor.checks.includes(requirement))
        throw new Error(`${monitor.id} does not declare ${requirement}`);
      const own = memberOf(requirement, dialect, byId);
      if (own !== undefined) found.set(own, `${monitor.id}: ${rule}: expected ${expected}, got ${actual}`);
    }
  }
  const named = entry.fails.map((id) => memberOf(id, dialect, byId) ?? id);
  const isNamed = (id: string): boolean =>
    named.includes(id) || (byId.get(id)?.includes.some((part) => named.includes(part)) ?? false);
  return {
    surplus: [...found].filter(([id]) => !isNamed(id)).map(([id, why]) => `${id}: ${why}`),
    missed: named.filter((id) => !found.has(id)),
  };
}

/** The member of a requirement's group that speaks for a dialect; undefined where it does not apply there. */
function memberOf(id: string, dialect: string, byId: ReadonlyMap<string, Requirement>): string | undefined {
  const members = (byId.get(id)?.group ?? [])
    .flatMap((member) => byId.get(member) ?? [])
    .filter(({ applies }) => applies.dialects?.includes(dialect) ?? true);
  const own = members.filter(({ applies }) => applies.dialects?.length === 1);
  return (own[0] ?? members.find((row) => row.id === id) ?? members[0])?.id;
}
