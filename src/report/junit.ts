import type { CaseResult, VerdictEvent } from '../conform/run-event.ts';
import type { ReportContext } from './context.ts';
import { type Check, type Fate as Fates, outcomeTable, type Row, rowOf } from './outcome-table.ts';
import { findingsOf, sentenceOf, storyOf, verdictName, verdictSentence } from './story.ts';
import { whole } from './whole-run.ts';
import { element, escapeXml } from './xml.ts';

/** What becomes of a check in JUnit's terms. */
type Fate = Fates['junit'];

interface Testcase {
  readonly fate: Fate;
  readonly xml: string;
}

/**
 * JUnit XML: a test case for each check. One more, `plumbline verdict`, fails whenever the exit code is
 * not 0, so that whoever reads only this file cannot see green where the run was red or told nothing.
 */
export const junit = whole(({ header, verdict, cases }, context) => {
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
});

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
  const row = rowOf(check, context);
  const { junit: fate } = outcomeTable[row];
  const attributes = { classname: `${one.target}.${one.surface}.${one.id}`, name: check.requirement };
  return { fate, xml: element('testcase', attributes, content(row, one, check, command)) };
}

function content(row: Row, one: CaseResult, check: Check, command: string): string {
  switch (row) {
    case 'passed':
      return '';
    case 'ambiguous':
      return element('system-out', {}, escapeXml(`ambiguous: ${check.reason ?? ''}`));
    case 'error':
      return element('error', { message: check.reason ?? 'could not be judged', type: 'error' });
    case 'known-failure':
      return skipped(sentenceOf(one, check));
    case 'lesser-failure':
    case 'may-failure':
      return skipped(`failed (${check.level}, which does not gate): ${sentenceOf(one, check)}`);
    case 'skipped':
      return skipped(`${check.outcome}: ${check.reason ?? ''}`);
    case 'failed': {
      const [first] = findingsOf(one, check);
      const message = first
        ? `expected ${first.expected}; actual ${first.actual}`
        : (check.reason ?? one.title);
      return element(
        'failure',
        { message, type: first?.rule ?? check.outcome },
        escapeXml(storyOf(one, check, command)),
      );
    }
  }
}

/** The reason as text, where every version of Jenkins' schema has it; only later ones know it as an attribute. */
function skipped(reason: string): string {
  return element('skipped', {}, escapeXml(reason));
}

function verdictCase(verdict: VerdictEvent): Testcase {
  const attributes = {
    classname: 'plumbline',
    name: verdictName,
    time: (verdict.durationMs / 1000).toFixed(3),
  };
  if (verdict.exit === 0) return { fate: 'pass', xml: element('testcase', attributes) };
  const stale = (verdict.baseline?.stale ?? []).map(({ reason }) => reason);
  const message = verdictSentence(verdict);
  return {
    fate: 'failure',
    xml: element(
      'testcase',
      attributes,
      element('failure', { message, type: verdict.verdict }, escapeXml(stale.join('\n'))),
    ),
  };
}
