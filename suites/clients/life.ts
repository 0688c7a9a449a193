import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { PusherClientVerbs } from '../../src/surfaces/clients/pusher-verbs.ts';
import { closeOf, dialsOf, isEvent } from '../../src/surfaces/clients/seen.ts';
import { eventOf, messageOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import { needs, wrong } from './findings.ts';

const one = 'connection 1';

/** From the first word to the last: connecting, subscribing, hearing of a job, leaving, disconnecting. */
export function life({ clients: rules, names }: PusherRules): {
  scenes: Scene<PusherClientVerbs>[];
  cases: Case[];
} {
  const whole = scene<PusherClientVerbs>(
    'pusher',
    'pusher-client/life',
    {
      title: 'a client from its first connection to its last word',
      needs: [],
      cost: { jobs: 1, connections: 1 },
    },
    async (client) => {
      await client.start();
      await client.subscribed(one, { owns: owner(rules.channel.own) });
      await client.ping('pong', one, { owns: owner(rules.keepAlive.pong) });
      const job = client.job(one);
      await client.prints('hears', job, { ms: 5000 });
      client.tell('leave');
      await client.hears('leaves', one, protocolEvent.unsubscribe, { needed: false, ms: 5000 });
      client.tell('disconnect');
      await client.closed('disconnects', one, { ms: 5000 });
      await client.watchDials('watched', rules.leaving.watchMs);
      await client.stop();
    },
  );
  const late = scene<PusherClientVerbs>(
    'pusher',
    'pusher-client/held-greeting',
    { title: 'a server that takes its time to greet', needs: [], cost: { jobs: 0, connections: 1 } },
    async (client) => {
      client.behave({ arrival: 'hold' });
      await client.start();
      await client.watch('held', rules.opening.heldMs);
      client.done('greeted', 'greet');
      client.greet(one);
      await client.subscribed(one);
      await client.stop();
    },
  );
  const { query } = rules.opening;
  return {
    scenes: [whole, late],
    cases: [
      judge(
        whole,
        'pusher-client/opening/query',
        'the client says in its query what it speaks and who it is',
        each([...new Set(Object.values(query).flat())], (view) => {
          needs(view, 'subscribe connection 1');
          const [dial] = dialsOf(view.recording);
          const given = new URLSearchParams(dial?.url.split('?')[1]);
          const missing = Object.keys(query).filter((name) => !given.get(name));
          return missing.length === 0
            ? passed([one])
            : wrong(
                'query',
                `${Object.keys(query).join(', ')} in the query`,
                `no ${missing.join(', no ')}`,
                dial,
              );
        }),
      ),
      judge(
        whole,
        'pusher-client/channel/subscribes',
        'the client subscribes to its own private channel, with a signature for its own connection',
        each([...rules.channel.own, ...rules.channel.wire], (view) => {
          const subscribed = view.maybeStep('subscribe connection 1');
          if (subscribed?.outcome === 'ok') return passed([one]);
          view.step('dial 1');
          const asked = view.frames(one, (frame) => eventOf(frame) === protocolEvent.subscribe)[0];
          const said = asked
            ? JSON.stringify(messageOf(asked)?.data ?? null).slice(0, 160)
            : 'no subscription';
          return wrong(
            'unsubscribed',
            'a signed subscription to its own channel',
            said,
            asked ?? view.of(one)[0],
          );
        }),
      ),
      judge(
        whole,
        'pusher-client/channel/hears',
        `the client hears ${names.event} and prints what it heard`,
        each(rules.channel.hears, (view) => {
          needs(view, 'subscribe connection 1');
          const heard = view.maybeStep('hears');
          if (heard?.outcome === 'ok') return passed([one]);
          const last = view
            .of(one)
            .findLast((event) => event.kind === 'sent' && event.text.includes(names.event));
          return wrong('unheard', 'a line with the request id of the job', heard?.reason ?? 'none', last);
        }),
      ),
      judge(
        whole,
        'pusher-client/keep-alive/pong',
        'the client answers a ping of the server',
        each(rules.keepAlive.pong, (view) => {
          needs(view, 'subscribe connection 1');
          const pong = view.maybeStep('pong');
          if (pong?.outcome === 'ok') return passed([one]);
          const ping = view
            .of(one)
            .find((event) => event.kind === 'sent' && event.text.includes(protocolEvent.ping));
          return wrong('unanswered', protocolEvent.pong, pong?.reason ?? 'none', ping);
        }),
      ),
      judge(
        whole,
        'pusher-client/leaving/unsubscribes',
        'a client that leaves its channel says so, and does not join it again',
        each(rules.leaving.leaves, leaves),
      ),
      judge(
        whole,
        'pusher-client/leaving/disconnects',
        'a client that disconnects closes with a close frame, and does not come back',
        each(rules.leaving.disconnects, disconnects),
      ),
      judge(
        late,
        'pusher-client/opening/greeting',
        'the client subscribes to nothing before it has been greeted',
        each(rules.opening.greeted, (view) => {
          needs(view, 'held', 'subscribe connection 1');
          const greeted = view.step('greeted').from;
          const early = view.frames(
            one,
            (frame) => isEvent(frame, protocolEvent.subscribe) && frame.seq < greeted,
          )[0];
          return early
            ? wrong('too-early', 'no subscription before connection_established', 'a subscription', early)
            : passed([one]);
        }),
      ),
    ],
  };
}

function leaves(view: View): Judgement {
  needs(view, 'subscribe connection 1');
  const asked = view.step('tell leave').from;
  const left = view.frames(
    one,
    (frame) => frame.seq >= asked && isEvent(frame, protocolEvent.unsubscribe),
  )[0];
  const silent = view.maybeStep('leaves')?.reason ?? 'nothing of the kind';
  if (!left) return wrong('stays', protocolEvent.unsubscribe, silent, view.of(one).at(-1));
  const again = view.frames(
    one,
    (frame) => frame.seq > left.seq && isEvent(frame, protocolEvent.subscribe),
  )[0];
  return again ? wrong('joins-again', 'no further subscription', 'one', again) : passed([one]);
}

function disconnects(view: View): Judgement {
  needs(view, 'subscribe connection 1', 'tell disconnect', 'watched', 'stopped');
  const closed = closeOf(view.recording, one);
  const stopped = view.step('stopped').to;
  if (!closed || closed.by === 'us' || view.step('watched').from <= closed.seq)
    return wrong('stays', 'a close within 5 s', 'the connection is still open', view.of(one).at(-1));
  if (closed.code === 1006)
    return wrong('no-close-frame', 'a close frame', 'the connection broke off', closed);
  const again = dialsOf(view.recording).find(({ seq }) => seq > closed.seq && seq < stopped);
  return again ? wrong('comes-back', 'it stays away', 'it is back', again) : passed([one]);
}

/** A step that names its owner names one; the others of a group come by it. */
export function owner(ids: readonly string[]): string {
  return ids[0] ?? '';
}
