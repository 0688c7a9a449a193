import { keepingLatest } from '../../../contract/latest-answer.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { WireEvent } from '../../../wire/event.ts';
import { messageOf, typeOf } from '../message.ts';

/** Milliseconds of a timestamp; NaN where it is none. */
const timeOf = keepingLatest((text) => Date.parse(text));
const timeOfHeader = keepingLatest((text) => Date.parse(text));

/** How far a timestamp may be from the target's own clock: its Date header counts whole seconds. */
const skewMs = 10_000;

/** Live events never go back in time on one connection. */
export function timeGoesOn(): Monitor {
  return monitor({
    id: 'emit/always/time-goes-on',
    title: 'the timestamps of a job never go back on one connection',
    surface: 'emit',
    per: 'connection × job',
    checks: ['E26bi'],
    start: () => ({ last: undefined as { at: number; text: string } | undefined }),
    step(state, event, report) {
      if (event.kind !== 'frame' || typeOf(event) === 'init') return;
      const text = messageOf(event)?.timestamp;
      const at = typeof text === 'string' ? timeOf(text) : Number.NaN;
      if (typeof text !== 'string' || Number.isNaN(at)) return;
      if (state.last) {
        report.saw('E26bi', event);
        if (at < state.last.at) {
          report.find(
            'E26bi',
            {
              rule: 'back-in-time',
              expected: `not before ${state.last.text}`,
              actual: text,
              pointer: '/timestamp',
            },
            event,
          );
        }
      }
      state.last = { at, text };
    },
  });
}

interface Clock {
  /** Milliseconds from our clock to the target's, as its last Date header had it. */
  offset: number | undefined;
  /** The first event that was dated too early. */
  behind: { readonly event: WireEvent; readonly finding: ReturnType<typeof skewed> } | undefined;
  agrees: boolean;
}

function skewed(text: string, off: number) {
  const actual = `${text}, ${Math.round(off / 1000)} s off`;
  return { rule: 'skew', expected: "the target's own time", actual, pointer: '/timestamp' };
}

/** Timestamps agree with the target's own clock, as its Date header tells it. */
export function clockAgrees(): Monitor {
  return monitor({
    id: 'emit/always/clock-agrees',
    title: "timestamps agree with the target's own clock",
    surface: 'emit',
    per: 'run',
    checks: ['E26i'],
    notStreamed: 'it needs the Date header of an HTTP answer, and every event of the run',
    start: (): Clock => ({ offset: undefined, behind: undefined, agrees: false }),
    step(state, event, report) {
      if (event.kind === 'exchange' || event.kind === 'opened') {
        const date = timeOfHeader(event.headers.date ?? '');
        if (!Number.isNaN(date)) state.offset = date - event.at;
      }
      if (event.kind !== 'frame' || state.offset === undefined || typeOf(event) === 'init') return;
      const text = messageOf(event)?.timestamp;
      const at = typeof text === 'string' ? timeOf(text) : Number.NaN;
      if (typeof text !== 'string' || Number.isNaN(at)) return;
      report.saw('E26i', event);
      const off = at - (state.offset + event.at);
      if (off > skewMs) report.find('E26i', skewed(text, off), event);
      else if (off < -skewMs) state.behind ??= { event, finding: skewed(text, off) };
      else state.agrees = true;
    },
    // An event may be sent late, and is then dated rightly: a clock that is behind is so for every event.
    end({ agrees, behind }, _last, report) {
      if (behind && !agrees) report.find('E26i', behind.finding, behind.event);
    },
  });
}
