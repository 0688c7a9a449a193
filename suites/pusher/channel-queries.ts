import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, type Json, sameJson } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { all, insteadText, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { isTaken } from '../../src/surfaces/pusher/http-pool.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Exchange } from '../../src/wire/event.ts';
import { cannotTell, exchangeOf, noAnswer, wrong } from './frames.ts';

/** Three connections of two users. */
const users = { one: 'a', two: 'a', three: 'b' } as const;

/** What the trigger API tells of a presence channel: by how many users it is occupied, and by whom. */
export function channelQueries({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const { presence, queries } = rules.features;
  const made = scene<PusherVerbs>(
    'pusher',
    'pusher/channel-queries',
    {
      title: 'queries of a channel with two users on three connections',
      needs: ['ws', 'sign', 'trigger', 'offers:secret', 'offers:queries', 'offers:presence'],
      cost: { jobs: 0, connections: 3 },
    },
    async ({ connections, publisher, waits, nonce }) => {
      const channel = `${presence.prefix}plumbline-${nonce}-asked`;
      await Promise.all(
        Object.entries(users).map(async ([peer, user]) => {
          await connections.connect(peer);
          await connections.enter(peer, channel, `user-${nonce}-${user}`, `join ${peer}`);
        }),
      );
      const ask = async (
        step: string,
        call: 'channel' | 'channels' | 'users',
        query: Readonly<Record<string, string>> = {},
      ): Promise<void> => {
        const from = waits.position;
        const exchange = await publisher.request({ name: 'query', call, channel, query });
        waits.done(step, 'query', from, [exchange.seq]);
      };
      await Promise.all([
        ask('users', 'users'),
        ask('count', 'channel', { info: 'user_count' }),
        ask('counts', 'channels', { info: 'user_count', filter_by_prefix: `${presence.prefix}plumbline-` }),
      ]);
    },
  );
  const offers = { applies: { offers: ['trigger-api'] } };
  return {
    scenes: [made],
    cases: [
      judge(
        made,
        'pusher/channel-queries/users',
        'each user of a presence channel is listed once',
        each(queries.users, (view) =>
          answered(view, 'users', 'the ids of both users, once each', (json) => {
            const listed = isObject(json) && Array.isArray(json.users) ? json.users : [];
            const ids = listed.map((user) => (isObject(user) ? String(user.id) : '')).sort();
            return sameJson(
              ids,
              ['a', 'b'].map((user) => `user-${view.nonce}-${user}`),
            );
          }),
        ),
        offers,
      ),
      judge(
        made,
        'pusher/channel-queries/user-count',
        'user_count is the number of users, however many connections they have',
        each(queries.count, (view) =>
          all([
            answered(view, 'count', 'user_count: 2', (json) => isObject(json) && json.user_count === 2),
            counted(view, `${presence.prefix}plumbline-${view.nonce}-asked`),
          ]),
        ),
        offers,
      ),
    ],
  };
}

/** Whether a channel is listed at all is a matter of the list (PH12). */
function counted(view: View, channel: string): Judgement {
  const { json } = exchangeOf(view, 'counts');
  const listed = isObject(json) && isObject(json.channels) ? json.channels : undefined;
  const own = listed?.[channel];
  if (listed && !own) return untestable('the channel is not listed');
  return answered(
    view,
    'counts',
    'user_count: 2 for the channel',
    () => isObject(own) && own.user_count === 2,
  );
}

/** The answer to a query, asked while all three connections were there. */
function answered(
  view: View,
  step: string,
  expected: string,
  isRight: (json: Json | undefined) => boolean,
): Judgement {
  const peers = Object.keys(users);
  for (const peer of peers) view.step(`join ${peer}`);
  const exchange: Exchange = exchangeOf(view, step);
  const none = noAnswer(exchange);
  if (none) return wrong(none.rule, expected, none.actual, exchange);
  const cannot = cannotTell(exchange);
  if (cannot) return untestable(cannot);
  return isTaken(exchange) && isRight(exchange.json)
    ? passed(peers)
    : wrong('answer', expected, insteadText(exchange.body, 160), exchange);
}
