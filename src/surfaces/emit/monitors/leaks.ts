import type { EmitRules } from '../../../contract/rules.ts';
import { sightingOf } from '../../../suite/canary.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { messageOf, scopeOf, textOf, typeOf } from '../message.ts';
import { isSent } from '../withheld.ts';

/**
 * What must be hidden from a stripped viewer is planted under the name of the event type that carries it
 * (`checkpoint`, `result`, `error`) and looked for in every frame that viewer gets.
 */
export function leaks(rules: EmitRules): Monitor {
  const hidden = (type: string): readonly string[] => rules.events[type]?.data.stripped?.hidden ?? [];
  const byCanary: Readonly<Record<string, readonly string[]>> = {
    checkpoint: hidden('checkpoint'),
    result: hidden('completed'),
    error: [...hidden('dead'), ...hidden('retried')],
  };
  return monitor({
    id: 'emit/always/no-leaks',
    title: 'no frame of a progress viewer holds what was planted in results, errors and checkpoints',
    surface: 'emit',
    per: 'connection',
    checks: [...new Set(Object.values(byCanary).flat())],
    notStreamed: 'it looks for what a scene has planted',
    start: () => ({}),
    step(_state, event, report, { recording }) {
      if (event.kind !== 'frame' || scopeOf(recording, event.peer) !== 'stripped') return;
      const type = typeOf(event) ?? '';
      for (const [name, canary] of Object.entries(recording.canaries)) {
        const kind = name.split(':')[0] ?? '';
        const ids =
          kind === 'error'
            ? type === 'retried'
              ? hidden('retried')
              : type === 'dead'
                ? hidden('dead')
                : byCanary.error
            : byCanary[kind];
        if (!ids) continue;
        const carrier =
          { checkpoint: ['checkpoint'], result: ['completed'], error: ['retried', 'dead'] }[kind] ?? [];
        // Where what carries it is withheld, any frame would tell.
        const isTold = carrier.some((one) => isSent(rules, one, 'stripped'));
        if (carrier.includes(type) || !isTold) for (const id of ids) report.saw(id, event);
        const sighting = sightingOf(canary, textOf(event), messageOf(event));
        if (!sighting) continue;
        const actual = `a planted secret in a ${type || 'typeless'} event (canary "${name}", ${sighting.form}${sighting.at >= 0 ? `, byte ${sighting.at}` : ''})`;
        for (const id of ids)
          report.find(id, { rule: `leak ${kind}`, expected: 'nothing of it in any frame', actual }, event);
      }
    },
  });
}
