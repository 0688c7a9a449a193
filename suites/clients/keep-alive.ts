import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { PusherClientVerbs } from '../../src/surfaces/clients/pusher-verbs.ts';
import { isEvent } from '../../src/surfaces/clients/seen.ts';
import { protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { WireEvent } from '../../src/wire/event.ts';
import { needs, wrong } from './findings.ts';

const one = 'connection 1';

/** Connections on which the server says nothing: it is for the client to show that it is there. */
export function keepAlive({ clients: { keepAlive: rule } }: PusherRules): {
  scenes: Scene<PusherClientVerbs>[];
  cases: Case[];
} {
  const { announced, idle } = rule;
  const quiet = (
    id: string,
    title: string,
    told: Told,
    more: { slow?: boolean } = {},
  ): Scene<PusherClientVerbs> =>
    scene<PusherClientVerbs>(
      'pusher',
      id,
      { title, needs: [], cost: { jobs: 0, connections: 1 }, ...more },
      async (client) => {
        client.behave({ announcedSeconds: told.seconds });
        await client.start();
        await client.subscribed(one);
        for (let n = 1; n <= told.pings; n++) {
          const ms = told.seconds * 1000 + told.toleranceMs;
          // Its clock began with the last that it heard, which has just been sent.
          await client.hears(`sign ${n}`, one, protocolEvent.ping, { ms });
        }
        await client.stop();
      },
    );
  const soon = { ...announced, pings: 2 };
  const short = quiet('pusher-client/idle', 'an idle connection with a short activity timeout', soon);
  const long = quiet(
    'pusher-client/idle-30',
    'an idle connection with the activity timeout of the documents',
    idle,
    {
      slow: true,
    },
  );
  return {
    scenes: [short, long],
    cases: [
      judge(
        short,
        'pusher-client/keep-alive/announced',
        'an idle client pings within the activity timeout that it was told',
        each(announced.requirements, (view) => pings(view, soon)),
      ),
      judge(
        long,
        'pusher-client/keep-alive/every-30-seconds',
        'an idle client pings every 30 seconds',
        each(idle.requirements, (view) => pings(view, idle)),
      ),
    ],
  };
}

interface Told {
  readonly seconds: number;
  readonly toleranceMs: number;
  readonly pings: number;
}

function pings(view: View, { seconds, pings }: Told): Judgement {
  needs(view, 'subscribe connection 1');
  for (let n = 1; n <= pings; n++) {
    const sign = view.maybeStep(`sign ${n}`);
    if (sign?.outcome === 'ok') continue;
    const last: WireEvent | undefined = view.of(one).findLast((event) => event.kind === 'sent');
    const had = view.frames(one, (frame) => isEvent(frame, protocolEvent.ping)).length;
    return wrong('silent', `a ping within ${seconds} s`, `${had} pings: ${sign?.reason ?? 'no more'}`, last);
  }
  return passed([one]);
}
