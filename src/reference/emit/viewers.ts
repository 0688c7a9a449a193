import type { Outbox } from '../outbox.ts';
import type { StreamKind } from './admission.ts';
import type { Job } from './job.ts';
import type { Token } from './tokens.ts';

/** One open stream. */
export interface Viewer {
  readonly stream: StreamKind;
  /** The job or the space that is watched. */
  readonly id: string;
  /** `full` or `stripped`. */
  readonly scope: string;
  readonly token: Token | undefined;
  readonly outbox: Outbox;
}

/** Everybody who watches, found by what they watch. */
export interface Viewers {
  readonly add: (viewer: Viewer) => void;
  readonly remove: (viewer: Viewer) => void;
  /** Viewers of a job, and of the space it is in. */
  readonly of: (job: Pick<Job, 'id' | 'space'>) => Iterable<Viewer>;
  readonly all: () => Iterable<Viewer>;
}

export function createViewers(): Viewers {
  const groups = new Map<string, Set<Viewer>>();
  const keyOf = ({ stream, id }: Pick<Viewer, 'stream' | 'id'>): string => `${stream} ${id}`;
  const groupOf = (stream: StreamKind, id: string): Iterable<Viewer> =>
    groups.get(keyOf({ stream, id })) ?? [];
  return {
    add(viewer) {
      const group = groups.get(keyOf(viewer)) ?? new Set();
      groups.set(keyOf(viewer), group.add(viewer));
    },
    remove(viewer) {
      const group = groups.get(keyOf(viewer));
      group?.delete(viewer);
      if (group?.size === 0) groups.delete(keyOf(viewer));
    },
    *of(job) {
      yield* groupOf('job', job.id);
      yield* groupOf('space', job.space);
    },
    *all() {
      for (const group of groups.values()) yield* group;
    },
  };
}
