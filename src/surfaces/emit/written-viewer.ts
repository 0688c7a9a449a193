import type { Json } from '../../contract/json.ts';
import type { Call } from '../../suite/recording.ts';
import { on } from '../../suite/written-recording.ts';
import type { NewEvent } from '../../wire/event.ts';

/** The job and the space that most tests are about. */
export const [jobId, jobName, spaceId] = ['01JLQX0000000000000000AAAA', 'report', 'S1'];

/** A viewer as its connection shows it: what it is for, and what it gets; for tests. */
export function writtenViewer(peer: string, about: Readonly<Record<string, string>> = {}) {
  const { frame } = on(peer);
  return {
    ...on(peer),
    /** What its connection is for, for the recording: the whole view of one job, unless told otherwise. */
    about: {
      [peer]: { stream: 'job', scope: 'full', credential: 'read', space: spaceId, job: jobId, ...about },
    },
    /** An event about the job; `undefined` takes a key away. */
    event: (type: string, more: object = {}): NewEvent =>
      frame(JSON.stringify({ jobId, jobName, type, ...more })),
    says: (message: Json): NewEvent => frame(JSON.stringify(message)),
    /** The same bytes in a binary frame. */
    binary: (text: string): NewEvent => {
      const bytes = Buffer.from(text);
      return { kind: 'frame', peer, text: bytes.toString('base64'), binary: true, bytes: bytes.length };
    },
    /** What the viewer itself sends, in bytes, which is recorded much like what it gets. */
    sends: (message: Json): NewEvent => {
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      return { kind: 'sent', peer, text, binary: true };
    },
  };
}

/** A view of a space. */
export const aboutSpace = { stream: 'space', job: '' };
/** What a viewer with a progress token is let in as. */
export const aboutLow = { scope: 'stripped', credential: 'progress' };

/** A job as a scene would have made it; for tests. */
export function emitJob(
  name: string,
  { id = jobId, where = spaceId, from = 0, calls = [] as Call[], about = {} as Record<string, Json> } = {},
) {
  return { [name]: { name, id, where, nonce: 'a-nonce', calls, from, about: { jobName, ...about } } };
}

/** A call of the worker, recorded at a position. */
export function called(verb: string, seq: number, body: Json = null, accepted = true): Call {
  return { verb, seq, body, accepted };
}
