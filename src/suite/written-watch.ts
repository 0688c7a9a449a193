import type { Frame } from '../wire/event.ts';
import { type Monitor, type MonitorContext, type MonitorReport, watch } from './monitor.ts';
import type { Recording } from './recording.ts';
import { type Written, written } from './written-recording.ts';

/** What the target is, and how its frames name their job, as far as a monitor under test asks. */
export interface Watching extends Partial<Pick<MonitorContext, 'role' | 'dialect' | 'shared'>> {
  readonly jobOf?: (recording: Recording, frame: Frame) => string | undefined;
}

/** What a monitor says of a recording written by hand, in words short enough for a table; for tests. */
export interface Said {
  /** `requirement rule @n`: n is the position of the frame that shows it. */
  readonly found: readonly string[];
  /** `requirement peer`: where that requirement could be judged. */
  readonly judged: readonly string[];
  /** `point=value @n`. */
  readonly read: readonly string[];
}

/** Runs a monitor over a recording written by hand; for tests. */
export function said(one: Monitor, recorded: Written, watching: Watching = {}): Said {
  const { findings, seen, readings } = watched(one, recorded, watching);
  return {
    found: findings.map(({ requirement, rule, frame }) => `${requirement} ${rule} @${frame}`),
    judged: [...seen].flatMap(([id, peers]) => [...peers].map((peer) => `${id} ${peer}`)),
    read: readings.map(({ point, value, frame }) => `${point}=${value} @${frame}`),
  };
}

/** What of the rules the target went through, as the monitor saw it: `cell × n`; for tests. */
export function passedBy(one: Monitor, recorded: Written, watching: Watching = {}): readonly string[] {
  return [...watched(one, recorded, watching).cells].map(([cell, times]) => `${cell} × ${times}`);
}

/** What each finding says that there was, as a person reads it; for tests. */
export function shownBy(one: Monitor, recorded: Written, watching: Watching = {}): readonly string[] {
  return watched(one, recorded, watching).findings.map(({ actual }) => actual);
}

/** What each finding says that there should have been; for tests. */
export function expectedBy(one: Monitor, recorded: Written, watching: Watching = {}): readonly string[] {
  return watched(one, recorded, watching).findings.map(({ expected }) => expected);
}

function watched(one: Monitor, recorded: Written, watching: Watching): MonitorReport {
  const recording = written(recorded);
  const { jobOf = () => undefined, ...context } = watching;
  return watch(one, {
    dialect: '',
    role: 'application',
    shared: new Map(),
    ...context,
    recording,
    jobOf: (frame) => jobOf(recording, frame),
  });
}
