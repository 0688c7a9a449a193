import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import { loadContract } from '../../../contract/load.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import type { Monitor } from '../../../suite/monitor.ts';
import { expectedBy, said } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { jobOf } from '../message.ts';
import { aboutLow, aboutSpace, called, emitJob, jobId, writtenViewer } from '../written-viewer.ts';
import { attemptsCount, firstIsInit, followsTheAutomaton, nothingAfterTheEnd } from './order.ts';

const { emit } = await loadContract();
const [first, second, third] = ['emit@1', 'emit@2', 'emit@3'].map((one) => emitRulesIn(emit.rules, one)) as [
  EmitRules,
  EmitRules,
  EmitRules,
];
const viewer = writtenViewer('viewer');
const low = writtenViewer('low', aboutLow);
const space = writtenViewer('space', aboutSpace);
const stranger = writtenViewer('stranger', { stream: 'none' });
const about = { ...viewer.about, ...low.about, ...space.about, ...stranger.about };

const of = (one: Monitor, events: readonly NewEvent[], jobs = {}) =>
  said(one, { events, about, jobs }, { jobOf });
const none = { found: [], judged: [], read: [] };
const { event } = viewer;
const init = (status: string, on = viewer): NewEvent => on.event('init', { status });

describe('a job stream begins with init, and has one', () => {
  it.each([
    ['it does', [init('pending'), event('delivered')], [], ['E21', 'E21bi']],
    [
      'another event comes first',
      [event('delivered'), init('pending')],
      ['E21 not-init @0'],
      ['E21', 'E21bi'],
    ],
    ['no event at all comes first', [viewer.frame('hello')], ['E21 not-init @0'], ['E21']],
    [
      'init comes again',
      [init('pending'), event('delivered'), init('delivered')],
      ['E21bi second-init @2'],
      ['E21', 'E21bi'],
    ],
    [
      'it is there three times, each of which is one too many',
      [init('pending'), init('pending'), init('pending')],
      ['E21bi second-init @1', 'E21bi second-init @2'],
      ['E21', 'E21bi'],
    ],
    ['what is no frame does not come first', [viewer.opened, init('pending')], [], ['E21', 'E21bi']],
    [
      'each connection has its own',
      [init('pending'), init('pending', low)],
      [],
      ['E21', 'E21', 'E21bi', 'E21bi'],
    ],
  ])('%s', (_, events, found, judged) => {
    const said = of(firstIsInit(), events);
    expect(said.found).toEqual(found);
    expect(said.judged.map((one) => one.split(' ')[0]).toSorted()).toEqual(judged);
  });

  it('is not asked of a space stream, or of a connection that is neither', () => {
    expect(of(firstIsInit(), [space.event('delivered'), space.event('init'), space.event('init')])).toEqual(
      none,
    );
    expect(of(firstIsInit(), [stranger.event('delivered')])).toEqual(none);
  });
});

/** The types that may come next by the rows of the automaton, and the state that each leads to. */
function choices(rules: EmitRules, state: string): ReadonlyMap<string, string> {
  const next = new Map<string, string>();
  for (const { from, to, event: type } of rules.automaton.transitions)
    if (from === state && type !== null) next.set(type, to);
  return next;
}

/** A life from a state on, as far as the numbers lead. */
function life(rules: EmitRules, from: string, numbers: readonly number[]): readonly string[] {
  const types: string[] = [];
  let state = from;
  for (const number of numbers) {
    const next = [...choices(rules, state)];
    const [type, to] = next[number % Math.max(next.length, 1)] ?? [];
    if (type === undefined || to === undefined) break;
    types.push(type);
    state = to;
  }
  return types;
}

/** The first type that may not come where it does, of those that a viewer is told of; undefined: none. */
function firstWrong(
  rules: EmitRules,
  from: string,
  types: readonly string[],
  isTold: (type: string) => boolean,
): number | undefined {
  let states = new Set([from]);
  for (const [at, type] of types.entries()) {
    for (const state of states)
      for (const [silent, to] of choices(rules, state)) if (!isTold(silent)) states.add(to);
    states = new Set([...states].flatMap((state) => choices(rules, state).get(type) ?? []));
    if (states.size === 0) return at;
  }
  return undefined;
}

describe('a job goes its way as the automaton has it', () => {
  const automaton = followsTheAutomaton(first);
  const judged = ['E22i viewer'];
  const running = ['delivered', 'acked'].map((type) => event(type));

  it.each([
    ['its whole way', [init('pending'), ...running, event('progress'), event('completed')], []],
    ['from where a late viewer comes in', [init('running'), event('progress'), event('dead')], []],
    ['by a retry', [init('running'), event('retried'), ...running], []],
    ['by a delivery that timed out', [init('delivered'), event('delivery_timeout'), ...running], []],
    ['a step is left out', [init('pending'), event('acked')], ['E22i order pending acked @1']],
    [
      'a step is left out, and the rest follows from where that leads',
      [init('pending'), event('acked'), event('progress'), event('delivered')],
      ['E22i order pending acked @1', 'E22i order running delivered @3'],
    ],
    [
      'a step is there twice',
      [init('pending'), event('delivered'), event('delivered')],
      ['E22i order delivered delivered @2'],
    ],
    ['a second init changes nothing', [init('pending'), init('running'), event('delivered')], []],
    [
      'a type that nobody knows changes nothing',
      [init('pending'), event('delivered'), event('x'), event('acked')],
      [],
    ],
  ])('%s', (_, events, found) => {
    expect(of(automaton, events)).toEqual({ ...none, found, judged });
  });

  it.each([
    ['there was no init', [event('acked'), event('delivered')]],
    ['init has no status', [viewer.event('init'), event('acked')]],
    ['init has a status that nobody knows', [init('resting'), event('acked')]],
    ['the job has ended: what follows is another rule’s finding', [init('completed'), event('acked')]],
    ['it ended otherwise', [init('dead'), event('acked'), event('delivered')]],
    ['nothing but init came', [init('pending')]],
    ['an event has no type', [init('pending'), viewer.says({ jobId, type: 1 })]],
    ['an event without a type is the first', [viewer.says({ jobId, type: 1 }), event('acked')]],
    ['an event is about no job', [init('pending', space), space.says({ type: 'acked' })]],
  ])('cannot be judged where %s', (_, events) => {
    expect(of(automaton, events)).toEqual(none);
  });

  it('on a space stream begins with what comes first, or with the announcement of the job', () => {
    const { event } = space;
    const judged = ['E22i space'];
    expect(of(automaton, [event('acked')])).toEqual(none);
    expect(of(automaton, [event('acked'), event('progress')])).toEqual({ ...none, judged });
    expect(of(automaton, [event('acked'), event('delivered')]).found).toEqual([
      'E22i order running delivered @1',
    ]);
    expect(of(automaton, [event('created'), event('delivered')])).toEqual({ ...none, judged });
    expect(of(automaton, [event('created'), event('acked')]).found).toEqual(['E22i order pending acked @1']);
    expect(of(automaton, [event('acked'), event('created'), event('progress')]).found).toEqual([]);
  });

  it('is told from what is withheld from where the job is, and from nowhere else', () => {
    const { acked } = first.events;
    if (!acked) throw new Error('there is no acked');
    const withheld = { ...acked, data: { ...acked.data, stripped: { withheld: ['X'] } } };
    const rules = { ...first, events: { ...first.events, acked: withheld } };
    const found = (...types: readonly string[]) =>
      of(followsTheAutomaton(rules), [init('pending', low), ...types.map((type) => low.event(type))]).found;
    expect(found('delivered', 'progress')).toEqual([]);
    expect(found('delivered', 'delivery_timeout')).toEqual([]);
    expect(found('progress')).toEqual(['E22i order pending progress @1']);
  });

  it('goes on for each job by itself', () => {
    const other = (type: string): NewEvent => space.event(type, { jobId: 'other' });
    const events = [space.event('created'), other('created'), space.event('delivered'), other('delivered')];
    expect(of(automaton, events).found).toEqual([]);
    expect(of(automaton, [...events, other('delivered')]).found).toEqual([
      'E22i order delivered delivered @4',
    ]);
  });

  it('says what might have come instead', () => {
    const events = [init('delivered'), event('completed'), init('running', low), low.event('acked')];
    expect(expectedBy(automaton, { events, about }, { jobOf })).toEqual([
      'from delivered: acked, delivery_timeout',
      'from running: progress, checkpoint, completed, retried, dead',
    ]);
  });

  const versions = [
    ['emit@1', first],
    ['emit@2', second],
    ['emit@3', third],
  ] as const;
  const lives = fc.tuple(
    fc.constantFrom('pending', 'delivered', 'running'),
    fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 12 }),
  );
  const wholeView = { viewer, isTold: () => true };
  const lowView = (rules: EmitRules) => ({
    viewer: low,
    isTold: (type: string) => rules.events[type]?.data.stripped?.withheld === undefined,
  });

  it.each(
    versions.flatMap(([name, rules]) => [
      [name, 'a reader', rules, wholeView] as const,
      [name, 'a progress viewer', rules, lowView(rules)] as const,
    ]),
  )(
    '%s: finds nothing in any life that %s may be told of, and the first step that is not of any',
    (_, __, rules, view) => {
      const { viewer: who, isTold } = view;
      const shown = (from: string, types: readonly string[]) =>
        of(followsTheAutomaton(rules), [init(from, who), ...types.map((type) => who.event(type))]).found;
      const types = Object.keys(rules.events).filter((type) => type !== 'init' && isTold(type));
      let wrong = 0;
      fc.assert(
        fc.property(
          lives,
          fc.nat(),
          fc.constantFrom(...types),
          fc.constantFrom('drop', 'put', 'double', 'swap'),
          ([from, numbers], place, other, edit) => {
            const told = life(rules, from, numbers).filter(isTold);
            expect(shown(from, told)).toEqual([]);
            const at = place % Math.max(told.length, 1);
            const edited = {
              drop: told.toSpliced(at, 1),
              put: told.toSpliced(at, 0, other),
              double: told.toSpliced(at, 0, ...told.slice(at, at + 1)),
              swap: told.toSpliced(at, 2, ...told.slice(at, at + 2).reverse()),
            }[edit] as string[];
            // What follows an end is a matter of its own.
            const end = edited.findIndex((type) => rules.events[type]?.terminal);
            const judged = end < 0 ? edited : edited.slice(0, end + 1);
            const expected = firstWrong(rules, from, judged, isTold);
            const found = shown(from, edited);
            if (expected === undefined) expect(found).toEqual([]);
            else {
              wrong += 1;
              expect(found[0]).toMatch(new RegExp(`^E22i order \\w+ ${edited[expected]} @${expected + 1}$`));
            }
          },
        ),
        { numRuns: 50 },
      );
      // Who is told of neither deliveries nor retries can tell nothing from two steps in any order.
      expect(wrong > 5).toBe(isTold('acked'));
    },
  );
});

describe('nothing follows the end of a job', () => {
  const monitor = nothingAfterTheEnd(first);
  const [done, dead] = [event('completed'), event('dead')];

  it.each([
    ['nothing does', [event('progress'), done], [], ['E33i viewer']],
    ['nothing follows a death', [dead], [], ['E35i viewer']],
    ['an event does', [done, event('progress')], ['E33i after-the-end @1'], ['E33i viewer']],
    ['an event of no type does', [dead, viewer.says({ jobId })], ['E35i after-the-end @1'], ['E35i viewer']],
    ['the end comes again', [done, done], ['E33i after-the-end @1'], ['E33i viewer']],
    [
      'another end follows, and does not begin anew',
      [done, dead, done],
      ['E33i after-the-end @1', 'E33i after-the-end @2'],
      ['E33i viewer'],
    ],
    [
      'a late viewer is told of the end, and then of more',
      [init('completed'), event('acked')],
      ['E33i after-the-end @1'],
      ['E33i viewer'],
    ],
    [
      'a late viewer is told of a death, and then of more',
      [init('dead'), event('acked')],
      ['E35i after-the-end @1'],
      ['E35i viewer'],
    ],
    ['a type that nobody knows does', [done, event('x')], ['E33i after-the-end @1'], ['E33i viewer']],
  ])('%s', (_, events, found, judged) => {
    expect(of(monitor, events)).toEqual({ found, judged, read: [] });
  });

  it.each([
    ['the job has not ended', [init('pending'), event('delivered'), event('acked')]],
    ['init says that it goes on', [init('running'), event('progress')]],
    ['its status is one that every object has', [init('constructor'), event('progress')]],
    [
      'an event shows the status of an end, and is none',
      [viewer.event('acked', { status: 'dead' }), event('x')],
    ],
    ['a type is one that every object has', [event('constructor'), event('toString')]],
  ])('cannot be judged where %s', (_, events) => {
    expect(of(monitor, events)).toEqual(none);
  });

  it('but of what a later version lets be, it is let be', () => {
    const events = [done, event('x'), event('progress')];
    expect(of(nothingAfterTheEnd(third), events).found).toEqual(['E33i after-the-end @2']);
    expect(of(nothingAfterTheEnd(second), events).found).toHaveLength(2);
  });

  it('is judged for each job by itself', () => {
    expect(of(monitor, [space.event('completed'), space.event('acked', { jobId: 'other' })]).found).toEqual(
      [],
    );
  });

  it('may speak of every end that there is', () => {
    expect(monitor.checks.toSorted()).toEqual(['E33i', 'E35i']);
  });
});

describe('the attempt number of a job grows by one', () => {
  const retried = (attemptNumber: unknown, on = viewer): NewEvent =>
    on.event('retried', { data: { attemptNumber } });
  const judged = ['E34i viewer'];

  it('from each of its retries to the next, and each that does not is found', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 }), { minLength: 2, maxLength: 6 }), (numbers) => {
        const wrong = numbers.flatMap((one, at) =>
          at > 0 && one !== (numbers[at - 1] ?? 0) + 1 ? [at] : [],
        );
        const said = of(
          attemptsCount(),
          numbers.map((one) => retried(one)),
        );
        expect(said).toEqual({ ...none, judged, found: wrong.map((at) => `E34i attempt @${at}`) });
      }),
    );
  });

  it.each([
    ['one retry shows no growth', [retried(1)]],
    ['of a retry without number another rule speaks', [retried(1), viewer.event('retried'), retried('2')]],
    ['a retry whose data is none', [retried(1), viewer.event('retried', { data: null })]],
    ['a retry whose data is a text', [retried(1), viewer.event('retried', { data: 'attemptNumber' })]],
    ['other events bear no attempt', [retried(1), viewer.event('dead', { data: { attemptNumber: 7 } })]],
    [
      'each job counts for itself',
      [retried(1, space), space.event('retried', { jobId: 'other', data: { attemptNumber: 1 } })],
    ],
  ])('%s', (_, events) => {
    expect(of(attemptsCount(), events)).toEqual(none);
  });

  it('which is what was expected, in words', () => {
    const events = [retried(1), retried(3), retried(3)];
    expect(expectedBy(attemptsCount(), { events, about }, { jobOf })).toEqual(['2', '4']);
  });

  it('and is not below 0, which a single one shows', () => {
    expect(of(attemptsCount(), [retried(-1)])).toEqual({ ...none, found: ['E34i negative @0'] });
    expect(of(attemptsCount(), [retried(0)]).found).toEqual([]);
    expect(of(attemptsCount(), [retried(-2), retried(-1)]).found).toEqual(['E34i negative @0']);
  });

  describe('and its first tells what the count begins with', () => {
    const jobs = (...calls: readonly [string, number][]) =>
      emitJob('job', { calls: calls.map(([verb, at]) => called(verb, at)) });
    const events = [viewer.opened, viewer.opened, init('running'), viewer.pong, retried(1)];

    it.each([
      ['to who was there before the first failure', events, jobs(['fail', 3]), ['A33=1 @4']],
      ['which may be 0', [...events.slice(0, 4), retried(0)], jobs(['fail', 3]), ['A33=0 @4']],
      ['not to who came after it', events, jobs(['fail', 1], ['fail', 3]), []],
      ['not to who came with it', events, jobs(['fail', 2]), []],
      ['whatever else was called before', events, jobs(['ack', 1], ['fail', 3]), ['A33=1 @4']],
      ['where nobody called, as where time ran out', events, jobs(), ['A33=1 @4']],
      ['not of a job that is not ours', events, {}, []],
      ['not of another one', events, emitJob('job', { id: 'other' }), []],
      ['not where it is the first frame: what was before is not known', [retried(1)], jobs(), []],
    ])('%s', (_, events, jobs, read) => {
      expect(of(attemptsCount(), events, jobs).read).toEqual(read);
    });

    it('once', () => {
      expect(of(attemptsCount(), [init('running'), retried(1), retried(2)], jobs()).read).toEqual([
        'A33=1 @1',
      ]);
    });
  });
});
