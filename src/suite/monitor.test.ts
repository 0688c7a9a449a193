import { describe, expect, it } from 'vitest';
import type { NewEvent, WireEvent } from '../wire/event.ts';
import {
  type Monitor,
  type MonitorContext,
  MonitorRun,
  monitor,
  type Per,
  type Report,
  watch,
} from './monitor.ts';
import { on, written } from './written-recording.ts';

const [a, b] = [on('a'), on('b')];

type Part = Pick<Monitor<string[]>, 'per' | 'step' | 'end'>;
const whole = (one: Part): Monitor =>
  monitor<string[]>({ id: 'm', title: 'm', surface: 'emit', checks: ['E1'], start: () => [], ...one });
/** The job of a frame is its text. */
const among = (events: readonly NewEvent[]): MonitorContext => ({
  recording: written({ events }),
  dialect: 'emit@1',
  role: 'application',
  jobOf: ({ text }) => (text === '' ? undefined : text),
  shared: new Map(),
});
/** What a monitor says of some events. */
const said = (one: Part, events: readonly NewEvent[]) => watch(whole(one), among(events));

/** Each event as it was seen: who, and how many had been seen in the same state before it. */
function seenBy(per: Per, events: readonly NewEvent[]): string[] {
  const seen: string[] = [];
  const step = (state: string[], { peer, kind }: WireEvent): void => {
    seen.push(`${peer} ${kind} ${state.length}`);
    state.push(kind);
  };
  said({ per, step }, events);
  return seen;
}

const finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };

describe('what a monitor remembers its state by', () => {
  const events = [a.opened, b.opened, a.frame('x'), b.frame('x'), a.frame('y'), a.frame(''), a.frame('x')];

  it('connection: each event of one connection', () => {
    expect(seenBy('connection', events)).toEqual([
      'a opened 0',
      'b opened 0',
      'a frame 1',
      'b frame 1',
      'a frame 2',
      'a frame 3',
      'a frame 4',
    ]);
  });

  it('connection × job: frames about one job on one connection', () => {
    expect(seenBy('connection × job', events)).toEqual(['a frame 0', 'b frame 0', 'a frame 0', 'a frame 1']);
  });

  it('job: frames about one job, wherever they arrive', () => {
    expect(seenBy('job', events)).toEqual(['a frame 0', 'b frame 1', 'a frame 0', 'a frame 2']);
  });

  it('run: everything', () => {
    expect(seenBy('run', events).at(-1)).toBe('a frame 6');
  });
});

describe('the end', () => {
  it('comes once for each state, with the last event of it', () => {
    const ends: (readonly [number, number])[] = [];
    const step = (state: string[], { kind }: WireEvent): void => void state.push(kind);
    const end = (state: string[], last: WireEvent): void => void ends.push([state.length, last.seq]);
    said({ per: 'connection', step, end }, [a.opened, b.opened, a.frame('x')]);
    expect(ends).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it('does not come where nothing was seen', () => {
    const end = (): void => expect.unreachable();
    said({ per: 'job', step: () => {}, end }, [a.opened]);
  });
});

describe('what a monitor says', () => {
  const say = (speak: (report: Report, event: WireEvent) => void, events: readonly NewEvent[]) =>
    said({ per: 'connection', step: (_, event, report) => speak(report, event) }, events);

  it('is a finding, with the event and the scene that show it', () => {
    const { findings } = say((report, event) => report.find('E1', finding, event), [a.frame('x')]);
    expect(findings).toEqual([{ ...finding, requirement: 'E1', peer: 'a', frame: 0, scene: 'a-scene' }]);
  });

  it('is twenty findings of a requirement at most', () => {
    const events = Array.from({ length: 30 }, () => a.frame('x'));
    const { findings } = say((report, event) => {
      report.find('E1', finding, event);
      if (event.seq > 27) report.find('E2', finding, event);
    }, events);
    const count = (id: string): number => findings.filter(({ requirement }) => requirement === id).length;
    expect([count('E1'), count('E2')]).toEqual([20, 2]);
  });

  it('is the first of each further kind of finding, up to a hundred kinds', () => {
    const kinds = Array.from({ length: 150 }, (_, at) => ({ ...finding, rule: `rule-${at}` }));
    const { findings } = say(
      (report, event) => {
        for (const one of [...kinds, ...kinds]) report.find('E1', one, event);
      },
      [a.frame('x')],
    );
    expect(findings.map(({ rule }) => rule)).toEqual(kinds.slice(0, 100).map(({ rule }) => rule));
  });

  it('is on which connections it could judge', () => {
    const { seen } = say(
      (report, event) => report.saw('E1', event),
      [a.frame('x'), b.frame('x'), a.frame('y')],
    );
    expect(seen).toEqual(new Map([['E1', new Set(['a', 'b'])]]));
  });

  it('is how often the target went through a cell of the rules', () => {
    const { cells } = say(
      (report, event) => report.passes(event.peer === 'a' ? 'one' : 'other', event),
      [a.frame('x'), b.frame('x'), a.frame('y')],
    );
    expect(cells).toEqual(
      new Map([
        ['one', 2],
        ['other', 1],
      ]),
    );
  });

  it('is how the target answers an open point', () => {
    const { readings } = say((report, event) => report.reads('A21', 'null', event), [a.frame('x')]);
    expect(readings).toEqual([{ point: 'A21', value: 'null', peer: 'a', frame: 0, scene: 'a-scene' }]);
  });
});

describe('a monitor that is fed event by event', () => {
  const one = whole({
    per: 'connection',
    step: (_, event, report) => report.reads('A21', 'null', event),
    end: (_, last, report) => report.saw('E1', last),
  });
  const run = (keepsReadings: boolean) => {
    const context = among([a.frame('x')]);
    const run = new MonitorRun(one, context, { keepsReadings });
    for (const event of context.recording.events) run.step(event.peer, event);
    return run;
  };

  it('keeps readings unless it is told not to', () => {
    expect(run(true).readings).toHaveLength(1);
    expect(run(false).readings).toEqual([]);
  });

  it('ends a key that it knows, and that once', () => {
    const ended = run(true);
    ended.end('b');
    expect([ended.seen.size, ended.states]).toEqual([0, 1]);
    ended.end('a');
    ended.end('a');
    expect([ended.seen.size, ended.states]).toEqual([1, 0]);
  });
});

it.each(['job', 'connection × job'] as const)('%s: nothing but a frame is about a job', (per) => {
  const seen: string[] = [];
  const step = (_: unknown, { kind }: WireEvent): void => void seen.push(kind);
  watch(monitor({ id: 'm', title: 'm', surface: 'emit', checks: ['E1'], start: () => ({}), per, step }), {
    recording: written({ events: [a.opened, a.frame('x'), a.pong, a.closed(1000)] }),
    dialect: 'emit@1',
    role: 'application',
    jobOf: () => 'the-job',
    shared: new Map(),
  });
  expect(seen).toEqual(['frame']);
});
