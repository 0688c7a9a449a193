import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { stepWord } from '../map.ts';
import { isOurs, statusOf } from '../message.ts';
import { isForUs } from '../standing.ts';
import { isWhole } from './order.ts';

/** Takes down which steps of a job's life were on the wire. It judges nothing. */
export function seen(rules: PusherRules, dialect: string): Monitor {
  const { initial = '', transitions = [] } = rules.dialects[dialect]?.automaton ?? {};
  return monitor({
    id: 'pusher/always/seen',
    title: 'which steps of a job were seen',
    surface: 'pusher',
    per: 'connection × job',
    checks: [],
    applies: { role: 'application' },
    start: () => ({ last: undefined as string | undefined }),
    step(state, event, report, context) {
      if (event.kind !== 'frame' || isOurs(context.recording, event)) return;
      const status = statusOf(event);
      if (status === undefined || !isForUs(context.recording, event)) return;
      // Whoever came midway cannot tell what a job's first event followed.
      const from = state.last ?? (isWhole(event, context) ? initial : undefined);
      if (transitions.some((one) => one.from === from && one.to === status && one.event === status))
        report.passes(stepWord(from ?? '', status), event);
      state.last = status;
    },
  });
}
