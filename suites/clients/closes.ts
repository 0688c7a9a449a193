import type { ComesBack } from '../../src/contract/client-rules.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { PusherClientVerbs } from '../../src/surfaces/clients/pusher-verbs.ts';
import { closeOf } from '../../src/surfaces/clients/seen.ts';
import { gapAfter, needs, staysAway, wrong } from './findings.ts';

/** What a client does after each close code: every row of closeCodes, and codes of the ranges without a row. */
export function closes(rules: PusherRules): { scenes: Scene<PusherClientVerbs>[]; cases: Case[] } {
  const { comesBack } = rules.clients;
  const codes = [
    ...Object.entries(rules.closeCodes).map(([code, row]) => ({ code, client: row.client, says: row.says })),
    ...Object.entries(comesBack.unnamed).map(([code, client]) => ({ code, client, says: 'no meaning yet' })),
  ];
  const of = (client: ComesBack): Row[] => codes.filter((row) => row.client === client);
  const returning = [...of('after-1s'), ...of('at-once')];
  const back = scene<PusherClientVerbs>(
    'pusher',
    'pusher-client/comes-back',
    {
      title: 'closes after which a client may come back, one after the other',
      needs: [],
      cost: { jobs: 0, connections: returning.length + 1 },
    },
    async (client) => {
      await client.start();
      for (const [at, { code }] of returning.entries()) {
        await client.subscribed(`connection ${at + 1}`);
        client.end(`connection ${at + 1}`, Number(code));
        await client.connected(at + 2);
      }
      await client.stop();
    },
  );
  const away = of('never').map((row) => ({ row, scene: awayScene(row, comesBack.never.watchMs) }));
  return {
    scenes: [back, ...away.map((one) => one.scene)],
    cases: [
      ...returning.map((row, at) =>
        judge(
          back,
          `pusher-client/close/${row.code}`,
          row.client === 'at-once'
            ? `after ${row.code} (${row.says}) the client comes back at once`
            : `after ${row.code} (${row.says}) the client waits a second or longer`,
          each(comesBack[row.client === 'at-once' ? 'at-once' : 'after-1s'].requirements, (view) =>
            returns(view, at + 1, row.client === 'at-once' ? comesBack['at-once'] : comesBack['after-1s']),
          ),
          { covers: [`client-close/${row.code}`] },
        ),
      ),
      ...away.map(({ row, scene: made }) =>
        judge(
          made,
          `pusher-client/close/${row.code}`,
          `after ${row.code} (${row.says}) the client does not come back unchanged`,
          each(comesBack.never.requirements, (view) => {
            // Who does not come back after a drop either has not understood the code.
            needs(view, 'subscribe connection 1', 'dial 2', 'subscribe connection 2');
            return staysAway(view, 'connection 2', 'watched');
          }),
          { covers: [`client-close/${row.code}`] },
        ),
      ),
    ],
  };
}

interface Row {
  readonly code: string;
  readonly client: ComesBack;
  readonly says: string;
}

function awayScene({ code, says }: Row, watchMs: number): Scene<PusherClientVerbs> {
  return scene<PusherClientVerbs>(
    'pusher',
    `pusher-client/closed-with-${code}`,
    {
      title: `a drop, after which a client comes back, and then ${code}: ${says}`,
      needs: [],
      cost: { jobs: 0, connections: 3 },
    },
    async (client) => {
      await client.start();
      await client.subscribed('connection 1');
      client.drop('connection 1');
      await client.connected(2);
      await client.subscribed('connection 2');
      client.end('connection 2', Number(code));
      await client.watchDials('watched', watchMs);
      await client.stop();
    },
  );
}

function returns(
  view: View,
  n: number,
  rule: { readonly notBeforeMs: number } | { readonly withinMs: number },
): Judgement {
  const peer = `connection ${n}`;
  needs(view, `subscribe ${peer}`);
  const closed = closeOf(view.recording, peer);
  const gap = gapAfter(view.recording, peer);
  if (gap === undefined) {
    const reason = view.maybeStep(`dial ${n + 1}`)?.reason ?? 'it did not come';
    return wrong('stays-away', 'it comes back', reason, closed);
  }
  const inWords = `${Math.round(gap)} ms`;
  if ('notBeforeMs' in rule && gap < rule.notBeforeMs)
    return wrong('too-early', 'a second or longer', inWords, closed);
  if ('withinMs' in rule && gap > rule.withinMs) return wrong('too-late', 'at once', inWords, closed);
  return passed([peer], { note: `back after ${inWords}` });
}
