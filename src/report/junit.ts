import type { CaseResult, Header, VerdictEvent } from '../conform/run-event.ts';
import { gates, type ReportContext, type ReporterFactory } from './context.ts';
import { element, escapeXml } from './xml.ts';

type Check = CaseResult['checks'][number];

/** What becomes of a check in JUnit's terms. */
type Fate = 'passed' | 'failure' | 'error' | 'skipped';

interface Testcase {
  readonly fate: Fate;
  readonly xml: string;
}

/**
 * JUnit XML: a test case for each check. One more, `plumbline verdict`, fails whenever the exit code is
 * not 0, so that whoever reads only this file cannot see green where the run was red or told nothing.
 */
export const junit: ReporterFactory = (context) => {
  let header: Header | undefined;
  let verdict: VerdictEvent | undefined;
  const cases: CaseResult[] = [];
  return {
    on: (event) => {
      if (event.event === 'header') header = event;
      else if (event.event === 'case') cases.push(event);
      else if (event.event === 'verdict') verdict = event;
    },
    end: async () => {
      if (!header || !verdict) throw new Error('the run has no end, so there is no result');
      await context.out.write(documentOf(header, verdict, cases, context));
      await context.out.end();
    },
  };
};

function documentOf(
  header: Header,
  verdict: VerdictEvent,
  cases: readonly CaseResult[],
  context: ReportContext,
): string {
  const suites = header.targets.map(({ name }) =>
    suite(
      name,
      cases
        .filter(({ target }) => target === name)
        .flatMap((one) => one.checks.map((check) => testcase(one, check, header.command, context))),
    ),
  );
  const all = [...suites, suite('plumbline', [verdictCase(verdict)])];
  const time = (verdict.durationMs / 1000).toFixed(3);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'plumbline', time }, `\n${all.join('')}`)}\n`;
}

function suite(name: string, testcases: readonly Testcase[]): string {
  const count = (fate: Fate): number => testcases.filter((one) => one.fate === fate).length;
  const numbers = {
    tests: testcases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
  const content = testcases.map(({ xml }) => `    ${xml}\n`).join('');
  return `  ${element('testsuite', { name, ...numbers }, `\n${content}  `)}\n`;
}

function testcase(one: CaseResult, check: Check, command: string, context: ReportContext): Testcase {
  const fate = fateOf(check, context);
  const attributes = { classname: `${one.target}.${one.surface}.${one.id}`, name: check.requirement };
  return { fate, xml: element('testcase', attributes, content(fate, one, check, command)) };
}

function fateOf(check: Check, context: ReportContext): Fate {
  switch (check.outcome) {
    case 'passed':
    case 'ambiguous':
      return check.flaky && gates(check.level, context) ? 'failure' : 'passed';
    case 'error':
      return 'error';
    case 'failed':
      return gates(check.level, context) && (check.known === undefined || check.flaky)
        ? 'failure'
        : 'skipped';
    default:
      return 'skipped';
  }
}

function content(fate: Fate, one: CaseResult, check: Check, command: string): string {
  switch (fate) {
    case 'passed':
      return check.outcome === 'ambiguous'
        ? element('system-out', {}, escapeXml(`ambiguous: ${check.reason ?? ''}`))
        : '';
    case 'error':
      return element('error', { message: check.reason ?? 'could not be judged', type: 'error' });
    case 'skipped':
      return element('skipped', {
        message: check.outcome === 'failed' ? excused(one, check) : reasonOf(check),
      });
    case 'failure': {
      const [first] = one.findings.filter(({ requirement }) => requirement === check.requirement);
      const message = first
        ? `expected ${first.expected}; actual ${first.actual}`
        : (check.reason ?? one.title);
      return element(
        'failure',
        { message, type: first?.rule ?? check.outcome },
        escapeXml(story(one, check, command)),
      );
    }
  }
}

function reasonOf(check: Check): string {
  return `${check.outcome}: ${check.reason ?? ''}`;
}

/** A failure that does not decide the exit code, in full: skipped is not forgotten. */
function excused(one: CaseResult, check: Check): string {
  const findings = one.findings
    .filter(({ requirement }) => requirement === check.requirement)
    .map(({ expected, actual }) => `expected ${expected}; actual ${actual}`);
  return check.known === undefined
    ? `failed (${check.level}, which does not gate): ${findings.join(' | ')}`
    : `known: ${check.known}: ${findings.join(' | ')}`;
}

function story(one: CaseResult, check: Check, command: string): string {
  const findings = one.findings.filter(({ requirement }) => requirement === check.requirement);
  return [
    one.title,
    `${check.level} ${check.requirement}: ${check.text}`,
    `source    ${check.source} · ${check.at}`,
    ...findings.flatMap(({ expected, actual, pointer }) => [
      `expected  ${expected}`,
      `actual    ${actual}${pointer ? ` (at ${pointer})` : ''}`,
    ]),
    ...(check.flaky ? [`flaky     ${check.reason ?? ''}`] : []),
    ...one.transcript.map((line) => `wire      ${line}`),
    `again     ${command} --only ${one.target}:${one.id}`,
  ].join('\n');
}

function verdictCase(verdict: VerdictEvent): Testcase {
  const attributes = {
    classname: 'plumbline',
    name: 'plumbline verdict',
    time: (verdict.durationMs / 1000).toFixed(3),
  };
  if (verdict.exit === 0) return { fate: 'passed', xml: element('testcase', attributes) };
  const stale = (verdict.baseline?.stale ?? []).map(({ reason }) => reason);
  const message = `${verdict.verdict}, exit ${verdict.exit}: ${verdict.reason}`;
  return {
    fate: 'failure',
    xml: element(
      'testcase',
      attributes,
      element('failure', { message, type: verdict.verdict }, escapeXml(stale.join('\n'))),
    ),
  };
}
