import { expect, it } from 'vitest';
import { loadContract } from '../../../contract/load.ts';
import { on } from '../../../suite/written-recording.ts';
import { passedBy, said } from '../../../suite/written-watch.ts';
import { jobOf } from '../message.ts';
import { seen } from './seen.ts';

const { rules } = (await loadContract()).emit;
const low = on('low');
const event = (type: string, status: string) => low.frame(JSON.stringify({ jobId: 'j', type, status }));
const recorded = (events: readonly ReturnType<typeof event>[], verbs: readonly string[] = []) => ({
  events,
  about: { low: { stream: 'job', scope: 'stripped', job: 'j' } },
  jobs: {
    one: {
      ...{ name: 'one', id: 'j', where: 's', nonce: 'n', from: 0, about: {} },
      calls: verbs.map((verb) => ({ verb, seq: 0 })) as never,
    },
  },
});
const went = (...of: Parameters<typeof recorded>) => passedBy(seen(rules), recorded(...of), { jobOf });

it('takes down each step that the events of a job show, and each event for its scope', () => {
  const life = [event('init', 'pending'), event('delivered', 'delivered'), event('acked', 'running')];
  const progress = event('progress', 'running');
  expect(went([...life, progress, progress, event('completed', 'completed')])).toEqual([
    'scope/init/stripped × 1',
    'scope/delivered/stripped × 1',
    'transition/poll/delivered × 1',
    'scope/acked/stripped × 1',
    'transition/ack/acked × 1',
    'scope/progress/stripped × 2',
    'transition/progress/progress × 2',
    'scope/completed/stripped × 1',
    'transition/complete/completed × 1',
  ]);
});

it('takes down no step of a job whose state it does not know, nor one that there is not', () => {
  expect(went([event('completed', 'completed')])).toEqual(['scope/completed/stripped × 1']);
  const leap = [event('init', 'pending'), event('completed', 'completed')];
  expect(went(leap).filter((word) => word.startsWith('transition'))).toEqual([]);
  const on = [event('init', 'pending'), event('acked', 'running'), event('progress', 'running')];
  expect(went(on).filter((word) => word.startsWith('transition'))).toEqual([
    'transition/progress/progress × 1',
  ]);
  expect(went([event('no-such-type', 'running'), event('constructor', 'running')])).toEqual([]);
});

it('takes down no scope where it does not know it', () => {
  const events = [event('init', 'pending'), event('delivered', 'delivered')];
  const about = { low: { stream: 'job', job: 'j' } };
  expect(passedBy(seen(rules), { ...recorded(events), about }, { jobOf })).toEqual([
    'transition/poll/delivered × 1',
  ]);
});

it('tells a failure that was reported from a clock that ran out', () => {
  const retried = [event('init', 'running'), event('retried', 'pending')];
  expect(went(retried, ['poll', 'ack', 'fail'])).toContain('transition/fail/retried × 1');
  expect(went(retried, ['poll', 'ack'])).toContain('transition/execution-clock/retried × 1');
});

it('judges nothing', () => {
  const events = [event('completed', 'pending'), event('init', 'dead')];
  const { found, judged, read } = said(seen(rules), recorded(events), { jobOf });
  expect([found, judged, read]).toEqual([[], [], []]);
});
