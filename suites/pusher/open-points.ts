import { type Case, judge } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { signatureIn } from '../../src/surfaces/pusher/auth-endpoint.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { isAsked } from './auth-endpoint.ts';
import { endOf, exchangeOf, reading, stillThere, wrong } from './frames.ts';

/** It runs alone, so that nobody else misses the token meanwhile; it is given back before the scene ends. */
const revokedMidway = scene<PusherVerbs>(
  'pusher',
  'pusher/revoked-midway',
  {
    title: 'a token is revoked while what it authorized is in use',
    phase: 'hostile',
    needs: ['ws', 'sign', 'auth', 'revoke'],
    cost: { jobs: 0, connections: 2 },
  },
  async ({ connections, endpoint, auth, clock, rules, waits }) => {
    const client = auth.client();
    const token = client?.tokens.api ?? '';
    const channel = rules.names.channel.replace('{id}', client?.id ?? '');
    const ask = async (step: string): Promise<string> => {
      const from = waits.position;
      const answer = await endpoint.request({
        name: 'auth',
        method: 'POST',
        encoding: 'form',
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        socket_id: connections.socketId('holder'),
        channel_name: channel,
      });
      waits.done(step, 'authorize', from, [answer.seq]);
      return signatureIn(answer) ?? '';
    };
    await Promise.all(['holder', 'bystander'].map((peer) => connections.connect(peer)));
    await connections.attempt('holder', channel, { step: 'subscribed', auth: await ask('before') });
    if (client) await clock.revoke(client);
    await ask('after');
    await connections.ping('holder', { step: 'fence holder' });
    await connections.ping('bystander', { step: 'fence bystander' });
    await clock.restore();
  },
);

function revokedReading(view: View): Judgement {
  view.step('subscribed');
  const fence = view.maybeStep('fence holder');
  if (!fence) return untestable('the revocation was not taken');
  const others = stillThere(view, 'bystander', 'fence bystander');
  if (others) return others;
  const closed = endOf(view, 'holder');
  const value = closed ? 'closes' : 'stays-open';
  return passed(['holder', 'bystander'], { readings: [reading('A37', value, closed)] });
}

function refusedAfterwards(view: View): Judgement {
  const before = exchangeOf(view, 'before');
  const after = exchangeOf(view, 'after');
  if (signatureIn(before) === undefined) return untestable('the token got no signature before either');
  if (after.status === 429 || after.status >= 500 || after.status === 0)
    return untestable(`the endpoint answered ${after.status}`);
  return signatureIn(after) === undefined
    ? passed(['auth'])
    : wrong('signed', 'no signature once the token is revoked', `status ${after.status} with auth`, after);
}

/** Scenes for what the documents leave open: they bring about that the target shows its reading. */
export const openPoints: { scenes: Scene<PusherVerbs>[]; cases: Case[] } = {
  scenes: [revokedMidway],
  cases: [
    judge(
      revokedMidway,
      'pusher/revoked-midway/auth-endpoint',
      'a token that is revoked gets no further signature',
      { D42: refusedAfterwards, M17: refusedAfterwards },
      // Tokens that were revoked before are tried at the auth endpoint.
      { when: isAsked, applies: { offers: ['revoke'] } },
    ),
    judge(
      revokedMidway,
      'pusher/revoked-midway/connection',
      'a connection that a revoked token authorized is closed or stays, and no other is touched',
      { PS11i: revokedReading },
      { when: isAsked, applies: { offers: ['revoke'] } },
    ),
  ],
};
