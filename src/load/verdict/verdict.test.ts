import { describe, expect, it } from 'vitest';
import type { StageRecord } from '../evidence/stage-record.ts';
import { emptyRecord } from '../perform/recorder.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { stageOf } from '../report/sample-load.ts';
import type { GateResult, LoadFinding, TrustCheck } from './load-result.ts';
import { type Circumstances, verdictOf } from './verdict.ts';

const passed: GateResult = {
  gate: 'lost == 0',
  from: 'profile',
  stage: 's',
  value: 0,
  limit: 0,
  unit: '',
  outcome: 'passed',
  atMost: false,
  reason: '',
};
const failed: GateResult = { ...passed, outcome: 'failed', value: 1 };
const withheld: GateResult = { ...passed, outcome: 'withheld' };
const broken: TrustCheck = {
  id: 'lateness',
  stage: 's',
  title: 'late',
  value: 9,
  limit: 3,
  unit: 'ms',
  ok: false,
  advice: '',
};
const leak: LoadFinding = { kind: 'leak', stage: 's', count: 1, expected: '', actual: '' };

const plan: LoadPlan = {
  ...{ run: 1, dialect: '', seed: 1, channels: [], probes: 0, sentinels: 0, tls: {} },
  ...{ surface: 'pusher', stage: stageOf(1, 1).shape, authorize: { kind: 'none' }, stamped: false },
  deadlines: { connectMs: 1, answerMs: 1 },
};
const lost: StageRecord = { ...emptyRecord(plan, 'node'), broken: ['probes 0 was lost'] };

function verdict(more: Partial<Circumstances>) {
  return verdictOf({ records: [], findings: [], trust: [], gates: [passed], ...more });
}

describe('the verdict of a load run', () => {
  it.each<[string, Partial<Circumstances>, string, number]>([
    ['gates that hold', {}, 'pass', 0],
    ['a gate that does not', { gates: [passed, failed] }, 'fail', 1],
    ['a generator that broke', { trust: [broken], gates: [withheld] }, 'invalid', 5],
    ['loss under a generator that broke', { trust: [broken], gates: [failed] }, 'invalid', 5],
    ['a leak under a generator that broke', { trust: [broken], findings: [leak] }, 'fail', 1],
    ['a leak in a run that was interrupted', { findings: [leak], incomplete: 'stopped' }, 'fail', 1],
    ['an interrupted run whose gates hold', { incomplete: 'stopped' }, 'incomplete', 3],
    [
      'an interrupted run with a broken generator',
      { incomplete: 'stopped', trust: [broken] },
      'incomplete',
      3,
    ],
    ['a process that was lost', { records: [lost], trust: [broken], gates: [withheld] }, 'incomplete', 3],
    ['a leak before a process was lost', { records: [lost], findings: [leak] }, 'fail', 1],
    ['a regression', { regression: 'slower' }, 'fail', 1],
    ['no gate that could be held', { gates: [{ ...passed, outcome: 'not observed' }] }, 'incomplete', 3],
    ['no gates at all', { gates: [] }, 'incomplete', 3],
  ])('of %s', (_what, more, word, exit) => {
    expect(verdict(more)).toMatchObject({ verdict: word, exit });
  });
});
