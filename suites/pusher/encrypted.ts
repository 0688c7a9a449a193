import { randomBytes } from 'node:crypto';
import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { instead, type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { carries, eventOf, messageOf } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { claimant, claimCases, tryClaims } from './claims.ts';
import { answerOf, wrong } from './frames.ts';

/** By its name it is known for ours: there is nothing in it that could be read. */
const sealed = (nonce: string): string => `sealed-${nonce}`;

/**
 * Data as it is published to an encrypted channel. There is no text beneath: whoever passes it on has no key, and
 * what it cannot read may as well be noise.
 */
export function sealedData(): string {
  const text = (bytes: number): string => randomBytes(bytes).toString('base64');
  return JSON.stringify({ nonce: text(24), ciphertext: text(64) });
}

/** Channels whose events the server cannot read. */
export function encrypted({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const feature = rules.features.encrypted;
  const made = scene<PusherVerbs>(
    'pusher',
    'pusher/encrypted',
    {
      title: 'an encrypted channel, and an event on it',
      needs: ['ws', 'sign', 'publish', 'offers:secret', 'offers:encrypted'],
      cost: { jobs: 0, connections: Object.keys(feature.rows).length + 1 },
    },
    async (verbs) => {
      const { connections, publisher, waits, nonce } = verbs;
      const channel = `${feature.prefix}plumbline-${nonce}`;
      await connections.connect('witness');
      await tryClaims(
        verbs,
        feature,
        { channelOf: () => channel, witness: 'witness' },
        ({ peer, step, auth }) =>
          connections.attempt(peer, channel, { step, ...(auth === undefined ? {} : { auth }) }),
      );
      const listener = claimant('right');
      publisher.job('sealed', channel);
      const from = waits.position;
      await publisher.publish('sealed', 'publish', {
        name: sealed(nonce),
        channels: [channel],
        data: sealedData(),
        except: null,
      });
      await waits.step({
        step: 'arrived',
        verb: 'await',
        peer: listener,
        from,
        what: 'the encrypted event',
        matches: (event) => event.kind === 'frame' && eventOf(event) === sealed(nonce),
      });
    },
  );
  return {
    scenes: [made],
    cases: [
      ...claimCases(made, 'encrypted', feature.rows, 'an encrypted channel', (view, row) => {
        const peer = claimant(row);
        const { from } = view.step(`attempt ${row}`);
        return answerOf(view, peer, view.peer(peer).about.channel ?? '', from);
      }),
      judge(
        made,
        'pusher/encrypted/unchanged',
        'ciphertext and nonce reach the subscriber as they were published',
        each(feature.unchanged, unchanged),
      ),
    ],
  };
}

function unchanged(view: View): Judgement {
  view.step('publish');
  const frame = view.frameAt(view.step('arrived').events[0] ?? -1);
  const [call] = view.job('sealed').calls;
  const sent = (call?.body as { readonly data?: string } | undefined)?.data;
  const data = frame && messageOf(frame)?.data;
  // Whether it is a string is a matter of its own.
  return frame && carries(frame, sent ?? '')
    ? passed([claimant('right')])
    : wrong('changed', `the text ${sent ?? ''}`, instead(data), frame);
}
