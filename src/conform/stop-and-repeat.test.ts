import { describe, expect, it } from 'vitest';
import { failed, type Judgement } from '../suite/judgement.ts';
import type { AnyScene, Stage } from '../suite/scene.ts';
import type { View } from '../suite/view.ts';
import type { RunEvent } from './run-event.ts';
import { fail, finding, outcomesOf, pass, runToy, suiteOf, watching } from './run-toy.ts';
import { echoed, toyScene } from './toy-suite.ts';

const footerOf = ({ events }: { readonly events: readonly RunEvent[] }) => events.at(-1);

const a = toyScene('emit/a');
const b = toyScene('emit/b');

describe('--bail', () => {
  const rows = [[a, fail], [b]] as const;

  it('stops at the first failure that gates', async () => {
    const result = await runToy(suiteOf(...rows), { bail: true, jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'failed', 'emit/case-of-b': 'not-run' });
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1, scope: 'partial' });
    expect(footerOf(result)).toMatchObject({ complete: false });
  });

  it('does not stop at a failure that does not gate', async () => {
    const result = await runToy(suiteOf([a, fail, 'E1i'], [b]), { bail: true, jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'failed', 'emit/case-of-b': 'passed' });
    expect(result.exit).toBe(0);
  });

  it('stops at a SHOULD where SHOULD gates', async () => {
    const result = await runToy(suiteOf([a, fail, 'E1i'], [b]), { bail: true, jobs: 1, level: 'should' });
    expect(outcomesOf(result)).toMatchObject({ 'emit/case-of-b': 'not-run' });
  });
});

describe('Ctrl-C', () => {
  /** A scene that is still at it when the run is stopped. */
  const stopping = (stop: AbortController): AnyScene =>
    toyScene('emit/stopping', {}, async (stage) => {
      await echoed(stage);
      stop.abort();
      await stage.recorder.next(() => false, { ms: 60_000, signal: stage.signal });
    });

  it('leaves what was not finished not run, and the run incomplete', async () => {
    const stop = new AbortController();
    const rows = suiteOf([a], [stopping(stop)], [b]);
    const result = await runToy({ ...rows, monitors: [watching] }, { jobs: 1, signal: stop.signal });
    expect(outcomesOf(result)).toEqual({
      'emit/case-of-a': 'passed',
      'emit/case-of-stopping': 'not-run',
      'emit/case-of-b': 'not-run',
      'emit/always/watching': 'not-run',
    });
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3, scope: 'partial', reason: 'interrupted' });
    expect(footerOf(result)).toMatchObject({ complete: false });
  });

  it('takes nothing from what had failed before', async () => {
    const stop = new AbortController();
    const result = await runToy(suiteOf([a, fail], [stopping(stop)]), { jobs: 1, signal: stop.signal });
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
  });

  it('before the run began leaves everything not run', async () => {
    const result = await runToy(suiteOf([a], [b]), { signal: AbortSignal.abort() });
    expect(new Set(Object.values(outcomesOf(result)))).toEqual(new Set(['not-run']));
    expect(result).toMatchObject({ exit: 3 });
  });

  it('in the second of two rounds makes nothing flaky', async () => {
    const stop = new AbortController();
    let round = 0;
    const twice = toyScene('emit/twice', {}, async (stage) => {
      await echoed(stage);
      round += 1;
      if (round === 2) await (stopping(stop).act as (stage: Stage) => Promise<void>)(stage);
    });
    const result = await runToy(suiteOf([twice]), { repeat: 2, signal: stop.signal });
    expect(result).toMatchObject({ exit: 3, reason: 'interrupted' });
  });
});

describe('--repeat', () => {
  /** A scene whose nth round is seen in the recording. */
  const counted = (): AnyScene => {
    let round = 0;
    return toyScene('emit/counted', {}, async (stage) => {
      await echoed(stage);
      round += 1;
      const value = round;
      stage.recorder.transcript.record({ kind: 'fact', peer: 'harness', name: 'round', value });
    });
  };
  const roundOf = (view: View): number => {
    const fact = view.of('harness').find((event) => event.kind === 'fact');
    return fact?.kind === 'fact' ? Number(fact.value) : 0;
  };

  it('finds a check that comes out differently flaky, by its worst outcome', async () => {
    const judgeOne = (view: View): Judgement => (roundOf(view) === 2 ? fail() : pass());
    const result = await runToy(suiteOf([counted(), judgeOne]), { repeat: 3 });
    expect(result.checks).toMatchObject([
      {
        ...{ outcome: 'failed', flaky: true, reason: 'flaky: passed 2, failed 1 of 3' },
        repeated: { result: 'flaky', counts: { passed: 2, failed: 1 } },
      },
    ]);
    expect(result.cases[0]?.checks[0]?.repeated).toEqual({
      result: 'flaky',
      counts: { passed: 2, failed: 1 },
    });
    expect(result.events.find(({ event }) => event === 'verdict')).toMatchObject({
      repeat: { rounds: 3, consistent: 0, flaky: 1, unsettled: 0 },
    });
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
  });

  it('shows the wire of the round that failed', async () => {
    const judgeOne = (view: View): Judgement => {
      const frame = view.of('harness').at(-1)?.seq ?? 0;
      return roundOf(view) === 1 ? failed({ ...finding, frame }) : pass();
    };
    const { cases } = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(cases[0]?.transcript.join()).toContain('round: 1');
  });

  it.each([
    ['passes', pass, 'passed', 0],
    ['fails', fail, 'failed', 1],
  ] as const)('finds nothing flaky that always %s', async (_, judgeOne, outcome, exit) => {
    const result = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(result.checks).toMatchObject([
      { outcome, repeated: { result: 'consistent', counts: { [outcome]: 2 } } },
    ]);
    expect(result.checks[0]).not.toHaveProperty('flaky');
    expect(result.exit).toBe(exit);
  });

  it('does not blame the target for a round that broke for a reason of ours', async () => {
    const judgeOne = (view: View): Judgement => {
      if (roundOf(view) === 2) throw new Error('out of memory');
      return pass();
    };
    const result = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(result.checks[0]).not.toHaveProperty('flaky');
    expect(result.checks[0]).toMatchObject({
      repeated: { result: 'unsettled', counts: { passed: 1, error: 1 } },
    });
    expect(result).toMatchObject({ verdict: 'incomplete', exit: 3 });
  });

  it('tells every kind of failure that a round has shown, the first with its wire', async () => {
    const judgeOne = (view: View): Judgement =>
      failed({ ...finding, rule: roundOf(view) === 1 ? 'wrong' : 'late', frame: 1 });
    const { checks } = await runToy(suiteOf([counted(), judgeOne]), { repeat: 2 });
    expect(checks[0]?.findings.map(({ rule, frame }) => [rule, frame])).toEqual([
      ['wrong', 1],
      ['late', undefined],
    ]);
  });

  it('says nothing of rounds where there is one', async () => {
    const result = await runToy(suiteOf([counted()]));
    expect(result.checks[0]).not.toHaveProperty('repeated');
    expect(result.events.find(({ event }) => event === 'verdict')).not.toHaveProperty('repeat');
  });
});
