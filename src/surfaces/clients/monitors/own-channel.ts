import type { PusherClientRules } from '../../../contract/client-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { authorizationOf, subscriptionOf } from '../seen.ts';

/** Nothing but its own channel is asked for, at the auth endpoint or on the wire, in the whole run. */
export function ownChannel({ channel: rule }: PusherClientRules): Monitor {
  return monitor({
    id: 'pusher-client/always/own-channel',
    title: 'the client asks for its own private channel and for no other',
    surface: 'pusher',
    per: 'run',
    checks: rule.own,
    start: () => ({}),
    step(_state, event, report) {
      const asked = subscriptionOf(event) ?? authorizationOf(event);
      if (asked === undefined) return;
      for (const id of rule.own) {
        report.saw(id, event);
        if (asked.own) continue;
        const actual = asked.channel.slice(0, 160);
        report.find(
          id,
          { rule: 'foreign-channel', expected: 'its own channel', actual, shape: 'channel' },
          event,
        );
      }
    },
  });
}
