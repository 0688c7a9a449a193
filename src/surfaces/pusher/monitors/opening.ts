import { isObject } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { dataOf, eventOf, protocolEvent } from '../message.ts';

/** A connection is greeted first, once, and with a socket id that no other connection of the run was given. */
export function opening({ protocol }: PusherRules): Monitor {
  const { first, once, unique } = protocol.established;
  return monitor({
    id: 'pusher/always/opening',
    title: 'connection_established comes first, once, and with a socket id of its own',
    surface: 'pusher',
    per: 'connection',
    checks: [...first, ...once, ...unique],
    start: () => ({ frames: 0, greetings: 0 }),
    step(state, event, report, { recording, shared }) {
      if (event.kind !== 'frame') return;
      const name = eventOf(event);
      state.frames += 1;
      if (state.frames === 1) {
        for (const id of first) {
          report.saw(id, event);
          if (name !== protocolEvent.established && name !== protocolEvent.error)
            report.find(
              id,
              {
                rule: 'not-first',
                expected: 'connection_established first',
                actual: name ?? event.text.slice(0, 80),
              },
              event,
            );
        }
      }
      if (name !== protocolEvent.established) return;
      state.greetings += 1;
      for (const id of once) {
        report.saw(id, event);
        if (state.greetings > 1)
          report.find(
            id,
            { rule: 'again', expected: 'one greeting', actual: `number ${state.greetings}` },
            event,
          );
      }
      const data = dataOf(event);
      const socketId = isObject(data) ? data.socket_id : undefined;
      if (typeof socketId !== 'string' || state.greetings > 1) return;
      const where = `${event.peer} of ${recording.scene}`;
      const holder = shared.get(socketId);
      shared.set(socketId, where);
      for (const id of unique) {
        report.saw(id, event);
        if (typeof holder === 'string' && holder !== where)
          report.find(
            id,
            {
              rule: 'shared-socket-id',
              expected: 'a socket id of its own',
              actual: `${socketId}, that of ${holder}`,
            },
            event,
          );
      }
    },
  });
}
