import type { Ending } from '../evidence/stage-record.ts';
import type { BulkDriver } from './driver.ts';

/** Pods have to be scheduled, and their image to be fetched. */
const patienceMs = 10 * 60_000;

/**
 * Generators that somebody else starts, on other machines as a rule: they run the k6 script of the surface, find the
 * coordinator by their environment, and are done for good when they are told to stop.
 */
export function externalDriver(members: number): BulkDriver {
  return {
    name: 'k6',
    version: 'started elsewhere',
    members,
    patienceMs,
    start: async () => {
      const ending: Ending = { name: 'k6', code: 0, signal: null };
      return {
        // Nobody here knows theirs; it is watched for CPU, and there is none to see.
        pid: 0,
        members,
        // That one was lost is seen by its connection.
        ended: new Promise<Ending>(() => {}),
        stop: async () => ending,
      };
    },
  };
}
