import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, sameJson } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { all, instead, type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { dataOf, eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame, WireEvent } from '../../src/wire/event.ts';
import { claimant, claimCases, tryClaims } from './claims.ts';
import { answerOf, wrong } from './frames.ts';

/** Users who come and go, one of them with two connections. */
const users = { watcher: 'w', first: 'a', second: 'a', other: 'b' } as const;

type Peer = keyof typeof users;

const userOf = (nonce: string, peer: Peer): string => `user-${nonce}-${users[peer]}`;

/** Who may join a presence channel, and what those on it are told of who comes and goes. */
export function presence({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const feature = rules.features.presence;
  const made = presenceScene(rules);
  return {
    scenes: [made],
    cases: [
      ...claimCases(made, 'presence', feature.rows, 'a presence channel', (view, row) => {
        const peer = claimant(row);
        const { from } = view.step(`attempt ${row}`);
        return answerOf(view, peer, view.peer(peer).about.channel ?? '', from);
      }),
      judge(
        made,
        'pusher/presence/roster',
        'the confirmation lists every user once, the new one included',
        each(feature.roster, (view) => all([roster(view, 'watcher'), roster(view, 'other')])),
      ),
      judge(made, 'pusher/presence/added', 'the others are told of a user who comes', {
        ...each(feature.joining.announced, (view) => announced(view, 'added first', 'first')),
        ...each(feature.joining.onlyFirst, notAddedTwice),
        ...each(feature.joining.others, notToldOfItself),
      }),
      judge(made, 'pusher/presence/removed', 'the others are told of a user whose last connection is gone', {
        ...each(feature.leaving.announced, (view) =>
          all([announced(view, 'removed other', 'other'), announced(view, 'removed first', 'first')]),
        ),
        ...each(feature.leaving.onlyLast, notRemovedEarly),
      }),
    ],
  };
}

function presenceScene(rules: PusherRules): Scene<PusherVerbs> {
  const feature = rules.features.presence;
  return scene<PusherVerbs>(
    'pusher',
    'pusher/presence',
    {
      title: 'users who come to a presence channel and leave it',
      needs: ['ws', 'sign', 'offers:secret', 'offers:presence'],
      cost: { jobs: 0, connections: Object.keys(feature.rows).length + 4 },
    },
    async (verbs) => {
      const { connections, nonce } = verbs;
      const peers = Object.keys(users) as Peer[];
      await Promise.all(peers.map((peer) => connections.connect(peer)));
      const channel = `${feature.prefix}plumbline-${nonce}`;
      // A channel for each: what nobody should let in is nobody else's concern.
      const tried = tryClaims(
        verbs,
        feature,
        { channelOf: (row) => `${channel}-${row}`, witness: 'watcher' },
        async ({ peer, channel: own, step, auth, data }) =>
          connections.attempt(peer, own, {
            step,
            ...(auth === undefined ? {} : { auth }),
            ...(data === undefined ? {} : { channelData: data }),
          }),
      );
      await comeAndGo(verbs, channel);
      await tried;
    },
  );
}

async function comeAndGo(verbs: PusherVerbs, channel: string): Promise<void> {
  const { connections, waits, nonce } = verbs;
  const enter = (peer: Peer): Promise<boolean> =>
    connections.enter(peer, channel, userOf(nonce, peer), `join ${peer}`);
  const told = async (what: 'added' | 'removed', of: Peer, from: number, owns: string): Promise<void> => {
    await waits.step({
      step: `${what} ${of}`,
      verb: 'await',
      peer: 'watcher',
      from,
      owns: connections.isOn('watcher', channel) && connections.isOn(of, channel) ? owns : undefined,
      what: `member_${what}`,
      matches: (event) => isTold(event, what, userOf(nonce, of)),
    });
  };
  const leave = async (peer: Peer): Promise<void> => {
    connections.leave(peer, channel);
    await connections.ping(peer, { step: `left ${peer}` });
  };
  await enter('watcher');
  let from = waits.position;
  await enter('first');
  await told('added', 'first', from, 'PM2');
  await connections.ping('first', { step: 'joined first' });
  await enter('second');
  from = waits.position;
  await enter('other');
  await told('added', 'other', from, 'PM2');
  await leave('second');
  from = waits.position;
  await leave('other');
  await told('removed', 'other', from, 'PM3');
  from = waits.position;
  await connections.cut('first');
  waits.done('cut first', 'cut', from);
  await told('removed', 'first', from, 'PM3');
}

/** A word about a user, in whatever shape. */
function isTold(event: WireEvent, what: 'added' | 'removed', user: string): event is Frame {
  const name = what === 'added' ? protocolEvent.memberAdded : protocolEvent.memberRemoved;
  return event.kind === 'frame' && eventOf(event) === name && event.text.includes(user);
}

function frameOf(view: View, step: string): Frame | undefined {
  return view.frameAt(view.step(step).events[0] ?? -1);
}

function roster(view: View, peer: Peer): Judgement {
  const frame = frameOf(view, `join ${peer}`);
  const data = frame && dataOf(frame);
  const seen = isObject(data) && isObject(data.presence) ? data.presence : undefined;
  const there = peer === 'watcher' ? (['watcher'] as const) : (['watcher', 'first', 'other'] as const);
  const expected = there.map((one) => userOf(view.nonce, one)).sort();
  const ids = Array.isArray(seen?.ids) ? seen.ids.map(String).sort() : [];
  const hash = isObject(seen?.hash) ? seen.hash : {};
  const isWhole =
    sameJson(ids, expected) &&
    seen?.count === expected.length &&
    sameJson(Object.keys(hash).sort(), expected) &&
    there.every((one) => {
      const user = userOf(view.nonce, one);
      return sameJson(hash[user], { name: user });
    });
  return isWhole
    ? passed([peer])
    : wrong(
        'roster',
        `ids, hash and count of ${expected.length} distinct users, each with its user_info`,
        instead(data),
        frame,
      );
}

/** The user is told as it was signed: its id, and where it comes its user_info. */
function announced(view: View, step: string, of: Peer): Judgement {
  const frame = frameOf(view, step);
  const data = frame && dataOf(frame);
  const user = userOf(view.nonce, of);
  const isRight =
    isObject(data) &&
    data.user_id === user &&
    (step.startsWith('removed') || sameJson(data.user_info, { name: user }));
  return isRight
    ? passed(['watcher'])
    : wrong('another-user', `user_id ${user}, as it was signed`, instead(data), frame);
}

function notAddedTwice(view: View): Judgement {
  const { from, events } = view.step('join second');
  view.step('added first');
  const user = userOf(view.nonce, 'second');
  return absent(view, {
    rule: 'added-again',
    what: 'member_added for a user who is there already',
    watcher: 'watcher',
    forbidden: (frame) => frame.seq >= from && isTold(frame, 'added', user),
    witness: view.recording.events[events[0] ?? -1],
    witnessed: 'the second connection of the user',
    fence: (event) => isTold(event, 'added', userOf(view.nonce, 'other')),
    grade: 'a user who came later',
  });
}

function notToldOfItself(view: View): Judgement {
  const { to, events } = view.step('joined first');
  const user = userOf(view.nonce, 'first');
  return absent(view, {
    rule: 'told-of-itself',
    what: 'member_added for the newcomer itself',
    watcher: 'first',
    forbidden: (frame) => frame.seq < to && isTold(frame, 'added', user),
    witness: frameOf(view, 'added first'),
    witnessed: 'member_added on another connection',
    fence: (event) => event.seq === events[0],
    grade: 'a pong on the same connection',
  });
}

function notRemovedEarly(view: View): Judgement {
  const { from, events } = view.step('left second');
  const user = userOf(view.nonce, 'second');
  const end = view.step('cut first').from;
  return absent(view, {
    rule: 'removed-early',
    what: 'member_removed for a user who is still there',
    watcher: 'watcher',
    forbidden: (frame) => frame.seq < end && frame.seq >= from && isTold(frame, 'removed', user),
    witness: view.recording.events[events[0] ?? -1],
    witnessed: 'that one of two connections has left',
    fence: (event) => isTold(event, 'removed', userOf(view.nonce, 'other')),
    grade: 'a user who left later',
  });
}
