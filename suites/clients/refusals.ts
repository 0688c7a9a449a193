import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { PusherClientVerbs } from '../../src/surfaces/clients/pusher-verbs.ts';
import { authorizationOf, dialsOf, subscriptionOf } from '../../src/surfaces/clients/seen.ts';
import { needs, wrong } from './findings.ts';

const [first, second] = ['connection 1', 'connection 2'];

/** What a client does with a refusal: of its authorization, of its subscription, of its connection. */
export function refusals({ clients }: PusherRules): { scenes: Scene<PusherClientVerbs>[]; cases: Case[] } {
  const { storms } = clients;
  /** The same client is granted what it asks for first: it can do it. */
  const thenRefused = (
    id: string,
    title: string,
    refuse: (client: PusherClientVerbs) => void,
  ): Scene<PusherClientVerbs> =>
    scene<PusherClientVerbs>(
      'pusher',
      id,
      { title, needs: [], cost: { jobs: 0, connections: 2 } },
      async (client) => {
        await client.start();
        await client.subscribed(first);
        refuse(client);
        client.drop(first);
        await client.connected(2);
        await client.watch('watched', storms.watchMs);
        // Whatever it was still to send is there before this, or after its end never.
        await client.ping('fence', second);
        await client.stop();
      },
    );
  const rows = Object.entries(clients.refusals).map(([name, row]) => ({
    ...{ name, row },
    scene: thenRefused(`pusher-client/auth-${name}`, `an auth endpoint that answers ${row.says}`, (client) =>
      client.refuse(row),
    ),
  }));
  const refused = thenRefused(
    'pusher-client/subscription-refused',
    'a server that refuses a subscription with a good signature',
    (client) => client.behave({ subscriptions: 'refuse' }),
  );
  const storm = scene<PusherClientVerbs>(
    'pusher',
    'pusher-client/sent-back',
    {
      title: 'a server that says reconnect at once, time and again',
      needs: [],
      cost: { jobs: 0, connections: 60 },
    },
    async (client) => {
      await client.start();
      await client.subscribed(first);
      client.behave({ arrival: 4200 });
      client.end(first, 4200);
      await client.attempts('attempts', storms.attempts + 1, storms.watchMs);
      await client.stop();
    },
  );
  return {
    scenes: [...rows.map((one) => one.scene), refused, storm],
    cases: [
      ...rows.flatMap(({ name, row, scene: made }) => [
        judge(
          made,
          `pusher-client/refusals/${name}/no-subscription`,
          `the client sends no unsigned subscription where its auth endpoint answers ${row.says}`,
          each(row.unsigned, unsigned),
        ),
        judge(
          made,
          `pusher-client/refusals/${name}/no-storm`,
          `the client does not ask time and again where its auth endpoint answers ${row.says}`,
          each(row.asksAgain, (view) => asksSeldom(view, storms.requests)),
        ),
      ]),
      judge(
        refused,
        'pusher-client/refusals/subscription/no-storm',
        'the client does not repeat a subscription that was refused, time and again',
        each(clients.refusedSubscription.asksAgain, (view) => subscribesSeldom(view, storms.requests)),
      ),
      judge(
        storm,
        'pusher-client/reconnecting/no-storm',
        'a client that is told to reconnect at once, time and again, does not storm its server',
        each(storms.reconnects, (view) => {
          needs(view, 'subscribe connection 1');
          const { from, to } = view.step('attempts');
          const dials = dialsOf(view.recording).filter(({ seq }) => seq >= from && seq < to);
          const seconds = storms.watchMs / 1000;
          return dials.length <= storms.attempts
            ? passed([first], { note: `${dials.length} attempts in ${seconds} s` })
            : wrong(
                'storm',
                `at most ${storms.attempts} attempts in ${seconds} s`,
                `${dials.length} and more`,
                dials.at(-1),
              );
        }),
      ),
    ],
  };
}

/** The requests for a signature that were refused. */
function refusedOnes(view: View) {
  return view.recording.events.filter((event) => authorizationOf(event)?.granted === false);
}

function unsigned(view: View): Judgement {
  needs(view, 'subscribe connection 1', 'dial 2', 'watched', 'stopped');
  const [asked] = refusedOnes(view);
  const sent = view.of(second).find((event) => subscriptionOf(event) !== undefined);
  const signed = sent && subscriptionOf(sent)?.signed;
  // One that was signed for an earlier connection is another matter.
  if (signed === 'none' || signed === 'wrong')
    return wrong('unsigned', 'no subscription', `a subscription whose signature is ${signed}`, sent);
  if (!asked) return { kind: 'untestable', reason: 'it did not ask for a signature that could be refused' };
  return passed([second]);
}

function asksSeldom(view: View, most: number): Judgement {
  needs(view, 'subscribe connection 1', 'dial 2', 'watched', 'stopped');
  const asked = refusedOnes(view);
  if (asked.length === 0)
    return { kind: 'untestable', reason: 'it did not ask for a signature that could be refused' };
  return asked.length <= most
    ? passed([second], { note: `${asked.length} requests` })
    : wrong('storm', `at most ${most} requests`, `${asked.length}`, asked.at(-1));
}

function subscribesSeldom(view: View, most: number): Judgement {
  needs(view, 'subscribe connection 1', 'dial 2', 'watched', 'stopped');
  const sent = view.of(second).filter((event) => subscriptionOf(event) !== undefined);
  if (sent.length === 0)
    return { kind: 'untestable', reason: 'it asked for no subscription that could be refused' };
  return sent.length <= most
    ? passed([second], { note: `${sent.length} subscriptions` })
    : wrong('storm', `at most ${most} subscriptions`, `${sent.length}`, sent.at(-1));
}
