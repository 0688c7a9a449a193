import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import { watch } from '../../src/suite/monitor.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { on, written } from '../../src/suite/written-recording.ts';
import type { NewEvent } from '../../src/wire/event.ts';
import { pusherSuite } from './index.ts';

type Dialect = 'modelbeam' | 'dryapi';
const dialects = ['modelbeam', 'dryapi'] as const;
const channel = 'private-client.42';
const ids = ['123e4567-e89b-12d3-a456-426614174000', '9b2f1c3e-7d40-4a51-8c66-0f9e2d7b1a35'];

interface Update {
  readonly status: string;
  readonly percent: number;
}

/**
 * Lives of a job as the two documents tell them, without a look at rules.yaml: processing, any number of
 * in_progress each with more than before, done. ModelBeam may show pending, and leave steps out.
 */
const lives = (dialect: Dialect) =>
  fc
    .record({
      pending: fc.boolean(),
      processing: fc.boolean(),
      progress: fc.uniqueArray(fc.integer({ min: 1, max: 98 }), { maxLength: 6 }),
      done: fc.boolean(),
    })
    .map(({ pending, processing, progress, done }): readonly Update[] => [
      ...(pending && dialect === 'modelbeam' ? [{ status: 'pending', percent: 0 }] : []),
      ...(processing || dialect === 'dryapi' ? [{ status: 'processing', percent: 0 }] : []),
      ...[...progress].sort((a, b) => a - b).map((percent) => ({ status: 'in_progress', percent })),
      ...(done ? [{ status: 'done', percent: 100 }] : []),
    ])
    .filter((life) => life.length > 0);

const frameOf = (dialect: Dialect, id: string, { status, percent }: Update): string =>
  JSON.stringify({
    event: 'request.status.updated',
    channel,
    data: JSON.stringify({
      request_id: id,
      status,
      preview: null,
      result_url: status === 'done' ? 'https://storage.example.test/1?expires=1893456000&signature=ab' : null,
      progress: dialect === 'modelbeam' ? percent : percent.toFixed(2),
    }),
  });

const suites = new Map<Dialect, Suite>();
beforeAll(async () => {
  const contract = await loadContract();
  for (const dialect of dialects) suites.set(dialect, pusherSuite(contract, dialect));
}, 180_000);

/** Requirements that the monitors find broken where the jobs went so, their events in that order of arrival. */
function broken(dialect: Dialect, jobs: readonly (readonly Update[])[], order: readonly number[] = []) {
  const peer = on('viewer');
  const established = { socket_id: '1.2', activity_timeout: 30 };
  const subscribe = { event: 'pusher:subscribe', data: { channel, auth: 'key:signature' } };
  const events: NewEvent[] = [
    peer.opened,
    peer.frame(JSON.stringify({ event: 'pusher:connection_established', data: JSON.stringify(established) })),
    { kind: 'sent', peer: 'viewer', text: JSON.stringify(subscribe), binary: false },
    peer.frame(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' })),
  ];
  const from = events.length;
  const queues = jobs.map((life, at) =>
    life.map((update) => peer.frame(frameOf(dialect, ids[at] ?? '', update))),
  );
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const event = waiting[(order[turn] ?? 0) % waiting.length]?.shift();
    if (event) events.push(event);
  }
  const recording = written({
    events,
    nonce: 'no-such-nonce',
    jobs: Object.fromEntries(
      jobs.map((_, at) => {
        const id = ids[at] ?? '';
        return [id, { name: id, id, where: channel, nonce: 'x', calls: [], from, about: {} }];
      }),
    ),
  });
  const suite = suites.get(dialect);
  if (!suite) throw new Error(`no suite of ${dialect}`);
  const found = suite.monitors.flatMap(
    (one) =>
      watch(one, {
        recording,
        dialect,
        role: 'application',
        jobOf: (frame) => suite.surface.jobOf(recording, frame),
        shared: new Map(),
      }).findings,
  );
  return [...new Set(found.map(({ requirement }) => requirement))];
}

/** Ids by what they say, as each document has it. */
const says = {
  modelbeam: { back: 'M14', afterTheEnd: 'M14bi', falls: 'M13i', repeated: 'M14i' },
  dryapi: { back: 'D49', afterTheEnd: 'D30', falls: 'D25bi', repeated: 'D18' },
} as const;

describe.each(dialects)('the monitors of pusher, under %s', (dialect) => {
  const { back, afterTheEnd, falls, repeated } = says[dialect];

  it('find nothing in any life that the document allows', () => {
    fc.assert(
      fc.property(lives(dialect), (life) => {
        expect(broken(dialect, [life])).toEqual([]);
      }),
    );
  });

  it('find nothing in two such lives at once, in whatever order they arrive', () => {
    const two = fc.tuple(lives(dialect), lives(dialect));
    fc.assert(
      fc.property(two, fc.array(fc.nat(), { maxLength: 20 }), (both, order) => {
        expect(broken(dialect, both, order)).toEqual([]);
      }),
    );
  });

  it('find in two lives at once what they find in the bad one alone', () => {
    const two = fc.tuple(lives(dialect), lives(dialect), fc.array(fc.nat(), { maxLength: 20 }));
    fc.assert(
      fc.property(two, ([good, life, order]) => {
        const bad = [...life].reverse();
        expect(broken(dialect, [good, bad], order).sort()).toEqual(broken(dialect, [bad]).sort());
      }),
    );
  });

  it('find a step back, whatever came before', () => {
    fc.assert(
      fc.property(lives(dialect), (life) => {
        fc.pre(life.at(-1)?.status === 'in_progress');
        expect(broken(dialect, [[...life, { status: 'processing', percent: 99 }]])).toContain(back);
      }),
    );
  });

  it('find whatever follows done', () => {
    const later = fc.constantFrom('processing', 'in_progress', 'done');
    fc.assert(
      fc.property(lives(dialect), later, (life, status) => {
        fc.pre(life.at(-1)?.status === 'done');
        expect(broken(dialect, [[...life, { status, percent: 100 }]])).toContain(afterTheEnd);
      }),
    );
  });

  it('find an event that says the same as the one before, and nothing else', () => {
    fc.assert(
      fc.property(lives(dialect), (life) => {
        const last = life.at(-1);
        fc.pre(last?.status === 'in_progress');
        expect(broken(dialect, [[...life, ...life.slice(-1)]])).toEqual([repeated]);
      }),
    );
  });

  it('find progress that falls, and nothing else', () => {
    fc.assert(
      fc.property(lives(dialect), fc.integer({ min: 1, max: 97 }), (life, less) => {
        const percent = life.at(-1)?.percent ?? 0;
        fc.pre(life.at(-1)?.status === 'in_progress' && less < percent);
        expect(broken(dialect, [[...life, { status: 'in_progress', percent: less }]])).toEqual([falls]);
      }),
    );
  });
});

it('a job of dryAPI that was watched from its beginning begins with processing', () => {
  fc.assert(
    fc.property(lives('dryapi'), (life) => {
      fc.pre(life.length > 1);
      expect(broken('dryapi', [life.slice(1)])).toContain('D28');
    }),
  );
});
