import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../src/contract/contract.ts';
import type { Json, JsonObject } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { watch } from '../../src/suite/monitor.ts';
import type { Call } from '../../src/suite/recording.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { on, written } from '../../src/suite/written-recording.ts';
import type { NewEvent } from '../../src/wire/event.ts';
import { emitSuite } from './index.ts';

/**
 * The life of a job as the document tells it, written down here once more and without a look at rules.yaml:
 * pending → delivered → running → completed or dead; a delivery that times out and a retry lead back.
 */
const next = {
  pending: ['delivered'],
  delivered: ['acked', 'delivery_timeout'],
  running: ['progress', 'progress', 'checkpoint', 'completed', 'retried', 'dead'],
  completed: [],
  dead: [],
} as const;
type State = keyof typeof next;
type Type = (typeof next)[State][number];
const statusAfter: Readonly<Record<Type, State>> = {
  delivered: 'delivered',
  acked: 'running',
  delivery_timeout: 'pending',
  progress: 'running',
  checkpoint: 'running',
  completed: 'completed',
  retried: 'pending',
  dead: 'dead',
};
const hasData: ReadonlySet<string> = new Set(['progress', 'checkpoint', 'completed', 'retried', 'dead']);

interface Event {
  readonly type: string;
  readonly status: string;
  readonly data?: Json;
}

/** A walk from the first state, by choices; `to` the end if the choices lead there. */
function walk(from: State, choices: readonly number[]): readonly Event[] {
  const events: Event[] = [{ type: 'init', status: from }];
  let state = from;
  let n = 0;
  let attempt = 0;
  for (const choice of choices) {
    const types = next[state];
    const type = types[choice % Math.max(types.length, 1)];
    if (type === undefined) break;
    state = statusAfter[type];
    if (type === 'progress') n += 1;
    if (type === 'retried') attempt += 1;
    const data: Json =
      type === 'retried'
        ? { error: 'disk full', attemptNumber: attempt }
        : type === 'dead'
          ? { error: 'disk full' }
          : { n, at: events.length };
    events.push({ type, status: state, ...(hasData.has(type) ? { data } : {}) });
  }
  return events;
}

const states = fc.constantFrom<State>('pending', 'delivered', 'running');
const walks = fc
  .tuple(states, fc.array(fc.nat({ max: 59 }), { minLength: 3, maxLength: 14 }))
  .map(([from, choices]) => walk(from, choices));

const ids = ['01JLQX0000000000000000AAAA', '01JLQX0000000000000000BBBB', '01JLQX0000000000000000CCCC'];
const hidden: ReadonlySet<string> = new Set(['checkpoint', 'completed', 'retried', 'dead']);

/** The frames of a walk as one viewer sees them, each a second after the one before. */
function frames(events: readonly Event[], id: string, scope: 'full' | 'stripped'): readonly JsonObject[] {
  return events.map(({ type, status, data }, at) => ({
    jobId: id,
    jobName: 'report',
    type,
    status,
    ...(data === undefined ? {} : { data: scope === 'stripped' && hidden.has(type) ? null : data }),
    timestamp: `2025-02-24T10:00:${String(at).padStart(2, '0')}.000Z`,
  }));
}

interface Viewer {
  readonly peer: string;
  readonly id: string;
  readonly scope: 'full' | 'stripped';
  readonly frames: readonly JsonObject[];
  /** What the worker sent, in order: owed to a viewer who was there. */
  readonly sent?: readonly Event[];
}

let suite: Suite;
beforeAll(async () => {
  const contract: Contract = await loadContract();
  suite = emitSuite(contract, 'emit@1');
}, 180_000);

/** Requirements that the monitors find broken where these viewers saw what they saw, in that order of arrival. */
function broken(viewers: readonly Viewer[], order: readonly number[] = []): readonly string[] {
  const events: NewEvent[] = [];
  const calls = new Map<string, Call[]>();
  for (const { peer, frames: own } of viewers) {
    events.push(on(peer).opened);
    const [first] = own;
    if (first) events.push(on(peer).frame(JSON.stringify(first)));
  }
  for (const { id, sent = [] } of viewers) {
    if (calls.has(id)) continue;
    const made = sent.filter(({ type }) => type === 'progress' || type === 'checkpoint');
    calls.set(
      id,
      made.map(({ type, data = null }) => {
        events.push({ kind: 'timer', peer: 'rest', what: type, ms: 0 });
        return { verb: type, body: data, accepted: true, seq: events.length - 1 };
      }),
    );
  }
  const queues = viewers.map(({ peer, frames: own }) =>
    own.slice(1).map((frame) => on(peer).frame(JSON.stringify(frame))),
  );
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const event = waiting[(order[turn] ?? 0) % waiting.length]?.shift();
    if (event) events.push(event);
  }
  for (const { peer } of viewers) events.push(on(peer).closed(1000, 'us'));
  const recording = written({
    events,
    jobs: Object.fromEntries(
      viewers.map(({ id }) => {
        const about = { jobName: 'report' };
        return [id, { name: id, id, where: 'S1', nonce: 'x', calls: calls.get(id) ?? [], from: 0, about }];
      }),
    ),
  });
  for (const { peer, id, scope } of viewers) {
    const about = {
      stream: 'job',
      scope,
      credential: scope === 'full' ? 'read' : 'progress',
      space: 'S1',
      job: id,
    };
    recording.peers[peer] = { name: peer, about };
  }
  const context = {
    recording,
    dialect: 'emit@1',
    role: 'application' as const,
    jobOf: (frame: Parameters<Suite['surface']['jobOf']>[1]) => suite.surface.jobOf(recording, frame),
    shared: new Map<string, unknown>(),
  };
  const found = suite.monitors.flatMap((one) => watch(one, context).findings);
  return [...new Set(found.map(({ requirement }) => requirement))].sort();
}

const one = (events: readonly Event[], more: Partial<Viewer> = {}): Viewer => {
  const { id = ids[0] ?? '', scope = 'full' } = more;
  return { peer: 'viewer', id, scope, frames: frames(events, id, scope), ...more };
};
const scopes = fc.constantFrom('full' as const, 'stripped' as const);

describe('the monitors of emit', () => {
  it('find nothing in any life that the document allows, whatever of it a viewer may see', () => {
    fc.assert(
      fc.property(walks, scopes, (events, scope) => {
        expect(broken([one(events, { scope, sent: events })])).toEqual([]);
      }),
    );
  });

  it('find nothing in several lives at once, in whatever order they arrive', () => {
    const several = fc.tuple(walks, walks, walks);
    fc.assert(
      fc.property(several, scopes, fc.array(fc.nat(), { maxLength: 40 }), (lives, scope, order) => {
        const viewers = lives.map((events, at) =>
          one(events, { peer: `viewer ${at}`, id: ids[at] ?? '', scope, sent: events }),
        );
        expect(broken(viewers, order)).toEqual([]);
      }),
    );
  });

  it('find in each of several lives what they find in it alone', () => {
    const pairs = fc.tuple(walks, walks, fc.nat(), fc.array(fc.nat(), { maxLength: 40 }));
    fc.assert(
      fc.property(pairs, ([good, bad, place, order]) => {
        const at = 1 + (place % Math.max(bad.length - 1, 1));
        const spoilt = [...bad.slice(0, at), ...bad.slice(at + 1)];
        const alone = broken([one(spoilt, { id: ids[1] ?? '' })]);
        const both = [one(good), one(spoilt, { peer: 'other', id: ids[1] ?? '' })];
        expect(broken(both, order)).toEqual(alone);
      }),
    );
  });

  /** Whether the document allows the types in this order; what follows an end is a matter of its own. */
  const isLegal = (events: readonly Event[]): boolean => {
    let state = events[0]?.status as State;
    return events.slice(1).every(({ type }) => {
      if (next[state].length === 0) return true;
      const may = (next[state] as readonly string[]).includes(type);
      state = statusAfter[type as Type];
      return may;
    });
  };

  it.each([
    ['dropped', (events: readonly Event[], at: number) => events.filter((_, n) => n !== at)],
    [
      'doubled',
      (events: readonly Event[], at: number) =>
        events.flatMap((event, n) => (n === at ? [event, event] : [event])),
    ],
    [
      'swapped with the next',
      (events: readonly Event[], at: number) =>
        events.flatMap((event, n) =>
          n === at ? events.slice(n + 1, n + 2).concat(event) : n === at + 1 ? [] : [event],
        ),
    ],
  ] as const)('find E22i where one step was %s and the document does not allow what is left', (_, spoil) => {
    let illegal = 0;
    fc.assert(
      fc.property(walks, fc.nat(), (events, place) => {
        const at = 1 + (place % Math.max(events.length - 1, 1));
        const spoilt = spoil(events, at);
        fc.pre(spoilt[0]?.type === 'init');
        const found = broken([one(spoilt)]);
        const legal = isLegal(spoilt);
        if (!legal) illegal += 1;
        expect(found.includes('E22i')).toBe(!legal);
      }),
      { numRuns: 200 },
    );
    expect(illegal).toBeGreaterThan(20);
  });

  it('find the right requirement in whatever follows the end', () => {
    const ends = fc.constantFrom<Type>('completed', 'dead');
    const later = fc.constantFrom<Type>('delivered', 'acked', 'progress', 'checkpoint', 'completed', 'dead');
    fc.assert(
      fc.property(ends, later, scopes, (end, type, scope) => {
        const event = (one: Type): Event => ({
          type: one,
          status: statusAfter[one],
          ...(hasData.has(one) ? { data: { error: 'x' } } : {}),
        });
        const events: Event[] = [{ type: 'init', status: 'running' }, event(end), event(type)];
        expect(broken([one(events, { scope })])).toContain(end === 'completed' ? 'E33i' : 'E35i');
      }),
    );
  });

  it('find that init is missing, late or there twice', () => {
    fc.assert(
      fc.property(walks, (events) => {
        const [init, ...rest] = events;
        fc.pre(init !== undefined && rest.length > 1);
        expect(broken([one(rest)])).toContain('E21');
        expect(broken([one([...rest.slice(0, 1), ...events])])).toContain('E21');
        expect(broken([one([...events, ...events.slice(0, 1)])])).toContain('E21bi');
      }),
    );
  });

  it('find that an update of the worker was lost, by its type', () => {
    let lost = 0;
    fc.assert(
      fc.property(walks, fc.nat(), scopes, (events, place, scope) => {
        const updates = events.filter(({ type }) => type === 'progress' || type === 'checkpoint');
        const gone = updates[place % Math.max(updates.length, 1)];
        fc.pre(gone !== undefined);
        lost += 1;
        const seen = events.filter((event) => event !== gone);
        const found = broken([one(seen, { scope, sent: events })]);
        expect(found).toEqual(['E22', gone?.type === 'progress' ? 'E31' : 'E32'].sort());
      }),
    );
    expect(lost).toBeGreaterThan(20);
  });

  const updates = (numbers: readonly number[]): readonly Event[] => [
    { type: 'init', status: 'running' },
    ...numbers.map((n) => ({ type: 'progress', status: 'running', data: { n } })),
  ];

  it('find that two updates have changed places, or that one came twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.nat(), scopes, (count, place, scope) => {
        const sent = Array.from({ length: count }, (_, n) => n + 1);
        const at = place % (count - 1);
        const swapped = [...sent];
        swapped.splice(at, 2, at + 2, at + 1);
        const more = { scope, sent: updates(sent) };
        expect(broken([one(updates(swapped), more)])).toEqual(['E22i', 'E31i']);
        expect(broken([one(updates([...sent, at + 1]), more)])).toEqual(['E22i']);
      }),
    );
  });

  it('find that an attempt number did not grow by one', () => {
    const numbers = fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(numbers, ([first, second]) => {
        const again = ['delivered', 'acked'].map((type) => ({ type, status: statusAfter[type as Type] }));
        const retried = (attemptNumber: number): Event => ({
          type: 'retried',
          status: 'pending',
          data: { error: 'x', attemptNumber },
        });
        const events = [{ type: 'init', status: 'running' }, retried(first), ...again, retried(second)];
        expect(broken([one(events)])).toEqual(second === first + 1 ? [] : ['E34i']);
      }),
    );
  });
});

describe('what a progress viewer must not see', () => {
  const secret = 'canary-9b1fe77a02';
  const disguises: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => Buffer.from(`x${text}`).toString('hex'),
    (text) => Buffer.from(`ab${text}cd`).toString('base64'),
    (text) => Buffer.from(`a${text}`).toString('base64url'),
    (text) => text.replace(/[\s\S]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
    (text) => JSON.stringify({ deep: [JSON.stringify(text)] }),
  ];
  const carriers = { checkpoint: ['E12'], result: ['E10'], error: ['E11', 'E13'] } as const;

  it('is found wherever it is planted, at any depth, as value or key, in any disguise and any event', () => {
    const places = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constant<Json>('HERE'),
        fc.tuple(tie('tree'), fc.jsonValue()).map(([a, b]) => [b as Json, a]),
        fc.tuple(fc.string({ maxLength: 6 }), tie('tree')).map(([key, a]) => ({ [`k${key}`]: a })),
        fc.constant<Json>({ HERE: 1 }),
      ),
    })).tree;
    fc.assert(
      fc.property(
        places,
        fc.constantFrom(...disguises),
        fc.constantFrom('checkpoint', 'completed', 'retried', 'dead', 'progress', 'acked', 'delivered'),
        fc.constantFrom('checkpoint' as const, 'result' as const, 'error' as const),
        (tree, disguise, type, kind) => {
          const shown = JSON.stringify(disguise(secret)).slice(1, -1);
          const message = { jobId: ids[0], jobName: 'report', type, status: 'running', data: tree };
          const text = JSON.stringify(message).replaceAll('HERE', () => shown);
          const recording = written({ events: [on('low').frame(text)], canaries: { [kind]: secret } });
          recording.peers.low = {
            name: 'low',
            about: { stream: 'job', scope: 'stripped', job: ids[0] ?? '' },
          };
          const leaks = suite.monitors.find(({ id }) => id === 'emit/always/no-leaks');
          if (!leaks) throw new Error('no such monitor');
          const report = watch(leaks, {
            recording,
            dialect: 'emit@1',
            role: 'application',
            jobOf: () => ids[0],
            shared: new Map(),
          });
          const found = new Set(report.findings.map(({ requirement }) => requirement));
          expect(carriers[kind].some((id) => found.has(id))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
