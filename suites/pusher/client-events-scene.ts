import type { Json } from '../../src/contract/json.ts';
import type { ClientEventTry } from '../../src/contract/pusher-features.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { dataOf, eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { WireEvent } from '../../src/wire/event.ts';

/** The name of the events that are sent as they should be. */
export const clientEvent = 'client-plumbline';

/** What tells the events of a scene apart. */
export function mark(name: string, nonce: string): string {
  return `mark-${name}-${nonce}`;
}

/** The data of a row: a text that not everybody passes on as it is. */
export function textSent(name: string, nonce: string): string {
  return JSON.stringify({
    mark: mark(name, nonce),
    text: 'Gr\u00fc\u00dfe \ud83d\udc69\u200d\ud83d\ude80 "quoted" \\ /',
  });
}

export function objectSent(nonce: string): Json {
  return { mark: mark('object', nonce), n: 45.5, list: [1, null, 'a'] };
}

/** Who a connection is on the presence channel. */
export function talker(nonce: string, peer: 'sender' | 'listener'): string {
  return `user-${nonce}-${peer}`;
}

/** The connection that sends a row. */
export function senderOf({ from }: Pick<ClientEventTry, 'from'>): string {
  return from ?? 'sender';
}

/** What the flooder has sent. */
export function flooded(view: View): readonly WireEvent[] {
  return view.of('flooder').filter((event) => event.kind === 'sent' && event.text.includes(clientEvent));
}

/** Clients that talk to each other, one that is not on their channel, and one that says too much. */
export function clientEventsScene(rules: PusherRules): Scene<PusherVerbs> {
  const { features } = rules;
  const { rows, rate } = features['client-events'];
  return scene<PusherVerbs>(
    'pusher',
    'pusher/client-events',
    {
      title: 'events that clients send, rightly and wrongly, and too many of them',
      needs: ['ws', 'sign', 'offers:secret', 'offers:client-events'],
      cost: { jobs: 0, connections: 4 },
    },
    async (verbs) => {
      const { connections, waits, nonce } = verbs;
      const talk = `private-plumbline-${nonce}-talk`;
      const open = `plumbline-${nonce}-open`;
      const say = (peer: string, event: string, channel: string, data: Json, more = {}): boolean =>
        connections.send(peer, JSON.stringify({ event, channel, data, ...more }));
      const arrives = (name: string, owns?: string): Promise<WireEvent | undefined> =>
        waits.step({
          step: `arrived ${name}`,
          verb: 'await',
          peer: 'listener',
          from: 0,
          owns,
          what: 'the client event',
          key: `client event ${name}`,
          matches: (event) => event.kind === 'frame' && event.text.includes(mark(name, nonce)),
        });
      await Promise.all([
        ...['sender', 'listener'].map(async (peer) => {
          await connections.connect(peer, { about: { channel: talk } });
          await connections.join(peer, talk);
          await connections.subscribe(peer, open, { step: `open ${peer}`, auth: '' });
        }),
        connections.connect('outsider'),
        connections.connect('flooder'),
      ]);
      for (const [name, row] of Object.entries(rows))
        say(senderOf(row), row.event, row.channel === 'public' ? open : talk, textSent(name, nonce));
      say('sender', clientEvent, talk, objectSent(nonce));
      await Promise.all(
        ['sender', 'outsider'].map((peer) => connections.ping(peer, { step: `spoke ${peer}` })),
      );
      say('sender', clientEvent, talk, textSent('fence', nonce));
      const owns = connections.isOn('listener', talk) && connections.isOn('sender', talk) ? 'PE8' : undefined;
      await Promise.all([arrives('right', owns), arrives('object', owns), arrives('fence')]);
      await connections.ping('sender', { step: 'fence sender' });
      await asUsers();
      await flood();

      async function asUsers(): Promise<void> {
        if (!verbs.offers(features.presence.capability)) return;
        const channel = `${features.presence.prefix}plumbline-${nonce}-talk`;
        for (const peer of ['sender', 'listener'] as const)
          await connections.enter(peer, channel, talker(nonce, peer), `enter ${peer}`);
        // Whoever it says that it is, the server knows better.
        say('sender', clientEvent, channel, textSent('presence', nonce), { user_id: 'somebody-else' });
        await arrives('presence');
      }

      async function flood(): Promise<void> {
        const channel = `private-plumbline-${nonce}-flood`;
        await connections.join('flooder', channel);
        const from = waits.position;
        for (let at = 0; at < 2 * rate.perSecond; at++)
          say('flooder', clientEvent, channel, textSent(`flood-${at}`, nonce));
        await waits.step({
          step: 'limited',
          verb: 'await',
          peer: 'flooder',
          from,
          owns: connections.isOn('flooder', channel) ? 'PE6' : undefined,
          what: `pusher:error ${rate.code}`,
          matches: (event) =>
            event.kind === 'frame' &&
            eventOf(event) === protocolEvent.error &&
            JSON.stringify(dataOf(event) ?? null).includes(String(rate.code)),
        });
        await connections.ping('flooder', { step: 'fence flooder' });
      }
    },
  );
}
