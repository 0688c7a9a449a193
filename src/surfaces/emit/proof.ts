import type { Recording } from '../../suite/recording.ts';
import { streamOf, textOf } from './message.ts';

/**
 * Connections that have shown this scene's nonce, which stands in the names of its jobs and in the data
 * of its progress, or something that was planted: only a server that did what this scene asked for can
 * have sent it there. `rest` is
 * proven by a stream that showed a job made over REST.
 */
export function provenPeers(recording: Recording): ReadonlySet<string> {
  const proven = new Set<string>();
  const marks = [recording.nonce, ...Object.values(recording.canaries)];
  for (const event of recording.events) {
    if (event.kind !== 'frame' || proven.has(event.peer)) continue;
    if (streamOf(recording, event.peer) === undefined) continue;
    const text = textOf(event);
    if (marks.some((mark) => text.includes(mark))) proven.add(event.peer);
  }
  if (proven.size > 0) proven.add('rest');
  return proven;
}
