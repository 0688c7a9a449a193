import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { EmitRules } from '../../src/contract/rules.ts';
import { validatorsOf } from '../../src/contract/validators.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { failed, instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { valueAt } from '../../src/suite/pointer.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { isOpen } from './viewer-comparisons.ts';

/** That a space stream begins with `connected`, and what that says, in versions that ask for it. */
export function beginsConnected(made: Scene<EmitVerbs>, contract: SurfaceContract<EmitRules>): Case[] {
  const { first = [], fields = [], types = [] } = contract.rules.connected ?? {};
  if (first.length === 0) return [];
  const cases = judge(made, 'emit/space/connected', 'a space stream begins by saying where it stands', {
    ...each(first, isFirst),
    ...Object.fromEntries(
      [...fields, ...types].map((id) => [id, (view: View) => isWhole(view, contract, id)]),
    ),
  });
  return [{ ...cases, covers: ['space-begins'] }];
}

function isFirst(view: View): Judgement {
  if (!isOpen(view, 'space')) return untestable('the space stream did not open');
  const [frame] = view.frames('space');
  if (frame && typeOf(frame) === 'connected') return passed(['space']);
  return failed({
    rule: 'not-connected',
    expected: 'connected first',
    actual: frame ? (typeOf(frame) ?? 'no type') : 'no frame',
    ...(frame ? { frame: frame.seq } : {}),
  });
}

function isWhole(view: View, contract: SurfaceContract<EmitRules>, id: string): Judgement {
  const [frame] = view.frames('space', (one) => typeOf(one) === 'connected');
  const message = frame ? messageOf(frame) : undefined;
  if (!frame || !message) return untestable('the space stream did not say connected');
  const violation = validatorsOf(contract)
    .violations('messages/connected', message)
    .find(({ requirement }) => requirement === id);
  if (!violation) return passed(['space']);
  const { expected, pointer } = violation;
  return failed({
    rule: `schema ${pointer}`,
    expected: `${expected}${pointer === '' ? '' : ` at ${pointer}`}`,
    ...instead(valueAt(message, pointer), pointer),
    frame: frame.seq,
  });
}
