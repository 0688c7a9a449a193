import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { dataOf, eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import { fill } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import { type AnswerTo, claimant, claimCases, granted, tryClaims } from './claims.ts';
import { endOf, said, wrong } from './frames.ts';

/** Connections that say which user they are. */
export function signIn({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const feature = rules.features['sign-in'];
  const made = signInScene(rules);
  return {
    scenes: [made],
    cases: [
      ...claimCases(made, 'sign-in', feature.rows, 'a sign-in', answerTo, (name) => {
        const row = feature.rows[name];
        return row && 'refused' in row
          ? each(feature.refusal.answered, (view) => refusedInWords(view, name))
          : {};
      }),
      judge(
        made,
        'pusher/sign-in/user-data',
        'the confirmation of a sign-in bears user_data in a string',
        each(['PU2'], userData),
      ),
      judge(
        made,
        'pusher/sign-in/another-user',
        'a signed-in connection cannot become another user',
        each(feature.another, notAnother),
      ),
    ],
  };
}

function signInScene(rules: PusherRules): Scene<PusherVerbs> {
  const feature = rules.features['sign-in'];
  return scene<PusherVerbs>(
    'pusher',
    'pusher/sign-in',
    {
      title: 'connections that sign in, rightly and wrongly',
      needs: ['ws', 'sign', 'offers:secret', 'offers:sign-in'],
      cost: { jobs: 0, connections: Object.keys(feature.rows).length + 1 },
    },
    async (verbs) => {
      const { auth, connections, nonce } = verbs;
      await connections.connect('changer');
      const tried = tryClaims(verbs, feature, { witness: 'changer' }, ({ peer, step, auth: given, data }) =>
        connections.signIn(peer, step, data ?? '', given),
      );
      const socketId = connections.socketId('changer');
      for (const which of ['one', 'another']) {
        const data = JSON.stringify({ id: `user-${nonce}-${which}` });
        const values = auth.featureValues(feature.signs, { socketId, otherSocket: socketId, data });
        await connections.signIn('changer', `as ${which}`, data, fill('{key}:{signature}', values));
      }
      await connections.ping('changer', { step: 'fence changer' });
      await tried;
    },
  );
}

function answerAfter(view: View, peer: string, from: number, to: number): ReturnType<AnswerTo> {
  for (const frame of view.frames(peer, (one) => one.seq >= from && one.seq < to)) {
    if (eventOf(frame) === protocolEvent.signedIn) return { frame, answer: 'granted' };
    if (eventOf(frame) === protocolEvent.error) return { frame, answer: 'refused' };
  }
  return undefined;
}

const answerTo: AnswerTo = (view, row) =>
  answerAfter(view, claimant(row), view.step(`attempt ${row}`).from, Number.POSITIVE_INFINITY);

function refusedInWords(view: View, name: string): Judgement {
  const peer = claimant(name);
  view.step(`attempt ${name}`);
  const found = answerTo(view, name);
  if (found?.answer === 'granted')
    return { kind: 'not-applicable', reason: 'it was not refused, which its own requirement judges' };
  if (granted(view, 'right', answerTo).kind !== 'passed')
    return untestable('the right signature was not granted either');
  if (found) return passed([peer, claimant('right')]);
  const closed = endOf(view, peer);
  return wrong('unsaid', 'pusher:error', closed ? `closed with ${closed.code}` : 'no answer', closed);
}

function userData(view: View): Judgement {
  const found = answerTo(view, 'right');
  if (found?.answer !== 'granted') return untestable('the right signature was not granted');
  const data = dataOf(found.frame);
  const sent = sentTo(view, claimant('right'));
  return isObject(data) && data.user_data === sent
    ? passed([claimant('right')])
    : wrong('user-data', 'user_data as it was sent, in a string', instead(data), found.frame);
}

/** The user_data that a connection has sent. */
function sentTo(view: View, peer: string): string | undefined {
  for (const event of view.of(peer)) {
    if (event.kind !== 'sent' || !event.text.includes(protocolEvent.signin)) continue;
    const message = JSON.parse(event.text) as { readonly data: { readonly user_data: string } };
    return message.data.user_data;
  }
  return undefined;
}

function notAnother(view: View): Judgement {
  const one = view.step('as one');
  const another = view.step('as another');
  const frameOf = (step: typeof one): Frame | undefined => view.frameAt(step.events[0] ?? -1);
  const [first, second] = [frameOf(one), frameOf(another)];
  if (first === undefined || eventOf(first) !== protocolEvent.signedIn)
    return untestable('the first sign-in was not granted');
  if (second !== undefined && eventOf(second) === protocolEvent.signedIn)
    return wrong('changed', 'the second sign-in is refused', said(second), second);
  if (second === undefined && !endOf(view, 'changer')) view.step('fence changer');
  return passed(['changer']);
}
