import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { HarmlessTry, PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { eventOf, isChannelEvent, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import { fill } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { endOf, stillThere, wrong } from './frames.ts';

/** Valid WebSocket frames with bad content, each by itself: whoever sends them harms nobody. */
export function robustness({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const made = Object.entries(rules.robustness).map(([name, row]) => ({
    name,
    row,
    made: hostileScene(name, row),
  }));
  return {
    scenes: made.map((one) => one.made),
    cases: made.flatMap((one) =>
      judgeEach(one.made, [one], ({ name, row }) => ({
        id: `pusher/robustness/${name}`,
        title: `${row.says} harms nobody`,
        checks: {
          ...each(row.harmless, harmless),
          ...each(row.relayed ?? [], notRelayed),
        },
        covers: [`robustness/${name}`],
      })),
    ),
  };
}

function hostileScene(name: string, row: HarmlessTry): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    `pusher/hostile-${name}`,
    {
      title: `a client sends ${row.says}`,
      phase: 'hostile',
      needs: ['ws', 'sign'],
      cost: { jobs: 0, connections: 3 },
    },
    async ({ connections, auth, nonce }) => {
      const channel = auth.hasSecret ? auth.freshChannel() : auth.channel();
      await Promise.all(
        ['bystander', 'nuisance'].map(async (peer) => {
          await connections.connect(peer);
          // A channel that both are on is only needed where one might see what the other sends to it.
          if (row.relayed) await connections.join(peer, channel);
        }),
      );
      connections.send('nuisance', messageOf(row, channel, nonce));
      await connections.ping('nuisance', { step: 'fence nuisance' });
      await connections.ping('bystander', { step: 'fence bystander' });
      await connections.open('afterwards');
    },
  );
}

function messageOf(row: HarmlessTry, channel: string, nonce: string): string | Uint8Array {
  if (row.hex !== undefined) return Buffer.from(row.hex, 'hex');
  if (row.binary !== undefined) return Buffer.from(row.binary, 'utf8');
  return fill(row.text ?? '', {
    channel,
    nonce,
    'made-up': `plumbline:${nonce}`,
    'name-10000': 'n'.repeat(10_000),
    'nested-10000': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    'text-200000': 't'.repeat(200_000),
  });
}

/** Codes by which a server may tell a client that it will have none of it: the protocol's own, and WebSocket's. */
const telling = [1003, 1007, 1008, 1009];

function harmless(view: View): Judgement {
  view.step('established nuisance');
  const others = stillThere(view, 'bystander', 'fence bystander');
  if (others) return others;
  const afterwards = view.maybeStep('established afterwards');
  if (afterwards?.outcome !== 'ok')
    return wrong('no-more', 'new connections are served', afterwards?.reason ?? 'none');
  const fence = view.maybeStep('fence nuisance');
  if (!fence) return untestable('not reached: fence nuisance');
  if (fence.outcome === 'ok') return passed(['nuisance', 'bystander']);
  const closed = endOf(view, 'nuisance');
  const isTold =
    closed !== undefined && ((closed.code >= 4000 && closed.code <= 4399) || telling.includes(closed.code));
  if (isTold) return passed(['bystander']);
  return wrong(
    'gone',
    'the connection stays in use, or is told why not',
    closed ? `closed with ${closed.code}` : 'no pong',
    closed,
  );
}

function notRelayed(view: View): Judgement {
  view.step('join bystander');
  const sent = view
    .of('nuisance')
    .findLast((event) => event.kind === 'sent' && event.text.includes('updated'));
  return absent(view, {
    rule: 'relayed',
    what: "event that another client's frame asked for",
    watcher: 'bystander',
    forbidden: isChannelEvent,
    witness: sent,
    witnessed: 'the forged event',
    fence: (event) => event.kind === 'frame' && eventOf(event) === protocolEvent.pong,
    grade: 'a pong on the same connection',
  });
}
