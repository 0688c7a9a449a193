import { type Case, judge } from '../../src/suite/case.ts';
import { failed, type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';

/** Half the time passes, then the rest: a timer that runs out early shows at the fence between the two. */
const inTwoSteps = scene<EmitVerbs>(
  'emit',
  'emit/timeout-in-two-steps',
  {
    title: 'the delivery timeout of a job, half of it and then the rest',
    needs: ['jobs', 'token:read', 'control'],
    cost: { jobs: 1, connections: 1 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 1, timeoutSeconds: 600 });
    await emit.watch('viewer', 'job');
    await emit.act('job', 'poll');
    await emit.advance('job', 300, 'half');
    await emit.ping('viewer', 'half-time');
    await emit.advance('job', 301, 'rest');
    await emit.await('over', ['viewer'], 'job', 'delivery_timeout', { owns: 'E36' });
    await emit.act('job', 'poll', {}, 'poll again', 'E36i');
    await emit.act('job', 'ack');
    const from = emit.position;
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('proof', ['viewer'], 'job', 'completed', { from });
  },
);

function onTime(view: View): Judgement {
  const half = view.step('half-time');
  const early = view.frames(
    'viewer',
    (frame) => typeOf(frame) === 'delivery_timeout' && frame.seq < half.to,
  )[0];
  if (early) {
    return failed({
      rule: 'early',
      expected: 'no delivery_timeout after half of timeoutSeconds',
      actual: 'there it was',
      frame: early.seq,
    });
  }
  view.step('over');
  return passed(['viewer']);
}

export const clock: { scenes: Scene<EmitVerbs>[]; cases: Case[] } = {
  scenes: [inTwoSteps],
  cases: [
    judge(
      inTwoSteps,
      'emit/clock/delivery-timeout',
      'a delivery timeout comes when timeoutSeconds are over, not before',
      {
        E36bi: onTime,
        E36: (view) => passed(view.step('over').outcome === 'ok' ? ['viewer'] : []),
        E36i: (view) => passed(view.step('poll again').outcome === 'ok' ? ['viewer'] : []),
      },
      // The flow of the same name has the real-time path.
      { applies: { offers: ['control'] } },
    ),
  ],
};
