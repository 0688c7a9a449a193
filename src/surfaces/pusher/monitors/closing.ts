import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';

/** Codes of the protocol's own lie between 4000 and 4399. */
export function closing({ closing: rule }: PusherRules): Monitor {
  return monitor({
    id: 'pusher/always/closing',
    title: "the codes of the protocol's own lie between 4000 and 4399",
    surface: 'pusher',
    per: 'run',
    checks: rule.range,
    start: () => undefined,
    step(_state, event, report) {
      if (event.kind !== 'closed' || event.by !== 'them') return;
      for (const id of rule.range) {
        report.saw(id, event);
        if (event.code >= 4400)
          report.find(
            id,
            { rule: 'range', expected: 'a code from 4000 to 4399', actual: String(event.code) },
            event,
          );
      }
    },
  });
}
