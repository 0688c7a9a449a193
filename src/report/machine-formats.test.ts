import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { Log } from 'sarif';
import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../conform/run-event.ts';
import { outcomes } from '../suite/judgement.ts';
import { badge } from './badge.ts';
import type { ReportContext } from './context.ts';
import { ctrf } from './ctrf.ts';
import { github } from './github.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { type Fate, outcomeTable, type Row, rowOf } from './outcome-table.ts';
import {
  caseOf,
  cases,
  check,
  conformantVerdict,
  events,
  footer,
  header,
  hostile,
  staleVerdict,
  verdict,
  written,
} from './sample-run.ts';
import { sarif } from './sarif.ts';
import { tap } from './tap.ts';

const green: readonly RunEvent[] = [
  header,
  caseOf('emit/passes', [check('passed')]),
  conformantVerdict,
  footer,
];
/** Nothing failed, and yet nobody may see green: exit 4. */
const untestable: readonly RunEvent[] = [
  header,
  caseOf('emit/passes', [check('passed')]),
  caseOf('emit/untestable', [check('untestable', { reason: 'no token' })]),
  { ...verdict, verdict: 'incomplete', exit: 4, reason: '1 MUST check untestable: no token' },
  footer,
];

/** A run with one check, and a green verdict: what the check becomes is then all there is to see. */
const only = (more: Parameters<typeof check>[1], outcome: Parameters<typeof check>[0]) => {
  const one = check(outcome, more);
  const finding = { requirement: 'E10', rule: 'leak', expected: 'null', actual: 'data', pointer: '/data' };
  return {
    check: one,
    told: [
      header,
      caseOf('emit/it', [one], outcome === 'failed' ? { findings: [finding] } : {}),
      conformantVerdict,
      footer,
    ] as readonly RunEvent[],
  };
};

const schemaOfCtrf = JSON.parse(
  readFileSync(
    createRequire(import.meta.url)
      .resolve('ctrf')
      .replace(/dist.*$/, 'dist/ctrf-schema-0.0.json'),
    'utf8',
  ),
);
const ajv = new Ajv({ strict: false, allErrors: true });
(formats as unknown as (ajv: Ajv) => void)(ajv);
const isCtrf = ajv.compile(schemaOfCtrf);

interface CtrfTest {
  readonly name: string;
  readonly status: string;
  readonly rawStatus: string;
  readonly id: string;
}
async function readCtrf(told: readonly RunEvent[], context: Partial<ReportContext> = {}) {
  const document = JSON.parse(await written(ctrf, told, context));
  expect(isCtrf(document), JSON.stringify(isCtrf.errors)).toBe(true);
  return document.results as { tests: CtrfTest[]; summary: Record<string, number> };
}

interface TapPoint {
  readonly ok: boolean;
  readonly name: string;
  readonly todo?: string | boolean;
  readonly skip?: string | boolean;
  readonly diag?: Record<string, unknown>;
}
async function readTap(told: readonly RunEvent[], context: Partial<ReportContext> = {}) {
  const points: TapPoint[] = [];
  const parser = new Parser({ strict: true });
  parser.on('assert', (point: TapPoint) => points.push(point));
  const extra: string[] = [];
  parser.on('extra', (line: string) => extra.push(line));
  const done = new Promise<{ ok: boolean; failures: unknown[] }>((resolve) =>
    parser.on('complete', (results) => resolve(results as never)),
  );
  parser.end(await written(tap, told, context));
  return { points, extra, results: await done };
}

async function readSarif(told: readonly RunEvent[], context: Partial<ReportContext> = {}): Promise<Log> {
  return JSON.parse(await written(sarif, told, context)) as Log;
}
const resultsOf = (log: Log) => log.runs.flatMap(({ results = [] }) => results);

/** Every way in which a check can end, and the row of the table that it is in. */
const ways: readonly [string, Row, ReturnType<typeof only>][] = [
  ['passed', 'passed', only({}, 'passed')],
  ['failed', 'failed', only({}, 'failed')],
  ['failed, a SHOULD', 'lesser-failure', only({ level: 'SHOULD' }, 'failed')],
  ['failed, and known', 'known-failure', only({ known: 'ISSUE-1' }, 'failed')],
  ['flaky', 'failed', only({ flaky: true, reason: 'passed 1, failed 1 of 2' }, 'passed')],
  ['error', 'error', only({ reason: 'out of memory' }, 'error')],
  ['failed, a MAY', 'may-failure', only({ level: 'MAY' }, 'failed')],
  ['error, a MAY', 'skipped', only({ level: 'MAY', reason: 'out of memory' }, 'error')],
  ['ambiguous', 'ambiguous', only({ reason: 'one of two' }, 'ambiguous')],
  ['untestable', 'skipped', only({ reason: 'no token' }, 'untestable')],
  ['excluded', 'skipped', only({ reason: 'no time' }, 'excluded')],
  ['not-run', 'skipped', only({ reason: 'not selected' }, 'not-run')],
  ['not-applicable', 'skipped', only({ reason: 'ws://' }, 'not-applicable')],
];

describe('the table of outcomes', () => {
  it.each(ways)('%s is in the row %s', (_, row, { check: one }) => {
    expect(rowOf(one, { level: 'must' })).toBe(row);
  });

  it('has a row for every outcome there is, and SHOULD gates where it is said to', () => {
    for (const outcome of outcomes)
      expect(outcomeTable).toHaveProperty(rowOf(check(outcome), { level: 'must' }));
    expect(rowOf(check('failed', { level: 'SHOULD' }), { level: 'should' })).toBe('failed');
    expect(rowOf(check('failed', { level: 'MAY' }), { level: 'should' })).toBe('may-failure');
  });

  it('is the one that the README shows', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    for (const [row, { junit: j, ctrf: c, tap: t, sarif: s }] of Object.entries(outcomeTable)) {
      expect(readme).toContain(`| ${row} | ${j} | ${c} | ${t} | ${s} |`);
    }
  });

  describe.each(ways)('%s', (_, row, { told }) => {
    const fate: Fate = outcomeTable[row];

    it(`is ${fate.junit} in JUnit`, async () => {
      const [, testcase = ''] =
        /(<testcase classname="mine\.[\s\S]*?(?:\/>|<\/testcase>))/.exec(await written(junit, told)) ?? [];
      const inside = /<(failure|error|skipped)\b/.exec(testcase)?.[1] ?? 'pass';
      expect(inside).toBe(fate.junit);
    });

    it(`is ${fate.ctrf} in CTRF, which its own schema takes`, async () => {
      const { tests, summary } = await readCtrf(told);
      expect(tests[0]?.status).toBe(fate.ctrf);
      expect(summary[fate.ctrf]).toBeGreaterThan(0);
    });

    it(`is ${fate.tap} in TAP, as a TAP parser reads it`, async () => {
      const { points, results } = await readTap(told);
      const [point] = points;
      const read = point?.skip ? 'skip' : point?.todo ? 'todo' : point?.ok ? 'ok' : 'not ok';
      expect(read).toBe(fate.tap);
      expect(results.ok).toBe(fate.tap !== 'not ok');
    });

    it(`is ${fate.sarif} in SARIF`, async () => {
      const log = await readSarif(told);
      const [result] = resultsOf(log);
      const notes = log.runs[0]?.invocations?.[0]?.toolExecutionNotifications ?? [];
      const read = result?.suppressions
        ? 'suppressed'
        : (result?.level ?? (notes.length > 0 ? 'notification' : 'none'));
      expect(read).toBe(fate.sarif);
    });
  });
});

describe('no format looks green where the exit code is not 0, or red where it is', () => {
  const looksGreen: Readonly<Record<string, (told: readonly RunEvent[]) => Promise<boolean>>> = {
    junit: async (told) => !/<(failure|error)\b/.test(await written(junit, told)),
    ctrf: async (told) => (await readCtrf(told)).summary.failed === 0,
    tap: async (told) => (await readTap(told)).results.ok,
    sarif: async (told) => !resultsOf(await readSarif(told)).some(({ level }) => level === 'error'),
    github: async (told) => !(await written(github, told)).includes('::error'),
    markdown: async (told) => / · exit 0\n/.test(await written(markdown, told)),
    badge: async (told) => JSON.parse(await written(badge, told)).isError !== true,
  };

  it.each(Object.entries(looksGreen))('%s', async (_, isGreen) => {
    expect([await isGreen(green), await isGreen(untestable), await isGreen(events)]).toEqual([
      true,
      false,
      false,
    ]);
    const stale: readonly RunEvent[] = [
      header,
      caseOf('emit/passes', [check('passed')]),
      staleVerdict,
      footer,
    ];
    expect(await isGreen(stale)).toBe(false);
  });
});

describe('CTRF', () => {
  it('has a test for each check, and one for the verdict', async () => {
    const { tests, summary } = await readCtrf(events);
    expect(tests).toHaveLength(cases.flatMap(({ checks }) => checks).length + 1);
    const { passed = 0, failed = 0, skipped = 0, other = 0, pending = 0 } = summary;
    expect(passed + failed + skipped + other + pending).toBe(tests.length);
    expect(new Set(tests.map(({ id }) => id)).size).toBe(tests.length);
  });

  it('gives a check the same id in every run, and our own word for what it came to', async () => {
    const [first, second] = [await readCtrf(events), await readCtrf(untestable)];
    expect(first.tests[0]?.id).toBe(second.tests[0]?.id);
    expect(second.tests.map(({ rawStatus }) => rawStatus)).toEqual(['passed', 'untestable', 'incomplete']);
  });
});

describe('TAP', () => {
  it('says why, and how to see it again, whatever a server says', async () => {
    const { points, extra } = await readTap(events);
    const red = points.find(({ name }) => name.includes('emit/leaks MUST E10'));
    expect(red?.diag).toMatchObject({
      outcome: 'failed',
      says: 'A viewer with jobs:read:progress never sees the result of a job.',
      source: 'emit.run WebSockets, "Scopes" · specs/emit/requirements.yaml:212',
      again: 'npm run conform -- --target my-server.yaml --only mine:emit/leaks',
    });
    expect(extra).toEqual([]);
  });
});

describe('SARIF', () => {
  it('points at the line of the target in the target file, relative to the root of the repository', async () => {
    const log = await readSarif(only({}, 'failed').told);
    const [result] = resultsOf(log);
    expect(result?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'tests/my-server.yaml', uriBaseId: '%SRCROOT%' },
      region: { startLine: 2 },
    });
    expect(result?.relatedLocations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'specs/emit/requirements.yaml' },
      region: { startLine: 212 },
    });
  });

  it('has a rule for each requirement that it speaks of, and a run for each target', async () => {
    const log = await readSarif(events);
    expect(log.runs.map(({ automationDetails }) => automationDetails?.id)).toEqual([
      'plumbline/mine/',
      'plumbline/relay/',
      'plumbline/',
    ]);
    for (const { tool, results = [] } of log.runs) {
      const ids = tool.driver.rules?.map(({ id }) => id) ?? [];
      expect(new Set(ids).size).toBe(ids.length);
      for (const { ruleId } of results) expect(ids).toContain(ruleId);
    }
  });

  it('gives the same failure the same fingerprint, whatever values it comes with', async () => {
    const told = (actual: string): readonly RunEvent[] => [
      header,
      caseOf('emit/it', [check('failed')], {
        findings: [
          { requirement: 'E10', rule: 'leak', expected: 'null', actual, shape: 'object', pointer: '/data' },
        ],
      }),
      conformantVerdict,
      footer,
    ];
    const of = async (actual: string) => resultsOf(await readSarif(told(actual)))[0]?.partialFingerprints;
    expect(await of('data 1')).toEqual(await of('data 2'));
  });
});

describe('GitHub', () => {
  it('shows ten of a kind, worst first, and says how many more there are', async () => {
    const many = Array.from({ length: 30 }, (_, n) => caseOf(`emit/${n}`, [check('failed')]));
    const text = await written(github, [header, ...many, verdict, footer]);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toContain('title=plumbline verdict::');
    expect(lines.at(-1)).toContain('and 22 more');
  });

  it('gives notice of what failed at level MAY, and warns of no such thing', async () => {
    const text = await written(github, only({ level: 'MAY' }, 'failed').told);
    expect(text).toMatch(/^::notice [^\n]*title=MAY /);
    expect(text).not.toMatch(/::(error|warning) /);
  });

  it('takes nothing that a server says for a command of its own', async () => {
    const text = await written(github, events);
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^::(error|warning) [^\n]*::/);
    expect(text).toContain('file=tests/my-server.yaml,line=2');
  });
});

describe('Markdown', () => {
  it('tells what failed at level MAY apart from what could gate', async () => {
    const text = await written(markdown, only({ level: 'MAY' }, 'failed').told);
    expect(text).toContain('## Failed, but optional: 1');
    expect(text).not.toMatch(/## Failed(:|, but not gating)/);
  });

  it('leads with the verdict, then what failed, and cuts long lists with their number', async () => {
    const many = Array.from({ length: 80 }, (_, n) => caseOf(`emit/${n}`, [check('failed')]));
    const text = await written(markdown, [header, ...many, verdict, footer]);
    expect(text).toMatch(/^# NON-CONFORMANT · exit 1\n/);
    expect(text).toContain('## Failed: 80');
    expect(text).toContain('- and 30 more');
  });

  it('lets no server write markup, a mention or an address', async () => {
    const actual = `${hostile} **bold** [link](javascript:alert(1)) @everyone <img src=x>`;
    const text = await written(markdown, [
      header,
      caseOf('emit/error', [check('error', { reason: actual })]),
      verdict,
      footer,
    ]);
    expect(text).not.toMatch(/[^\\]\[link\]|<script|<img|@everyone|\*\*bold\*\*/);
  });
});

it('a badge is what shields.io reads, and never green for a part or a known failure', async () => {
  expect(JSON.parse(await written(badge, green))).toEqual({
    schemaVersion: 1,
    label: 'plumbline',
    message: 'conformant · 1/1 MUST',
    color: 'brightgreen',
  });
  const known = { ...conformantVerdict, verdict: 'non-conformant', knownOnly: true } as const;
  expect(JSON.parse(await written(badge, [header, known, footer]))).toMatchObject({ color: 'yellow' });
});
