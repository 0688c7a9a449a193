import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { carries, eventOf, messageOf } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { wrong } from './frames.ts';

/** Data that is easily harmed on the way, each a text for the server. */
const payloads: Readonly<Record<string, string>> = {
  nested: JSON.stringify({ a: { b: { c: [{ d: [[], {}, [null]] }] } }, empty: {} }),
  'non-ascii': JSON.stringify({ text: 'Grüße, 世界, שלום, 👩‍🚀', combining: 'e\u0301', schlüssel: 'ключ' }),
  escapes: JSON.stringify({
    text: 'quote " backslash \\ slash / tab \t newline \n null \u0000 bell \u0007',
    html: '<script>&amp;</script>',
    separators: '\u2028\u2029',
  }),
  numbers: '{"zero":0,"fraction":0.1,"large":9007199254740993,"exponent":1.5e300,"half":45.50}',
  spacing: '{ "a" : 1 ,\n\t"b" : [ 1 , 2 ] }',
  'encoded-twice': JSON.stringify(JSON.stringify({ inner: 'text' })),
  'not-json': 'just some words, and {no} JSON',
  protocol: JSON.stringify({ event: 'pusher:error', channel: 'private-client.1', data: { code: 4200 } }),
  preview: JSON.stringify({ preview: Buffer.alloc(7500, 0x5a).toString('base64') }),
};

const eventFor = (name: string, nonce: string): string => `payload-${name}-${nonce}`;

/** Whatever is published arrives as it was published. */
export function payload({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const made = scene<PusherVerbs>(
    'pusher',
    'pusher/payloads',
    {
      title: 'data that is easily harmed on the way',
      needs: ['ws', 'sign', 'trigger'],
      cost: { jobs: 0, connections: 1 },
    },
    async ({ connections, publisher, auth, nonce }) => {
      const channel = auth.hasSecret ? auth.freshChannel() : auth.channel();
      await connections.connect('viewer');
      await connections.join('viewer', channel);
      publisher.job('payloads', channel);
      for (const [name, data] of Object.entries(payloads)) {
        await publisher.publish('payloads', `publish ${name}`, {
          name: eventFor(name, nonce),
          channels: [channel],
          data,
          except: null,
        });
      }
      const last = eventFor(Object.keys(payloads).at(-1) ?? '', nonce);
      await connections.settle('viewer', (event) => event.kind === 'frame' && eventOf(event) === last);
      await connections.ping('viewer', { step: 'fence viewer' });
    },
  );
  return {
    scenes: [made],
    cases: judgeEach(made, Object.keys(payloads), (name) => ({
      id: `pusher/payload/${name}`,
      title: `an event with ${name.replaceAll('-', ' ')} data arrives unchanged`,
      checks: each(rules.triggerApi.accepted.unchanged, (view: View) => unchanged(view, name)),
      applies: { offers: ['trigger-api'] },
      covers: ['delivery/data', 'delivery/envelope'],
    })),
  };
}

function unchanged(view: View, name: string): Judgement {
  view.step(`publish ${name}`);
  view.step('join viewer');
  const text = payloads[name] ?? '';
  const [frame] = view.frames('viewer', (one) => eventOf(one) === eventFor(name, view.nonce));
  if (!frame) return untestable('nothing of it arrived');
  return carries(frame, text)
    ? passed(['viewer'])
    : wrong('changed', `data ${show(text)}`, instead(messageOf(frame)?.data), frame);
}
