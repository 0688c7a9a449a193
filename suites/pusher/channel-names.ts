import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { PusherRules, Row, SubscribeTry } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { subscriptionAnswer } from '../../src/surfaces/pusher/message.ts';
import { fill } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { endOf, said, wrong } from './frames.ts';

type NameRow = Row<SubscribeTry & { readonly channel: string }>;

/** Those that must be granted share a connection; what may harm one has a connection of its own. */
const peerOf = (name: string, row: NameRow): string => ('admitted' in row ? 'names' : `name ${name}`);

/** Names that a channel may and may not have. */
export function channelNames({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const rows = Object.entries(rules.channelAuth.channels);
  const made = scene<PusherVerbs>(
    'pusher',
    'pusher/channel-names',
    {
      title: 'names that a channel may and may not have',
      needs: ['ws', 'sign'],
      cost: { jobs: 0, connections: rows.length },
    },
    async ({ connections, nonce }) => {
      await connections.connect('names');
      const values = {
        nonce,
        'name-164': nonce.padEnd(164, '-'),
        'name-165': nonce.padEnd(165, '-'),
      };
      await Promise.all(
        rows.map(async ([name, row]) => {
          const peer = peerOf(name, row);
          if (peer !== 'names') await connections.connect(peer);
          const channel = fill(row.channel, values);
          const auth = row.auth === null || row.auth === undefined ? {} : { auth: row.auth };
          if (peer === 'names')
            await connections.subscribe(peer, channel, { step: `attempt ${name}`, ...auth });
          else await connections.attempt(peer, channel, { step: `attempt ${name}`, ...auth });
        }),
      );
      const peers = new Set(rows.map(([name, row]) => peerOf(name, row)));
      await Promise.all([...peers].map((peer) => connections.ping(peer, { step: `fence ${peer}` })));
    },
  );
  return {
    scenes: [made],
    cases: judgeEach(made, rows, ([name, row]) => ({
      id: `pusher/channel-names/${name}`,
      title: 'admitted' in row ? `a channel may have ${row.says}` : `a channel may not have ${row.says}`,
      checks:
        'admitted' in row
          ? each(row.admitted, (view: View) => granted(view, name))
          : 'refused' in row
            ? each(row.refused, (view: View) => refused(view, name, peerOf(name, row), row.twin))
            : {},
      covers: [`channel-name/${name}`],
    })),
  };
}

function granted(view: View, name: string): Judgement {
  const step = view.maybeStep(`attempt ${name}`);
  if (step?.outcome === 'ok') return passed(['names']);
  if (view.maybeStep('proof names')?.outcome !== 'ok')
    return untestable('nothing is ever confirmed on this connection');
  // Where no public channel opens, it is not the name that is refused.
  if (name !== 'public' && view.maybeStep('attempt public')?.outcome !== 'ok' && !name.startsWith('public'))
    return untestable('no public channel opens');
  const seen = view.frames('names', (frame) => step !== undefined && frame.seq >= step.from)[0];
  return wrong('refused', 'subscription_succeeded with the name of the channel', said(seen), seen);
}

function refused(view: View, name: string, peer: string, twin: string): Judgement {
  const step = view.step(`attempt ${name}`);
  const frame = view.frames(peer, (one) => one.seq >= step.from && /succeeded/.test(one.text))[0];
  if (frame && subscriptionAnswer(frame, channelSent(view, step.from)) === 'granted')
    return wrong('admitted', 'no subscription_succeeded', said(frame), frame);
  if (granted(view, twin).kind !== 'passed') return untestable(`its twin ${twin} was not granted either`);
  const fence = view.maybeStep(`fence ${peer}`);
  return fence?.outcome === 'ok' || endOf(view, peer) ? passed(['names']) : untestable('nothing fences it');
}

/** The channel of the subscription that was sent at a position. */
function channelSent(view: View, at: number): string {
  const sent = view.recording.events[at];
  const message = sent?.kind === 'sent' ? (JSON.parse(sent.text) as { data?: { channel?: string } }) : {};
  return message.data?.channel ?? '';
}
