import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../contract/read-yaml.ts';
import { type Finding, instead } from '../../suite/judgement.ts';
import type { CheckResult } from '../check-result.ts';
import { suiteOf } from '../run-toy.ts';
import { planToy, toyRequirement, toyScene, toyTarget } from '../toy-suite.ts';
import { baselineOf, baselineText } from './a-baseline.ts';
import type { EntryKey } from './entry.ts';
import { type UpdateFrom, updatedBaseline } from './update-baseline.ts';

const names = ['a', 'b', 'c', 'd'];
const plans = planToy(
  {
    requirements: [toyRequirement('E1')],
    ...suiteOf(...names.map((name) => [toyScene(`emit/${name}`)] as const)),
  },
  [toyTarget()],
);
const wrong: Finding = { rule: 'wrong', expected: 'right', actual: 'wrong' };

function result(name: string, more: Partial<CheckResult> = {}): CheckResult {
  return {
    ...{ target: 'mine', case: `emit/case-of-${name}`, title: name, surface: 'emit', scene: `emit/${name}` },
    ...{ requirement: 'E1', level: 'MUST', text: '', source: '', at: '', outcome: 'failed' },
    findings: [wrong],
    readings: [],
    ...more,
  } as CheckResult;
}

const passes = { outcome: 'passed', findings: [] } as const;

function update(text: string | undefined, results: readonly CheckResult[], more: Partial<UpdateFrom> = {}) {
  return updatedBaseline({
    text,
    baseline: more.baseline ?? baselineOf(text ?? baselineText([]), plans),
    results,
    gates: ({ level }) => level === 'MUST',
    isInterrupted: false,
    slow: false,
    destructive: false,
    today: '2026-05-01',
    ...more,
  });
}

const idsOf = (entries: readonly EntryKey[]): string[] => entries.map((entry) => entry.case.slice(-1));
const inFile = (text: string): string[] =>
  (parseYaml(text, 'b').value as unknown as { entries: EntryKey[] }).entries.map((entry) =>
    entry.case.slice(-1),
  );

describe('--update-baseline', () => {
  it('begins a file where there is none, sorted, with a reason to be filled in', () => {
    const { text, added, isChanged } = update(undefined, [result('b'), result('a')]);
    expect(isChanged).toBe(true);
    expect(idsOf(added).sort()).toEqual(['a', 'b']);
    expect(inFile(text)).toEqual(['a', 'b']);
    expect(text.match(/reason: "?to be filled in/g)).toHaveLength(2);
  });

  it('says that what it wrote holds: the same run is then known, and another update changes nothing', () => {
    const results = [
      result('a'),
      result('b', { findings: [{ ...instead({ x: 1 }, '/data'), rule: 'r', expected: 'e' }] }),
    ];
    const { text } = update(undefined, results);
    const baseline = baselineOf(text, plans);
    expect(results.map((one) => baseline.mark(one).known !== undefined)).toEqual([true, true]);
    expect(baseline.report(results, false).stale).toEqual([]);
    expect(update(text, results)).toMatchObject({
      text,
      isChanged: false,
      added: [],
      removed: [],
      changed: [],
    });
  });

  it('never writes an error, a flaky check, or a failure that does not gate', () => {
    const results = [
      result('a', { outcome: 'error' }),
      result('b', { flaky: true }),
      result('c', { level: 'SHOULD' }),
      result('d', { outcome: 'untestable', findings: [] }),
    ];
    expect(update(undefined, results).added).toEqual([]);
  });

  it('keeps comments, reasons, issues and expiry of what stays, and no more than that of what goes', () => {
    const entries = names.map((name) => ({
      case: `emit/case-of-${name}`,
      reason: `old ${name}`,
      issue: `https://example.test/${name}`,
      expires: '2027-01-31',
    }));
    const text = baselineText(entries, '# what we know\n').replace(
      /^ {2}- target/gm,
      (() => {
        let at = 0;
        return () => `  # about ${names[at++]}\n  - target`;
      })(),
    );
    const now = update(text, [
      result('a', passes),
      result('b'),
      result('c', { outcome: 'not-run', findings: [] }),
      result('d', { findings: [{ ...wrong, actual: 'upside down' }] }),
    ]);
    expect([idsOf(now.removed), idsOf(now.changed), now.added]).toEqual([['a'], ['d'], []]);
    expect(inFile(now.text)).toEqual(['b', 'c', 'd']);
    for (const name of ['b', 'c', 'd']) {
      expect(now.text).toMatch(new RegExp(`# about ${name}\\n {2}- target`));
      for (const kept of [`reason: old ${name}`, `issue: https://example.test/${name}`])
        expect(now.text).toContain(kept);
    }
    expect(now.text).not.toMatch(/about a|old a/);
    expect(now.text).toMatch(/^# what we know\n/);
    expect(now.text.match(/expires: 2027-01-31/g)).toHaveLength(3);
    expect(now.text).toContain('upside down');
  });

  it('leaves an expired entry expired, and says so', () => {
    const text = baselineText([{ case: 'emit/case-of-a', expires: '2026-01-01' }]);
    const now = update(text, [result('a')]);
    expect(idsOf(now.expired)).toEqual(['a']);
    expect(now).toMatchObject({ text, isChanged: false });
  });

  it('leaves the entries of other targets alone', () => {
    const text = baselineText([{ case: 'emit/x', target: 'yours' }]);
    const baseline = baselineOf(text, plans, { targets: ['mine', 'yours'] });
    expect(update(text, [result('a', passes)], { baseline })).toMatchObject({ text, isChanged: false });
  });

  it('empties a file whose failures are all mended', () => {
    const now = update(baselineText([{ case: 'emit/case-of-a' }]), [result('a', passes)]);
    expect(inFile(now.text)).toEqual([]);
    expect(inFile(update(now.text, [result('b')]).text)).toEqual(['b']);
  });

  it('remembers how wide the run was', () => {
    expect(update(undefined, [result('a')], { slow: true }).text).toContain('slow: true');
  });

  it('is stable: whatever a server calls things, what was written is found again', () => {
    const finding = fc
      .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.jsonValue(), fc.string({ unit: 'binary' }))
      .map(([rule, value, key]) => ({
        rule,
        expected: '',
        ...instead({ [key]: value as never }, `/${key}`),
      }));
    fc.assert(
      fc.property(fc.array(finding, { minLength: 1, maxLength: 4 }), (findings) => {
        const results = [result('a', { findings })];
        const { text } = update(undefined, results);
        const baseline = baselineOf(text, plans);
        expect(results.map((one) => baseline.mark(one).known)).not.toContain(undefined);
        expect(update(text, results)).toMatchObject({ isChanged: false });
      }),
      { numRuns: 100 },
    );
  });
});
