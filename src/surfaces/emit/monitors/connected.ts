import type { SurfaceContract } from '../../../contract/contract.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import { validatorsOf } from '../../../contract/validators.ts';
import { instead } from '../../../suite/judgement.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { valueAt } from '../../../suite/pointer.ts';
import { messageOf, streamOf, typeOf } from '../message.ts';

/** Every space stream begins by saying where it stands; nothing in versions that do not ask for it. */
export function connected(contract: SurfaceContract<EmitRules>): Monitor[] {
  const { first = [], once = [], fields = [], types = [] } = contract.rules.connected ?? {};
  if (first.length === 0) return [];
  return [
    monitor({
      id: 'emit/always/connected-first',
      title: 'a space stream begins with connected, which tells where it stands, and says so once',
      surface: 'emit',
      per: 'connection',
      checks: [...first, ...once, ...fields, ...types],
      start: () => ({ frames: 0, said: 0 }),
      step(state, event, report, { recording }) {
        if (event.kind !== 'frame' || streamOf(recording, event.peer) !== 'space') return;
        const type = typeOf(event);
        const message = messageOf(event);
        state.frames += 1;
        if (state.frames === 1) {
          for (const id of first) report.saw(id, event);
          if (type !== 'connected') {
            const finding = { rule: 'not-connected', expected: 'connected first', actual: type ?? 'no type' };
            for (const id of first) report.find(id, finding, event);
          }
        }
        if (type !== 'connected' || !message) return;
        state.said += 1;
        for (const id of [...once, ...fields, ...types]) report.saw(id, event);
        if (state.said > 1) {
          const finding = {
            rule: 'again',
            expected: 'connected once',
            actual: `connected number ${state.said}`,
          };
          for (const id of once) report.find(id, finding, event);
        }
        for (const { requirement, expected, pointer } of validatorsOf(contract).violations(
          'messages/connected',
          message,
        )) {
          const at = pointer === '' ? '' : ` at ${pointer}`;
          report.find(
            requirement,
            {
              rule: `schema ${pointer}`,
              expected: `${expected}${at}`,
              ...instead(valueAt(message, pointer), pointer),
            },
            event,
          );
        }
      },
    }),
  ];
}
