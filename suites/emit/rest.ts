import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject } from '../../src/contract/json.ts';
import type { EmitRules, Refusal, RestCall } from '../../src/contract/rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import {
  failed,
  instead,
  insteadText,
  type Judgement,
  passed,
  untestable,
} from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import type { SpaceToken } from '../../src/target/target.ts';
import type { Exchange } from '../../src/wire/event.ts';

/** Each REST call with a token that must not make it, beside the same call with one that may. */
export function rest(contract: SurfaceContract<EmitRules>): { scenes: Scene<EmitVerbs>[]; cases: Case[] } {
  const cells = Object.entries(contract.rules.rest).flatMap(([name, call]) =>
    Object.entries(call.refuses).map(([credential, refusal]) => ({ name, call, credential, refusal })),
  );
  return { scenes: [calls], cases: [...judgeEach(calls, cells, refusalCase), ...shapeCases] };
}

const calls = scene<EmitVerbs>(
  'emit',
  'emit/rest-calls',
  {
    title: 'each REST call with a token that may and one that may not',
    needs: ['http', 'jobs', 'token:read', 'token:public'],
    cost: { jobs: 2, connections: 2 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('viewer', 'job');
    const pair = async (
      call: string,
      twin: SpaceToken,
      job: string | undefined,
      body = {},
    ): Promise<void> => {
      const at = { ...(job === undefined ? {} : { job }), body };
      // Refused first: had it been taken, the twin would find the job moved on.
      await emit.rest(`${call} public`, call, 'public', at);
      await emit.rest(`${call} ${twin}`, call, twin, at);
    };
    await pair('list', 'read', undefined);
    await pair('get', 'read', 'job');
    await pair('poll', 'worker', undefined, { count: 1 });
    await emit.rest('poll nothing', 'poll', 'worker', { body: { count: 1 } });
    await pair('ack', 'worker', 'job');
    const from = emit.position;
    await pair('progress', 'worker', 'job', { percent: 20, message: 'at work', nonce: emit.nonce, n: 1 });
    await emit.await('proof', ['viewer'], 'job', 'progress', { from });
    await pair('checkpoint', 'worker', 'job', { at: 1 });
    await pair('keepalive', 'worker', 'job');
    await pair('complete', 'worker', 'job', { nonce: emit.nonce });
    await emit.rest('get later', 'get', 'read', { job: 'job' });
    await emit.job('failing', { maxRetries: 0 });
    await emit.watch('other viewer', 'failing');
    await emit.act('failing', 'poll');
    await emit.act('failing', 'ack');
    await pair('fail', 'worker', 'failing', { error: emit.nonce });
    await emit.rest('create public', 'create', 'public', {
      body: { name: `${emit.nonce}-uninvited`, payload: {} },
    });
    await emit.rest('create producer', 'create', 'producer', {
      body: { name: `${emit.nonce}-twin`, payload: {} },
    });
    emit.adopt('twin', 'create producer');
  },
);

function exchangeOf(view: View, name: string): Exchange {
  const step = view.step(name);
  const event = view.recording.events[step.events[0] ?? -1];
  if (event?.kind !== 'exchange') throw new Error(`no exchange in step ${name}`);
  return event;
}

function isTaken(exchange: Exchange): boolean {
  return (
    exchange.status >= 200 &&
    exchange.status < 300 &&
    !(isObject(exchange.json) && typeof exchange.json.error === 'string')
  );
}

function refusalCase(cell: { name: string; call: RestCall; credential: string; refusal: Refusal }) {
  const { name, credential, refusal } = cell;
  const judgeIt =
    (statuses?: readonly number[]) =>
    (view: View): Judgement => {
      const attempt = exchangeOf(view, `${name} ${credential}`);
      if (attempt.status === 429 || attempt.status >= 500)
        return untestable(`the target answered ${attempt.status}`);
      if (attempt.status === 0) return untestable(attempt.error ?? 'no answer');
      if (isTaken(attempt)) {
        if (statuses) return untestable('it was not refused at all');
        return failed({
          rule: 'admitted',
          expected: `${name} is refused`,
          actual: `status ${attempt.status} ${attempt.body.slice(0, 80)}`,
          shape: `status ${attempt.status}`,
          frame: attempt.seq,
        });
      }
      const twin = exchangeOf(view, `${name} ${refusal.twin}`);
      if (!isTaken(twin)) return untestable(`its twin was not taken either (status ${twin.status})`);
      if (attempt.status < 400) {
        return failed({
          rule: 'no-refusal',
          expected: `${name} is refused`,
          actual: `status ${attempt.status}`,
          frame: attempt.seq,
        });
      }
      if (statuses && !statuses.includes(attempt.status)) {
        return failed({
          rule: 'status',
          expected: `status ${statuses.join(' or ')}`,
          actual: `status ${attempt.status}`,
          frame: attempt.seq,
        });
      }
      // The twin's effect was seen on a stream: an HTTP server alone could not have shown it.
      return passed(['viewer']);
    };
  return {
    id: `emit/rest/${name}/${credential}`,
    title: `the ${credential} token may not ${name}`,
    checks: {
      ...each(refusal.refused, judgeIt()),
      ...Object.fromEntries(Object.entries(refusal.status).map(([id, numbers]) => [id, judgeIt(numbers)])),
    },
    covers: [`rest/${name}/${credential}`],
  };
}

/** Replies that the driver relies on, held against what the service's own pages say of them. */
const shapeCases: Case[] = judgeEach(
  calls,
  [
    {
      id: 'E20i',
      name: 'create producer',
      title: 'the reply to a creation says pending',
      holds: (json: unknown) => isObject(json) && json.status === 'pending',
    },
    {
      id: 'E20bi',
      name: 'poll worker',
      title: 'a poll answers with the jobs it hands out',
      holds: (json: unknown) =>
        isObject(json) &&
        Array.isArray(json.jobs) &&
        json.jobs.every((job) => isObject(job) && typeof job.id === 'string' && typeof job.name === 'string'),
    },
    {
      id: 'E20ci',
      name: 'get read',
      title: 'reading a job gives its id and status',
      holds: (json: unknown) =>
        isObject(json) && typeof json.id === 'string' && typeof json.status === 'string',
    },
  ],
  (row) => ({
    id: `emit/rest/${row.name.split(' ')[0]}/reply`,
    title: row.title,
    checks: {
      [row.id]: (view: View): Judgement => {
        const exchange = exchangeOf(view, row.name);
        if (!isTaken(exchange)) return untestable(`status ${exchange.status}`);
        const empty = row.id === 'E20bi' ? exchangeOf(view, 'poll nothing') : undefined;
        if (empty && isTaken(empty) && !(isObject(empty.json) && Array.isArray(empty.json.jobs))) {
          return failed({
            rule: 'empty',
            expected: 'a jobs array, empty',
            ...insteadText(empty.body, 80),
            frame: empty.seq,
          });
        }
        const later = row.id === 'E20ci' ? exchangeOf(view, 'get later') : undefined;
        if (later && isTaken(later) && isObject(later.json) && later.json.status !== 'completed') {
          return failed({
            rule: 'stale',
            expected: 'status completed',
            ...instead(later.json.status),
            frame: later.seq,
          });
        }
        return row.holds(exchange.json)
          ? passed(['viewer'])
          : failed({
              rule: 'reply',
              expected: row.title,
              ...insteadText(exchange.body),
              frame: exchange.seq,
            });
      },
    },
  }),
);
