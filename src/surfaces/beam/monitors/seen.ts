import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { stepWord } from '../map.ts';

/** Takes down which steps of a connection's life were on the wire. It judges nothing. */
export function seen(): Monitor {
  return monitor({
    id: 'beam/always/seen',
    title: 'which steps of a connection were seen',
    surface: 'beam',
    per: 'connection',
    checks: [],
    start: () => ({ isOpen: false, isAsked: false }),
    step(state, event, report) {
      switch (event.kind) {
        case 'opened':
          state.isOpen = true;
          return report.passes(stepWord('requested', 'admit'), event);
        case 'refused':
          return report.passes(stepWord('requested', 'refuse'), event);
        case 'sent':
          state.isAsked = true;
          return;
        case 'frame':
          // What comes unasked, such as a heartbeat, answers no input.
          if (state.isAsked) report.passes(stepWord('open', 'input'), event);
          return;
        case 'closed':
          if (state.isOpen) report.passes(stepWord('open', 'close'), event);
      }
    },
  });
}
