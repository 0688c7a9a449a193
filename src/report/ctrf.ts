import { createHash } from 'node:crypto';
import type { CaseResult, Header } from '../conform/run-event.ts';
import { type Check, outcomeTable, rowOf } from './outcome-table.ts';
import { againOf, findingsOf, sentenceOf, storyOf, verdictName, verdictSentence } from './story.ts';
import { whole } from './whole-run.ts';

type Status = 'passed' | 'failed' | 'skipped' | 'other';

/** The Common Test Report Format (https://ctrf.io): a test for each check, ours under `extra`. */
export const ctrf = whole(({ header, verdict, cases, footer }, context) => {
  const tests = cases.flatMap((one) =>
    one.checks.map((check) => testOf(one, check, outcomeTable[rowOf(check, context)].ctrf, header)),
  );
  const last = {
    id: idOf(verdictName),
    name: verdictName,
    status: verdict.exit === 0 ? 'passed' : 'failed',
    duration: Math.round(verdict.durationMs),
    suite: ['plumbline'],
    message: verdictSentence(verdict),
    rawStatus: verdict.verdict,
  };
  const all = [...tests, last];
  const count = (status: Status): number => all.filter((test) => test.status === status).length;
  const start = Date.parse(header.startedAt);
  const document = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    generatedBy: `plumbline ${header.tool.version}`,
    timestamp: header.startedAt,
    results: {
      tool: { name: 'plumbline', version: header.tool.version },
      summary: {
        tests: all.length,
        ...{ passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
        ...{ pending: 0, other: count('other') },
        flaky: cases.flatMap(({ checks }) => checks).filter(({ flaky }) => flaky).length,
        start,
        stop: start + Math.round(verdict.durationMs),
        duration: Math.round(verdict.durationMs),
      },
      tests: all,
      extra: {
        verdict: verdict.verdict,
        exit: verdict.exit,
        reason: verdict.reason,
        scope: verdict.scope,
        complete: footer.complete,
        targets: header.targets,
        openPoints: verdict.openPoints,
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
});

function testOf(one: CaseResult, check: Check, status: Status, header: Header) {
  return {
    id: idOf(one.target, one.id, check.requirement),
    name: `${one.id} ${check.requirement}`,
    status,
    // Scenes take time, and many checks share one: a check by itself takes none.
    duration: 0,
    suite: [one.target, one.surface, ...one.id.split('/').slice(1, -1)],
    ...(status === 'passed' ? {} : { message: sentenceOf(one, check) }),
    ...(status === 'failed' ? { trace: storyOf(one, check, header.command) } : {}),
    rawStatus: check.outcome,
    tags: [check.level, check.requirement],
    ...(check.flaky === undefined ? {} : { flaky: check.flaky }),
    extra: {
      target: one.target,
      case: one.id,
      title: one.title,
      requirement: check.requirement,
      level: check.level,
      text: check.text,
      source: check.source,
      at: check.at,
      again: againOf(one, header.command),
      ...(check.known === undefined ? {} : { known: check.known }),
      findings: findingsOf(one, check),
    },
  };
}

/** A UUID of version 5's form that names a check: the same in every run, so that runs can be held together. */
function idOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
