import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { PusherClientVerbs } from '../../src/surfaces/clients/pusher-verbs.ts';
import { closeOf, dialsOf, subscriptionOf } from '../../src/surfaces/clients/seen.ts';
import { growthOf, needs, wrong } from './findings.ts';

/** A first attempt that comes at once is no gap to compare with: milliseconds. */
const atOnceMs = 250;

/** What a client does when its connection is gone without a word. */
export function reconnecting({ clients }: PusherRules): {
  scenes: Scene<PusherClientVerbs>[];
  cases: Case[];
} {
  const { drops } = clients;
  const gone = (id: string, title: string, arrival: 'drop' | 'greet-and-drop'): Scene<PusherClientVerbs> =>
    scene<PusherClientVerbs>(
      'pusher',
      id,
      { title, needs: [], cost: { jobs: 0, connections: drops.gaps + 2 } },
      async (client) => {
        await client.start();
        await client.subscribed('connection 1');
        client.behave({ arrival });
        client.drop('connection 1');
        const ms = client.mayTakeTime ? drops.slowWindowMs : drops.windowMs;
        await client.attempts('attempts', drops.gaps + 1, ms);
        await client.stop();
      },
    );
  const down = gone('pusher-client/down', 'a server that is gone, and stays away', 'drop');
  const unsteady = gone(
    'pusher-client/unsteady',
    'a server that greets and is gone, each time',
    'greet-and-drop',
  );
  const dropped = scene<PusherClientVerbs>(
    'pusher',
    'pusher-client/dropped',
    { title: 'a connection that is dropped once', needs: [], cost: { jobs: 0, connections: 2 } },
    async (client) => {
      await client.start();
      await client.subscribed('connection 1');
      client.drop('connection 1');
      await client.connected(2);
      await client.subscribed('connection 2', { needed: false });
      await client.stop();
    },
  );
  const grows = (view: View): Judgement => backsOff(view, drops);
  return {
    scenes: [down, unsteady, dropped],
    cases: [
      judge(
        down,
        'pusher-client/reconnecting/backs-off',
        'after a drop the client waits longer before each further attempt',
        each(drops.unanswered, grows),
      ),
      judge(
        unsteady,
        'pusher-client/reconnecting/backs-off-though-greeted',
        'a client that is greeted and dropped, time and again, waits longer before each further attempt',
        each(drops.greeted, grows),
      ),
      judge(
        dropped,
        'pusher-client/reconnecting/authorizes-anew',
        'after a reconnect the client subscribes with a signature for its new connection',
        each(drops.authorizedAnew, authorizesAnew),
      ),
    ],
  };
}

/**
 * The gaps before each attempt, of which the first may be none. Where the last attempt was followed by nothing, the
 * time until the watch ended is what the client has waited at least: a gap too, of which no more is known.
 */
function backsOff(
  view: View,
  { ratio, jitter, gaps: most, slowWindowMs }: PusherRules['clients']['drops'],
): Judgement {
  needs(view, 'subscribe connection 1', 'attempts', 'stopped');
  const { recording } = view;
  const dropped = closeOf(recording, 'connection 1');
  const { to } = view.step('attempts');
  const watched = recording.events[to] ?? recording.events.at(-1);
  if (!dropped || !watched) return untestable('it was not dropped');
  const dials = dialsOf(recording).filter(({ seq }) => seq > dropped.seq && seq < to);
  const last = dials.at(-1);
  const waited = watched.at - (last ?? dropped).at;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  if (!last) return wrong('stays-away', 'it tries again', `no attempt within ${seconds(waited)}`, dropped);
  const gaps = dials.map((dial, at) => dial.at - (dials[at - 1]?.at ?? dropped.at));
  const seen = gaps.map(seconds).join(', ');
  const isCut = dials.length <= most;
  if (isCut && waited > slowWindowMs / 2)
    return wrong(
      'gives-up',
      'it goes on trying',
      `gaps of ${seen}, and then nothing for ${seconds(waited)}`,
      last,
    );
  if ((gaps[0] ?? 0) < atOnceMs) gaps.shift();
  const inWords = `gaps of ${seen}${isCut ? `, and then of ${seconds(waited)} or more` : ''}`;
  const grows = (some: readonly number[]): boolean =>
    some.length > 1 && growthOf(some) >= ratio * (1 - jitter);
  if (grows(gaps) || (isCut && grows([...gaps, waited]))) return passed(['connection 1'], { note: inWords });
  if (gaps.length < most) return untestable(`${inWords}: too few to compare`);
  return wrong('no-back-off', `gaps that grow ${ratio} times or more`, inWords, last);
}

function authorizesAnew(view: View): Judgement {
  needs(view, 'subscribe connection 1', 'dial 2');
  if (view.maybeStep('subscribe connection 2')?.outcome === 'ok') return passed(['connection 2']);
  const asked = view.of('connection 2').find((event) => subscriptionOf(event) !== undefined);
  const signed = asked && subscriptionOf(asked)?.signed;
  const said = signed === undefined ? 'no subscription' : `a subscription whose signature is ${signed}`;
  return wrong(
    'not-anew',
    'a signature for the new socket id',
    said,
    asked ?? view.of('connection 2').at(-1),
  );
}
