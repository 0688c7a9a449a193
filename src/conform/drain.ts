import type { Recorder } from '../suite/recorder.ts';
import type { Recording } from '../suite/recording.ts';

/**
 * How long watched connections stay open after the last scene: 20 times the run's median delivery
 * time, at least 200 ms and at most 5 s, times the multiplier.
 */
export function drainMs(recordings: Iterable<Recording>, multiplier: number): number {
  const deliveries: number[] = [];
  for (const recording of recordings) {
    for (const step of recording.steps) {
      const first = recording.events[step.from];
      const frame = recording.events[step.events[0] ?? -1];
      if (step.outcome === 'ok' && first && frame?.kind === 'frame' && frame.at >= first.at) {
        deliveries.push(frame.at - first.at);
      }
    }
  }
  deliveries.sort((a, b) => a - b);
  const median = deliveries[Math.floor(deliveries.length / 2)] ?? 10;
  return Math.min(5000, Math.max(200, 20 * median)) * multiplier;
}

/** Pings every open connection of some recordings, waits, and closes them politely, all at once. */
export async function drain(recorders: readonly Recorder[], ms: number): Promise<void> {
  const peers = recorders.flatMap((recorder) => recorder.peers).filter((peer) => peer.isOpen);
  for (const peer of peers) peer.ping();
  if (peers.length > 0 && ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  await Promise.all(recorders.flatMap((recorder) => recorder.peers).map((peer) => peer.close(1000, 500)));
}
