import { describe, expect, it } from 'vitest';
import { type Monitor, monitor, type Per } from './monitor.ts';
import { type Limits, StreamingWatch } from './streaming-watch.ts';
import { on } from './written-recording.ts';

/** Wants the first message that it remembers of each key to be `first`, and counts the ends. */
function firstIsFirst(per: Per, ends: string[] = []): Monitor {
  return monitor({
    id: `emit/always/${per}`,
    title: 'a',
    surface: 'emit',
    per,
    checks: ['E1'],
    start: () => ({ frames: 0 }),
    step(state, event, report) {
      if (event.kind !== 'frame') return;
      state.frames += 1;
      if (state.frames === 1 && !event.text.includes('first'))
        report.find('E1', { rule: 'not-first', expected: 'first', actual: event.text }, event);
    },
    end: (_state, last) => {
      ends.push(last.peer);
    },
  });
}

function watching(monitors: readonly Monitor[], limits: Partial<Limits> = {}): StreamingWatch {
  return new StreamingWatch(monitors, {
    ...{ name: 'a', target: 'a', dialect: '', role: 'relay', limits },
    jobOf: (_recording, { text }) => /job-\d+/.exec(text)?.[0],
  });
}

const open = (watch: StreamingWatch, name: string): void => watch.open({ name, about: {} });
const take = (watch: StreamingWatch, peer: string, text: string): void => watch.take(on(peer).frame(text), 0);

describe('a monitor over events as they come', () => {
  it('remembers connections apart, and counts what is broken', () => {
    const watch = watching([firstIsFirst('connection')]);
    for (const name of ['a', 'b']) open(watch, name);
    take(watch, 'a', 'first');
    for (const text of ['second', 'first']) take(watch, 'b', text);
    expect(watch.finish()).toMatchObject([{ requirement: 'E1', count: 1, findings: [{ peer: 'b' }] }]);
    expect(watch).toMatchObject({ judged: 3, skipped: 0 });
  });

  it('counts on where it keeps no more of what it found', () => {
    const each = monitor({
      ...firstIsFirst('run'),
      step: (_state, event, report) =>
        report.find('E1', { rule: 'wrong', expected: 'right', actual: 'wrong' }, event),
    });
    const watch = watching([each]);
    open(watch, 'a');
    for (let n = 0; n < 500; n++) take(watch, 'a', 'x');
    const [violation] = watch.finish();
    expect(violation).toMatchObject({ count: 500 });
    expect(violation?.findings).toHaveLength(20);
  });

  it('tells the end of a connection when it is there, and of the others at last', () => {
    const ends: string[] = [];
    const watch = watching([firstIsFirst('connection', ends)]);
    for (const name of ['a', 'b', 'c']) open(watch, name);
    for (const name of ['a', 'b', 'c']) take(watch, name, 'first');
    watch.close('b');
    expect(ends).toEqual(['b']);
    watch.lose('c');
    watch.finish();
    expect(ends).toEqual(['b', 'a']);
  });

  it('judges nothing more of a connection of which it was not handed everything', () => {
    const watch = watching([firstIsFirst('connection'), firstIsFirst('connection × job')]);
    open(watch, 'a');
    watch.lose('a');
    take(watch, 'a', 'second job-1');
    expect(watch.finish()).toEqual([]);
    expect(watch).toMatchObject({ judged: 0, skipped: 1, states: 0 });
  });

  it('does not begin a job anew that it had to forget', () => {
    const watch = watching([firstIsFirst('connection × job')], { jobs: 2 });
    open(watch, 'a');
    for (const n of [1, 2, 3]) take(watch, 'a', `first job-${n}`);
    for (const n of [1, 2, 3]) take(watch, 'a', `second job-${n}`);
    expect(watch.finish()).toEqual([]);
  });

  it('holds no more states than it may, whatever comes', () => {
    const monitors = [firstIsFirst('connection × job'), firstIsFirst('connection'), firstIsFirst('job')];
    const watch = watching(monitors, { jobs: 10, connections: 5, others: 50 });
    for (let n = 0; n < 200; n++) {
      open(watch, `peer-${n}`);
      for (let job = 0; job < 20; job++) take(watch, `peer-${n}`, `first job-${job}`);
    }
    expect(watch.states).toBeLessThanOrEqual(10 + 5 + 10);
    expect(watch).toMatchObject({ judged: 5 * 20, skipped: 195 * 20 });
    expect(watch.finish()).toEqual([]);
  });

  it('goes on without a monitor that breaks, and says so', () => {
    const broken = monitor({
      ...firstIsFirst('connection'),
      id: 'emit/always/broken',
      start: () => {
        throw new Error('there is no such thing');
      },
    });
    const watch = watching([broken, firstIsFirst('run')]);
    open(watch, 'a');
    take(watch, 'a', 'second');
    expect([...watch.broken]).toEqual([['emit/always/broken', 'there is no such thing']]);
    expect(watch.finish()).toMatchObject([{ monitor: 'emit/always/run', count: 1 }]);
  });
});
