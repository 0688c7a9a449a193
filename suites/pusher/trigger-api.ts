import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { PusherRules, Row, TriggerTry } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { isTaken } from '../../src/surfaces/pusher/http-pool.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { exchangeOf, wrong } from './frames.ts';
import { answersAsked, nothingArrived } from './trigger-answers.ts';
import { eventName, performRow, type TriggerRow, triggerBody } from './trigger-rows.ts';

/** Every call of the trigger API, good and changed, with somebody listening. */
export function triggerApi({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const rows = Object.entries(rules.triggerApi.rows) as [string, Row<TriggerTry>][];
  const made = triggerScene(rules, rows);
  return {
    scenes: [made],
    cases: [
      ...judgeEach(made, rows, ([name, row]) => ({
        id: `pusher/trigger-api/${name}`,
        title: 'refused' in row ? `refused: ${row.says}` : `${row.says}`,
        checks: checksOf(rules, name, row),
        covers: [`trigger/${name}`],
        applies: { offers: ['trigger-api', ...(row.offers ?? [])] },
      })),
      judge(
        made,
        'pusher/trigger-api/whole',
        'what was accepted, however large, arrives',
        each(rules.delivery.whole, (view) => arrivedWhole(view)),
        { applies: { offers: ['trigger-api'] }, covers: ['delivery/whole'] },
      ),
    ],
  };
}

function triggerScene(
  rules: PusherRules,
  rows: readonly (readonly [string, TriggerRow])[],
): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    'pusher/trigger-api',
    {
      title: 'every call of the trigger API',
      needs: ['ws', 'sign', 'trigger'],
      cost: { jobs: 0, connections: 2 },
    },
    async (verbs) => {
      const { connections, publisher, nonce } = verbs;
      const channel = `plumbline-${nonce}`;
      const many = Array.from({ length: 100 }, (_, at) => `${channel}-${at}`);
      await Promise.all(['witness', 'excluded'].map((peer) => connections.connect(peer)));
      await connections.join('witness', channel);
      await connections.join('excluded', channel);
      await Promise.all(
        many.map((one) => connections.subscribe('witness', one, { step: `join ${one}`, auth: '' })),
      );
      publisher.job('published', channel);
      const place = {
        channel,
        many,
        socketId: connections.socketId('excluded'),
        eventName: rules.names.event,
      };
      const tried = rows.filter(([, { offers = [] }]) => offers.every(verbs.offers));
      await Promise.all(tried.map(([name, row]) => performRow(verbs, name, row, place)));
      await performRow(
        verbs,
        'at the limit',
        { says: '', call: 'events', body: { data: rules.limits.eventData }, admitted: [] },
        place,
      );
      // Whatever was to be sent for what came before is on its way when this arrives.
      await performRow(verbs, 'fence', { says: '', call: 'events', admitted: [] }, place);
      for (const peer of ['witness', 'excluded']) {
        await connections.settle(
          peer,
          (event) => event.kind === 'frame' && event.text.includes(eventName('fence', nonce)),
        );
        await connections.ping(peer, { step: `fence ${peer}` });
      }
    },
  );
}

function checksOf(
  rules: PusherRules,
  name: string,
  row: TriggerRow,
): Record<string, (view: View) => Judgement> {
  if ('admitted' in row) {
    const { empty } = rules.triggerApi.accepted;
    const ids = [...row.admitted, ...(name === 'good' ? empty : [])];
    return Object.fromEntries(
      ids.map((id) => [id, (view: View) => answersAsked(view, rules, name, row, id)]),
    );
  }
  if (!('refused' in row)) return { PH22i: (view) => answersAsked(view, rules, name, row, 'PH22i') };
  const statuses = Object.entries(row.status ?? {});
  const checks: Record<string, (view: View) => Judgement> = {};
  for (const id of row.refused) {
    const own = row.status?.[id];
    checks[id] = (view) => refused(view, name, row.twin, own);
  }
  for (const [id, allowed] of statuses) checks[id] ??= (view) => refused(view, name, row.twin, allowed, true);
  return checks;
}

/** Refused beside its accepted twin, and nobody was sent anything of it. */
function refused(
  view: View,
  name: string,
  twin: string,
  statuses: readonly number[] | undefined,
  onlyStatus = false,
): Judgement {
  const exchange = exchangeOf(view, name);
  if (isTaken(exchange)) {
    if (onlyStatus)
      return { kind: 'not-applicable', reason: 'it was not refused, which its own requirement judges' };
    return wrong(
      'accepted',
      'a refusal',
      `status ${exchange.status} ${exchange.body.slice(0, 80)}`,
      exchange,
    );
  }
  if (exchange.status === 0) return untestable(exchange.error ?? 'no answer');
  if (exchange.status === 429 || (exchange.status >= 500 && statuses === undefined))
    return untestable(`the target answered ${exchange.status}, which says nothing about the request`);
  const absence = onlyStatus ? undefined : nothingArrived(view, name);
  if (absence && absence.kind !== 'passed') return absence;
  if (!isTaken(exchangeOf(view, twin))) return untestable(`its twin ${twin} was not accepted either`);
  if (view.maybeStep('fence witness')?.outcome !== 'ok') return untestable('nothing fences it');
  return statuses === undefined || statuses.includes(exchange.status)
    ? passed(['witness'])
    : wrong('status', `status ${statuses.join(' or ')}`, `status ${exchange.status}`, exchange);
}

function arrivedWhole(view: View): Judgement {
  view.step('join witness');
  const names = ['data-10kb', 'at the limit', 'data-too-large'].filter((name) =>
    isTaken(exchangeOf(view, name)),
  );
  if (names.length === 0) return untestable('no large event was accepted');
  for (const name of names) {
    const [sent] = triggerBody(view, name);
    const frame = view.frames('witness', (one) => one.text.includes(eventName(name, view.nonce)))[0];
    if (!frame)
      return wrong(
        'vanished',
        `the ${sent?.data.length} characters that were accepted`,
        'nothing',
        exchangeOf(view, name),
      );
  }
  return passed(['witness']);
}
