import type { EmitRules } from '../../../contract/rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { scopeOf, streamOf, typeOf } from '../message.ts';
import { withheldBy } from '../withheld.ts';

/** A viewer who is to be sent a few types is sent no other; nothing in versions that withhold nothing. */
export function withheld(rules: EmitRules): Monitor[] {
  const ids = new Set(
    Object.values(rules.events).flatMap(({ data }) => [
      ...(data.full?.withheld ?? []),
      ...(data.stripped?.withheld ?? []),
    ]),
  );
  if (ids.size === 0) return [];
  return [
    monitor({
      id: 'emit/always/withheld',
      title: 'a progress viewer is sent no event that is to be withheld from it',
      surface: 'emit',
      per: 'connection',
      checks: [...ids],
      start: () => ({}),
      step(_state, event, report, { recording }) {
        if (event.kind !== 'frame' || streamOf(recording, event.peer) !== 'job') return;
        const scope = scopeOf(recording, event.peer);
        const type = typeOf(event);
        if (scope !== 'stripped' || type === undefined) return;
        for (const id of ids) report.saw(id, event);
        for (const id of withheldBy(rules, type, scope) ?? []) {
          report.find(
            id,
            { rule: `not-withheld ${type}`, expected: 'init, progress and completed alone', actual: type },
            event,
          );
        }
      },
    }),
  ];
}
