import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Recording } from '../../../suite/recording.ts';
import type { Frame } from '../../../wire/event.ts';
import { isForetold } from '../foretold.ts';
import { askedOf, indexesIn, inputOf, payloadsIn } from '../message.ts';

/** No answer comes twice, and no two payloads come in one frame. */
export function once(): Monitor {
  return monitor({
    id: 'beam/always/once',
    title: 'every payload of the handler comes once, in a frame of its own',
    surface: 'beam',
    per: 'connection × job',
    checks: ['B6', 'B7'],
    notStreamed: 'it needs the inputs that the verbs of a scene have sent',
    start: () => ({ outputs: 0, indexes: new Set<number>() }),
    step(state, event, report, { recording }) {
      if (event.kind !== 'frame') return;
      const job = inputOf(recording, event);
      if (!job || job.where !== event.peer) return;
      const asked = askedOf(job);
      if (asked === 'transform') {
        state.outputs += 1;
        report.saw('B6', event);
        if (state.outputs === 1) return;
        report.find(
          'B6',
          { rule: 'twice', expected: 'one answer', actual: `answer ${state.outputs}` },
          event,
        );
      }
      if (asked !== 'stream') return;
      report.saw('B7', event);
      const indexes = indexesIn(recording, event);
      for (const index of indexes) {
        if (state.indexes.has(index)) {
          const finding = { rule: 'twice', expected: 'each payload once', actual: `payload ${index} again` };
          report.find('B7', finding, event);
        }
        state.indexes.add(index);
      }
      const together = payloadsOf(recording, event, indexes.length);
      if (together > 1) {
        const actual = `${together} payloads in one frame`;
        report.find('B7', { rule: 'together', expected: 'a frame for each payload', actual }, event);
      }
    },
  });
}

function payloadsOf(recording: Recording, frame: Frame, indexes: number): number {
  const payloads = payloadsIn(frame).length;
  // What another handler than ours puts into one output is its own affair. It is asked last: it looks at every input.
  return payloads <= indexes || isForetold(recording) ? indexes : payloads;
}
