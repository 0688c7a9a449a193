import { describe, expect, it } from 'vitest';
import { failed } from '../../suite/judgement.ts';
import { monitor } from '../../suite/monitor.ts';
import type { RunOptions } from '../run.ts';
import { echoServer, fail, finding, outcomesOf, pass, requirements, runPlans, suiteOf } from '../run-toy.ts';
import { planToy, type Toy, toyRequirement, toyScene, toyTarget } from '../toy-suite.ts';
import { baselineOf, baselineText, type Written } from './a-baseline.ts';

const a = toyScene('emit/a');
const b = toyScene('emit/b');
const known: Written = { case: 'emit/case-of-a' };

/** Runs a toy on one target or more, with a baseline of these entries. */
async function judged(
  toy: Toy,
  entries: readonly Written[],
  options: Partial<RunOptions> & { readonly isAsWide?: boolean; readonly targets?: readonly string[] } = {},
) {
  const { isAsWide, targets = ['mine'], ...rest } = options;
  const server = await echoServer();
  try {
    const plans = planToy(
      { requirements, ...toy },
      targets.map((name) => toyTarget({ name, urls: { ws: server.url } })),
    );
    const baseline = baselineOf(baselineText(entries), plans, isAsWide === undefined ? {} : { isAsWide });
    return await runPlans(plans, { ...rest, baseline });
  } finally {
    await server.close();
  }
}

describe('a failure that the baseline knows', () => {
  it('is marked with its reason and its issue, and the verdict is known only', async () => {
    const entry = { ...known, reason: 'it is old', issue: 'https://example.test/1' };
    const result = await judged(suiteOf([a, fail], [b]), [entry]);
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 0, knownOnly: true });
    expect(result.checks[0]).toMatchObject({
      outcome: 'failed',
      known: 'it is old (https://example.test/1)',
    });
    expect(result.baseline).toMatchObject({ entries: 1, known: 1, notJudged: 0, stale: [] });
  });

  it('does not stop a run that bails, and is not told as a finding of its own', async () => {
    const result = await judged(suiteOf([a, fail], [b]), [known], { bail: true, jobs: 1 });
    expect(outcomesOf(result)).toEqual({ 'emit/case-of-a': 'failed', 'emit/case-of-b': 'passed' });
    expect(result.exit).toBe(0);
    expect(result.events.filter(({ event }) => event === 'finding')).toMatchObject([
      { check: { known: 'it is old' } },
    ]);
  });

  it('excuses no other check', async () => {
    const result = await judged(suiteOf([a, fail], [b, fail]), [known]);
    expect(result).toMatchObject({ exit: 1, knownOnly: false, reason: '1 gating check failed' });
  });

  it('excuses nothing of another target', async () => {
    const result = await judged(suiteOf([a, fail]), [known], { targets: ['mine', 'yours'] });
    expect(result.targets).toMatchObject([
      { target: 'mine', exit: 0, knownOnly: true },
      { target: 'yours', exit: 1 },
    ]);
    expect(result.exit).toBe(1);
  });

  it('is known by what was written, with every secret taken out', async () => {
    const leaks = () => failed({ ...finding, shape: '{hush-hush: string}' });
    const entry = { ...known, shape: '{[redacted]: string}' };
    expect((await judged(suiteOf([a, leaks]), [entry])).exit).toBe(0);
  });

  it('may be one of several that the same check shows, if each is known', async () => {
    const both = () => failed(finding, { ...finding, rule: 'late' });
    const one = await judged(suiteOf([a, both]), [known]);
    expect(one).toMatchObject({ exit: 1, checks: [{ outcome: 'failed' }] });
    expect(one.checks[0]).not.toHaveProperty('known');
    const two = await judged(suiteOf([a, both]), [known, { ...known, rule: 'late', reason: 'slow disk' }]);
    expect(two).toMatchObject({ exit: 0, checks: [{ known: 'it is old; slow disk' }] });
  });
});

describe('an entry that is no longer right', () => {
  it('fails differently', async () => {
    const other = () => failed({ ...finding, actual: 'upside down' });
    const result = await judged(suiteOf([a, other]), [known]);
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
    expect(result.baseline?.stale).toMatchObject([
      {
        why: 'differs',
        at: 'b.yaml:3',
        reason:
          'b.yaml:3: emit/case-of-a E1 "wrong" of mine: it fails differently: upside down, where the baseline has wrong',
      },
    ]);
  });

  it('passes', async () => {
    const result = await judged(suiteOf([a]), [known]);
    expect(result).toMatchObject({ verdict: 'non-conformant', exit: 1 });
    expect(result.baseline?.stale).toMatchObject([{ why: 'passed', target: 'mine', rule: 'wrong' }]);
  });

  it('is left alone where its check is only tried, whatever that comes to', async () => {
    const may = [toyRequirement('E1', { level: 'MAY' })];
    const result = await judged({ ...suiteOf([a]), requirements: may }, [known]);
    expect(result).toMatchObject({ exit: 0, baseline: { notJudged: 1, stale: [] } });
  });

  it('is no longer seen where the check fails by another rule', async () => {
    const late = () => failed({ ...finding, rule: 'late' });
    const entries = [known, { ...known, rule: 'late' }];
    const result = await judged(suiteOf([a, late]), entries);
    expect(result.exit).toBe(1);
    expect(result.baseline?.stale).toMatchObject([{ why: 'passed', rule: 'wrong' }]);
  });

  it('has expired: it excuses nothing, not even from stopping', async () => {
    const entry = { ...known, expires: '2026-04-30' };
    const result = await judged(suiteOf([a, fail], [b]), [entry], { bail: true, jobs: 1 });
    expect(result.exit).toBe(1);
    expect(result.checks[0]).not.toHaveProperty('known');
    expect(outcomesOf(result)).toMatchObject({ 'emit/case-of-b': 'not-run' });
    expect(result.baseline?.stale).toMatchObject([{ why: 'expired' }]);
  });

  it('is still good on its last day', async () => {
    expect((await judged(suiteOf([a, fail]), [{ ...known, expires: '2026-05-01' }])).exit).toBe(0);
  });

  it('is counted for its own target alone, whatever the names are', async () => {
    const result = await judged(suiteOf([a]), [{ ...known, target: 'mine-too' }], {
      targets: ['mine', 'mine-too', 'case'],
    });
    expect(result.targets.map(({ exit }) => exit)).toEqual([0, 1, 0]);
    expect(result.exit).toBe(1);
  });
});

describe('an entry whose check did not run in full neither matches nor passes', () => {
  const broken = (): never => {
    throw new Error('out of memory');
  };

  it('where it was not run', async () => {
    const result = await judged(suiteOf([toyScene('emit/a', { slow: true }), fail], [b]), [known]);
    expect(outcomesOf(result)).toMatchObject({ 'emit/case-of-a': 'not-run' });
    expect(result).toMatchObject({ exit: 0, verdict: 'conformant', baseline: { notJudged: 1, stale: [] } });
  });

  it('where it is untestable', async () => {
    const result = await judged(suiteOf([toyScene('emit/a', { needs: ['wings'] }), fail], [b]), [known]);
    expect(result).toMatchObject({ exit: 4, baseline: { notJudged: 1, stale: [] } });
  });

  it('where it is an error, which nothing excuses', async () => {
    const result = await judged(suiteOf([a, broken], [b]), [known]);
    expect(result).toMatchObject({ exit: 3, baseline: { known: 0, notJudged: 1, stale: [] } });
  });

  it('where it is flaky, which nothing excuses', async () => {
    let round = 0;
    const sometimes = () => {
      round += 1;
      // Each round judges twice: as the scene ends, and at its end.
      return round <= 2 ? fail() : pass();
    };
    const result = await judged(suiteOf([a, sometimes]), [known], { repeat: 2 });
    expect(result).toMatchObject({ exit: 1, baseline: { notJudged: 1, stale: [] } });
  });

  describe('of what watches the whole run', () => {
    const entry = { case: 'emit/always/watching', shape: 'text' };
    const watching = monitor({
      id: 'emit/always/watching',
      title: 'watching',
      surface: 'emit',
      per: 'run',
      checks: ['E1'],
      start: () => ({}),
      step: (_, event, report) => event.kind === 'frame' && report.saw('E1', event),
    });

    it('a pass is one where everything was run', async () => {
      const result = await judged({ ...suiteOf([a]), monitors: [watching] }, [entry]);
      expect(result).toMatchObject({ exit: 1, baseline: { stale: [{ why: 'passed' }] } });
    });

    it('a pass is none where the baseline is of a wider run', async () => {
      const result = await judged({ ...suiteOf([a]), monitors: [watching] }, [entry], { isAsWide: false });
      expect(result).toMatchObject({ exit: 0, baseline: { notJudged: 1, stale: [] } });
    });

    it('a pass is none where something broke', async () => {
      const result = await judged({ ...suiteOf([a, broken]), monitors: [watching] }, [entry]);
      expect(result).toMatchObject({ exit: 3, baseline: { notJudged: 1, stale: [] } });
    });
  });
});

describe('under --repeat', () => {
  it('a failure that only one round shows in another way is not known', async () => {
    let judgedTimes = 0;
    const drifting = () => {
      judgedTimes += 1;
      return judgedTimes <= 2 ? fail() : failed({ ...finding, actual: 'upside down' });
    };
    const result = await judged(suiteOf([a, drifting]), [known], { repeat: 2 });
    expect(result.checks[0]).toMatchObject({ outcome: 'failed', repeated: { result: 'consistent' } });
    expect(result).toMatchObject({ exit: 1, baseline: { stale: [{ why: 'differs' }] } });
  });
});
