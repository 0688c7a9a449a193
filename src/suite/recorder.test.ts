import { describe, expect, it } from 'vitest';
import { Recorder } from './recorder.ts';

const recorder = (): Recorder => new Recorder('a-scene', 'a-target', 0);
const step = { verb: 'poll', outcome: 'ok', from: 0 } as const;

describe('canaries', () => {
  it('are made once per name', () => {
    const one = recorder();
    expect(one.canary('result')).toBe(one.canary('result'));
  });

  it('differ from name to name, and from scene to scene', () => {
    const [one, other] = [recorder(), recorder()];
    const made = [one.canary('result'), one.canary('error'), other.canary('result')];
    expect(new Set(made).size).toBe(3);
  });

  it('are written down, so that a judge knows what to look for', () => {
    const one = recorder();
    const canary = one.canary('result');
    expect(one.recording.canaries).toEqual({ result: canary });
  });

  it('hold nothing of the nonce, which may be seen', () => {
    const one = recorder();
    expect(one.canary('result')).not.toContain(one.nonce);
  });
});

describe('steps', () => {
  it('bear the name of their verb unless they have one', () => {
    const one = recorder();
    one.step(step);
    one.step({ ...step, name: 'first poll' });
    expect(one.recording.steps.map(({ name }) => name)).toEqual(['poll', 'first poll']);
  });

  it('of the same name are told apart by a number', () => {
    const one = recorder();
    for (let n = 0; n < 3; n++) one.step(step);
    expect(one.recording.steps.map(({ name }) => name)).toEqual(['poll', 'poll 2', 'poll 3']);
  });

  it('end where the transcript stands', () => {
    const one = recorder();
    one.transcript.record({ kind: 'timer', peer: 'harness', what: 'a deadline', ms: 1 });
    expect(one.step(step)).toMatchObject({ n: 1, from: 0, to: 1, events: [] });
  });
});

it('keeps the calls of each job with the job', () => {
  const one = recorder();
  one.job({ name: 'a', id: '1', where: 'w', nonce: 'n', calls: [], from: 0, about: {} });
  one.call('a', { verb: 'ack', body: {}, accepted: true, seq: 3 });
  one.call('of no job', { verb: 'ack', body: {}, accepted: true, seq: 4 });
  expect(one.recording.jobs.a?.calls).toEqual([{ verb: 'ack', body: {}, accepted: true, seq: 3 }]);
});
