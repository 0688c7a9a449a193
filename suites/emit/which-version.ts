import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { EmitRules } from '../../src/contract/rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { failed, type Judgement, passed } from '../../src/suite/judgement.ts';
import { scene } from '../../src/suite/scene.ts';
import { admitted, refused } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import { typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { isSent } from '../../src/surfaces/emit/withheld.ts';
import { beginsConnected } from './space-begins.ts';

/**
 * One job, and whatever tells the versions apart: who is let in without a token, what a progress viewer is sent, and
 * with what a space stream begins. The same in every version, so that one recording can be judged by each.
 */
export const whichVersion = scene<EmitVerbs>(
  'emit',
  'emit/which-version',
  {
    title: 'what tells the versions of the document apart',
    needs: ['jobs', 'verb:checkpoint', 'token:read', 'token:progress'],
    cost: { jobs: 1, connections: 4 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.watchSpace('space');
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('full', 'job');
    await emit.watch('low', 'job', { credential: 'progress' });
    await emit.attempt('nobody', 'job', 'none', { job: 'job' });
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    await emit.act('job', 'progress', { percent: 50, message: 'half', nonce: emit.nonce, n: 1 });
    await emit.act('job', 'checkpoint', { nonce: emit.nonce });
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('end', ['full', 'low'], 'job', 'completed');
    for (const peer of ['full', 'low']) await emit.ping(peer, `fence ${peer}`);
  },
);

/** What one version says of it. */
export function versionCases(contract: SurfaceContract<EmitRules>): Case[] {
  const { rules } = contract;
  const types = ['delivered', 'acked', 'progress', 'checkpoint', 'completed'];
  const sent = types.filter((type) => isSent(rules, type, 'stripped'));
  const { admits, refuses } = rules.streams.job;
  return [
    ...judgeEach(whichVersion, sent, (type) => ({
      id: `emit/version/${type}-for-progress`,
      title: `a progress viewer is sent ${type}`,
      checks: each(rules.lowView.told, (view) => isTold(view, type)),
    })),
    ...judgeEach(whichVersion, [admits.none ?? {}], () => ({
      id: 'emit/version/without-a-token',
      title: 'who has no token is let in or not',
      checks: {
        ...each(admits.none?.requirements ?? [], (view) => admitted(view, 'nobody')),
        ...each(refuses.none?.refused ?? [], (view) => refused(view, { attempt: 'nobody', twin: 'full' })),
      },
    })),
    ...beginsConnected(whichVersion, contract),
  ];
}

function isTold(view: View, type: string): Judgement {
  view.step('end');
  if (view.frames('low', (frame) => typeOf(frame) === type).length > 0) return passed(['low']);
  return failed({ rule: `missing ${type}`, expected: `a ${type} event`, actual: 'none' });
}
