import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { askedOf, indexesIn, inputOf } from '../message.ts';

/** Transforms of one connection are answered in the order in which they were sent. */
export function firstInFirstOut(): Monitor {
  return monitor({
    id: 'beam/always/first-in-first-out',
    title: 'transforms on one connection are answered in their order',
    surface: 'beam',
    per: 'connection',
    checks: ['B6i'],
    notStreamed: 'it needs the inputs that the verbs of a scene have sent',
    start: () => ({
      answered: new Set<string>(),
      latest: undefined as { name: string; from: number } | undefined,
    }),
    step(state, event, report, { recording }) {
      if (event.kind !== 'frame') return;
      const job = inputOf(recording, event);
      if (!job || job.where !== event.peer || askedOf(job) !== 'transform' || state.answered.has(job.id))
        return;
      state.answered.add(job.id);
      const { latest } = state;
      if (latest) report.saw('B6i', event);
      if (latest && job.from < latest.from) {
        const expected = `the answer to ${job.name} before that to ${latest.name}`;
        report.find('B6i', { rule: 'overtaken', expected, actual: 'after it' }, event);
        return;
      }
      state.latest = { name: job.name, from: job.from };
    },
  });
}

/** The payloads of a stream arrive in the order of their index. */
export function streamsInOrder(): Monitor {
  return monitor({
    id: 'beam/always/stream-order',
    title: 'the payloads of a stream arrive in the order in which the handler produced them',
    surface: 'beam',
    per: 'connection × job',
    checks: ['B7i'],
    notStreamed: 'it needs the inputs that the verbs of a scene have sent',
    start: () => ({ seen: new Set<number>(), highest: Number.NEGATIVE_INFINITY }),
    step(state, event, report, { recording }) {
      if (event.kind !== 'frame') return; // For the compiler: what is kept by job is a frame.
      const job = inputOf(recording, event);
      if (!job || job.where !== event.peer || askedOf(job) !== 'stream') return;
      for (const index of indexesIn(recording, event)) {
        // A second coming is another rule's finding.
        if (state.seen.has(index)) continue;
        if (state.seen.size > 0) report.saw('B7i', event);
        state.seen.add(index);
        if (index < state.highest) {
          const expected = `payload ${index} before payload ${state.highest}`;
          report.find('B7i', { rule: 'order', expected, actual: 'after it', pointer: '/index' }, event);
        }
        state.highest = Math.max(state.highest, index);
      }
    },
  });
}
