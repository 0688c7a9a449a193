import { describe, expect, it } from 'vitest';
import { stageOf } from '../report/sample-load.ts';
import { heldAgainst, readGate, samplesNeeded } from './gates.ts';
import type { StageResult } from './load-result.ts';

const stage = stageOf(50, 10);

function held(text: string, one: StageResult = stage, withheld?: string) {
  return heldAgainst(readGate(text, 'slo'), one, withheld);
}

describe('gates', () => {
  it.each([
    ['last.p99 < 50ms', 50],
    ['p99<0.05s', 50],
    ['connect.p99 <= 1s', 1000],
    ['delivered == 100%', 100],
    ['lost == 0', 0],
    ['wrong-accepts == 0', 0],
    ['recovery.p99 < 30s', 30_000],
    ['delivery.p99.9 < 100ms', 100],
  ])('reads %s', (text, limit) => {
    expect(readGate(text, 'slo').limit).toBe(limit);
  });

  it.each([
    ['', 'not a condition'],
    ['fast', 'not a condition'],
    ['p99 < 50', 'needs a time'],
    ['lost == 0ms', 'without a unit'],
    ['delivered == 100', 'percent'],
    ['nothing.p99 < 1ms', 'there is no nothing.p99'],
    ['last.p0 < 1ms', 'there is no last.p0'],
    ['last.p99 != 1ms', 'not a condition'],
  ])('refuses %s, and says why', (text, why) => {
    expect(() => readGate(text, 'slo')).toThrow(why);
  });

  it('takes a bare quantile for that of the last receiver', () => {
    expect(readGate('p99 < 50ms', 'slo').metric).toMatchObject({ name: 'last', share: 0.99 });
  });

  it.each([
    ['p50 < 1s', { count: 20, of: 'publishes' }],
    ['p99 < 1s', { count: 1000, of: 'publishes' }],
    ['delivery.p99.9 < 1s', { count: 10_000, of: 'publishes' }],
    ['p999 < 1s', { count: 10_000, of: 'publishes' }],
    ['connect.p99 < 1s', { count: 1000, of: 'connections' }],
    ['subscribe.p90 < 1s', { count: 100, of: 'connections' }],
    ['connect.max < 1s', undefined],
    ['lost == 0', undefined],
  ])('%s needs %j', (text, needed) => {
    expect(samplesNeeded(readGate(text, 'slo'))).toEqual(needed);
  });

  it('says why a gate has nothing to tell of a stage', () => {
    expect(held('wrong-accepts == 0')).toMatchObject({
      outcome: 'not observed',
      reason: 'nobody tried to get in',
    });
    expect(held('recovery.p99 < 30s')).toMatchObject({
      outcome: 'not observed',
      reason: 'nobody was cut off',
    });
  });

  it('passes and fails by the number', () => {
    const last = stage.latency.last;
    if (!last) throw new Error('the sample has no latency of the last receiver');
    expect(held(`last.p50 < ${last.p50 * 2}ms`).outcome).toBe('passed');
    expect(held(`last.p50 < ${last.p50 / 2}ms`).outcome).toBe('failed');
  });

  it('takes what was lost for what took for ever', () => {
    const lossy = { ...stage, deliveries: { ...stage.deliveries, owed: 1000, received: 950, lost: 50 } };
    expect(held('last.p50 < 10s', lossy).outcome).toBe('passed');
    expect(held('last.p99 < 10s', lossy)).toMatchObject({
      outcome: 'failed',
      value: Number.POSITIVE_INFINITY,
    });
    expect(held('delivered == 100%', lossy)).toMatchObject({ outcome: 'failed', value: 95 });
  });

  it('takes a connection that never opened for one that took for ever, and one that was never ready', () => {
    const refusing = {
      ...stage,
      connections: { ...stage.connections, asked: 1000, opened: 980, ready: 970 },
    };
    expect(held('connect.p90 < 10s', refusing).outcome).toBe('passed');
    expect(held('connect.p99 < 10s', refusing)).toMatchObject({
      outcome: 'failed',
      value: Number.POSITIVE_INFINITY,
    });
    // Ten of those that opened: more than a hundredth.
    expect(held('subscribe.p99 < 10s', refusing).outcome).toBe('failed');
    expect(held('subscribe.p90 < 10s', refusing).outcome).toBe('passed');
  });

  it('tells a single loss among millions', () => {
    const lossy = { ...stage, deliveries: { ...stage.deliveries, owed: 1e7, received: 1e7 - 1, lost: 1 } };
    expect(held('delivered == 100%', lossy).outcome).toBe('failed');
  });

  it('withholds what the generator could have caused, and nothing else', () => {
    expect(held('lost == 0', stage, 'starved').outcome).toBe('withheld');
    expect(held('p99 < 1s', stage, 'starved').outcome).toBe('withheld');
    expect(held('leaks == 0', stage, 'starved').outcome).toBe('passed');
    const leaky = { ...stage, deliveries: { ...stage.deliveries, leaks: 1 } };
    expect(held('leaks == 0', leaky, 'starved').outcome).toBe('failed');
  });

  it('never passes what was not observed', () => {
    const blind = { ...stage, latency: {}, recovery: null, intruders: null };
    for (const text of ['p99 < 1s', 'recovery.p99 < 30s', 'wrong-accepts == 0']) {
      expect(held(text, blind)).toMatchObject({ outcome: 'not observed', value: null });
    }
    const unseen = { ...stage, system: [] };
    expect(held('memory-growth < 20%', unseen)).toMatchObject({
      outcome: 'not observed',
      reason:
        'nothing tells of the server: the target file has no observe: { pid | command }, or that printed nothing',
    });
  });

  it('says of what is below twice the floor that it is at most that', () => {
    const near = { ...stage, floor: { before: stage.latency.last ?? null, after: null } };
    expect(held('last.p50 < 10s', near)).toMatchObject({ outcome: 'passed', atMost: true });
    expect(held('last.p50 < 10s', { ...stage, floor: { before: null, after: null } }).atMost).toBe(false);
  });
});
