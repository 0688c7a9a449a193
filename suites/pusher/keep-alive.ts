import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { endOf, neverThere, stillThere, wrong } from './frames.ts';
import { silence } from './silence.ts';

const peerOf = (row: string): string => `ping ${row}`;

/** Pings in every form that clients send, and what becomes of who pings and who does not. */
export function keepAlive(contract: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const { rules } = contract;
  const pings = pingScene(rules);
  const clock = clockScene(rules);
  const { control, survives } = rules.keepAlive;
  const silent = silence(rules);
  return {
    scenes: [pings, clock, silent.scene],
    cases: [
      ...judgeEach(pings, Object.entries(rules.keepAlive.pings), ([name, row]) => ({
        id: `pusher/keep-alive/ping/${name}`,
        title: `a ping is answered whose ${row.says}`,
        checks: each(row.answered, (view: View) => answered(view, peerOf(name), `pong ${name}`)),
        covers: [`ping/${name}`],
      })),
      judge(
        pings,
        'pusher/keep-alive/ping/control-frame',
        'a WebSocket ping is answered by a WebSocket pong',
        each(control.answered, (view) => answered(view, 'ping control', 'control pong')),
      ),
      judge(
        clock,
        'pusher/keep-alive/pinging',
        'a connection that pings stays open, however long it is idle otherwise',
        each([...new Set([...survives.pinging, ...survives.receiving])], (view) => alive(view, 'pinging')),
      ),
      judge(
        clock,
        'pusher/keep-alive/control-frames',
        'WebSocket pings alone keep a connection open',
        each([...new Set([...control.counts, ...survives.receiving])], (view) => alive(view, 'control')),
      ),
      ...silent.cases,
    ],
  };
}

function pingScene(rules: PusherRules): Scene<PusherVerbs> {
  const rows = Object.entries(rules.keepAlive.pings);
  return scene<PusherVerbs>(
    'pusher',
    'pusher/pings',
    {
      title: 'pings in every form that clients send',
      needs: ['ws', 'sign'],
      cost: { jobs: 0, connections: rows.length + 1 },
    },
    async ({ connections, waits }) => {
      await Promise.all([
        ...rows.map(async ([name, row]) => {
          const peer = peerOf(name);
          await connections.connect(peer, row.early ? { early: row.frame } : {});
          if (!row.early) {
            await connections.ping(peer, { step: `pong ${name}`, frame: row.frame });
            return;
          }
          await waits.step({
            step: `pong ${name}`,
            verb: 'ping',
            peer,
            from: 0,
            what: 'pusher:pong',
            matches: (event) => event.kind === 'frame' && eventOf(event) === protocolEvent.pong,
          });
        }),
        connections
          .connect('ping control')
          .then(() => connections.controlPing('ping control', 'control pong')),
      ]);
    },
  );
}

function answered(view: View, peer: string, step: string): Judgement {
  const never = neverThere(view, peer);
  if (never) return never;
  const pong = view.maybeStep(step);
  if (!pong) return untestable(`not reached: ${step}`);
  if (pong.outcome === 'ok') return passed([peer]);
  return wrong('unanswered', 'a pong', pong.reason ?? 'none', endOf(view, peer));
}

/** Two connections that do nothing but ping, for as long as the rules say. */
function clockScene({ keepAlive: rule }: PusherRules): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    'pusher/keep-alive',
    {
      title: 'connections that do nothing but ping',
      needs: ['ws', 'sign'],
      cost: { jobs: 0, connections: 2 },
      slow: true,
    },
    async ({ connections, clock }) => {
      const stay = async (peer: string, sign: (step: string) => Promise<boolean>): Promise<void> => {
        await connections.connect(peer, { silent: true });
        // A client pings at the smaller of its own interval and the one that it was told.
        const told = connections.activityTimeout(peer) ?? rule.activityTimeoutSeconds;
        const interval = Math.max(1, Math.min(told, rule.activityTimeoutSeconds) - 2);
        // In real time a scene has two minutes at most; that is still far more than a silent client is given.
        const seconds = clock.hasControl ? rule.survives.seconds : 100;
        for (let n = 1; n <= Math.ceil(seconds / interval); n++) {
          await clock.pass(peer, connections.nonceOf(peer), interval);
          if (!(await sign(`sign of ${peer} ${n}`))) return;
        }
        await sign(`fence ${peer}`);
      };
      await Promise.all([
        stay('pinging', (step) => connections.ping('pinging', { step })),
        stay('control', (step) => connections.controlPing('control', step)),
      ]);
    },
  );
}

function alive(view: View, peer: string): Judgement {
  const never = neverThere(view, peer);
  if (never) return never;
  const closed = endOf(view, peer);
  const fence = view.maybeStep(`fence ${peer}`);
  // After its last ping nobody pings there any more: in a long run the server is right to cut it.
  const isOver = fence?.outcome === 'ok' && closed !== undefined && closed.seq >= fence.to;
  if (closed && !isOver)
    return wrong('cut', 'the connection stays open', `closed with ${closed.code}`, closed);
  const missed = view.recording.steps.find(
    (step) => step.name.startsWith(`sign of ${peer}`) && step.outcome === 'miss',
  );
  if (missed) return untestable(`${missed.name}: ${missed.reason}`);
  return stillThere(view, peer, `fence ${peer}`) ?? passed([peer]);
}
