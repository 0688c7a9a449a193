import { createHash } from 'node:crypto';
import type { Location, Log, Notification, ReportingDescriptor, Result, Run } from 'sarif';
import type { CaseResult } from '../conform/run-event.ts';
import { fingerprintKey, fingerprintOf } from '../suite/fingerprint.ts';
import type { ReportContext } from './context.ts';
import { type Check, outcomeTable, type Row, rowOf } from './outcome-table.ts';
import { placeOf } from './place.ts';
import { againOf, findingsOf, sentenceOf, storyOf, verdictName, verdictSentence } from './story.ts';
import { type WholeRun, whole } from './whole-run.ts';

const verdictRule = 'plumbline/verdict';

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0): a run for each target, a rule for each requirement, and
 * one run more for the verdict. A place is where a person can mend something: the line of the target in the target file.
 */
export const sarif = whole((run, context) => {
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [...run.header.targets.map((target) => runOf(target, run, context)), verdictRun(run, context)],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
});

type Target = WholeRun['header']['targets'][number];
type Found = { readonly one: CaseResult; readonly check: Check; readonly row: Row };

function runOf(target: Target, run: WholeRun, context: ReportContext): Run {
  const found: Found[] = run.cases
    .filter((one) => one.target === target.name)
    .flatMap((one) => one.checks.map((check) => ({ one, check, row: rowOf(check, context) })));
  const rules = new Map<string, ReportingDescriptor>();
  const results: Result[] = [];
  const notifications: Notification[] = [];
  for (const { one, check, row } of found) {
    const fate = outcomeTable[row].sarif;
    if (fate === 'none') continue;
    if (!rules.has(check.requirement)) rules.set(check.requirement, ruleOf(check));
    if (fate === 'notification') {
      notifications.push({
        level: 'error',
        message: { text: `${one.id} ${check.requirement}: ${sentenceOf(one, check)}` },
        associatedRule: { id: check.requirement },
      });
    } else results.push(resultOf(target, { one, check, row }, run, context));
  }
  const verdict = run.verdict.targets.find((one) => one.target === target.name);
  return {
    tool: { driver: driverOf(run, [...rules.values()]) },
    automationDetails: { id: `plumbline/${target.name}/` },
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'the root of the repository' } } },
    invocations: [
      {
        executionSuccessful: notifications.length === 0 && run.footer.complete,
        ...(verdict === undefined ? {} : { exitCode: verdict.exit, exitCodeDescription: verdict.reason }),
        startTimeUtc: run.header.startedAt,
        toolExecutionNotifications: notifications,
      },
    ],
    results,
    properties: { surface: target.surface, dialect: target.dialect, role: target.role ?? null },
  };
}

function resultOf(target: Target, { one, check, row }: Found, run: WholeRun, context: ReportContext): Result {
  const fate = outcomeTable[row].sarif;
  const level = fate === 'suppressed' ? (check.level === 'MUST' ? 'error' : 'warning') : fate;
  const [first] = findingsOf(one, check);
  const fingerprint = first ? fingerprintKey(fingerprintOf(first)) : check.outcome;
  return {
    ruleId: check.requirement,
    level: check.level === 'SHOULD' && row === 'failed' ? 'warning' : (level as Result.level),
    message: {
      text: `${one.title}: ${sentenceOf(one, check)}\n\n${storyOf(one, check, run.header.command)}`,
    },
    locations: [locationOf(target.at, context)],
    relatedLocations: [{ ...specLocation(check.at), id: 1, message: { text: check.source } }],
    partialFingerprints: {
      'plumblineFailure/v1': hash(target.name, one.id, check.requirement, fingerprint),
    },
    ...(row === 'known-failure'
      ? {
          suppressions: [
            { kind: 'external', justification: check.known ?? '' },
          ] as const satisfies Result['suppressions'],
        }
      : {}),
    properties: {
      case: one.id,
      outcome: check.outcome,
      level: check.level,
      again: againOf(one, run.header.command),
    },
  } as Result;
}

function ruleOf(check: Check): ReportingDescriptor {
  return {
    id: check.requirement,
    shortDescription: { text: check.text },
    fullDescription: { text: `${check.level}: ${check.text} (${check.source})` },
    help: { text: `${check.text}\n\nSource: ${check.source}\n${check.at}` },
    defaultConfiguration: { level: check.level === 'MUST' ? 'error' : 'warning' },
    properties: { tags: [check.level] },
  };
}

function verdictRun(run: WholeRun, context: ReportContext): Run {
  const { exit } = run.verdict;
  const [target] = run.header.targets;
  const text = `${verdictName}: ${verdictSentence(run.verdict)}`;
  return {
    tool: {
      driver: driverOf(run, [
        { id: verdictRule, shortDescription: { text: 'The exit code of the run is 0.' } },
      ]),
    },
    automationDetails: { id: 'plumbline/' },
    invocations: [
      { executionSuccessful: run.footer.complete, exitCode: exit, exitCodeDescription: run.verdict.reason },
    ],
    results:
      exit === 0
        ? []
        : [
            {
              ruleId: verdictRule,
              level: 'error',
              message: { text },
              locations: [locationOf(target?.at ?? '', context)],
            },
          ],
  };
}

function driverOf({ header }: WholeRun, rules: ReportingDescriptor[]) {
  return {
    name: 'plumbline',
    version: header.tool.version,
    semanticVersion: header.tool.version,
    rules,
  };
}

function locationOf(at: string, context: ReportContext): Location {
  const { uri, line } = placeOf(at, context.place);
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: '%SRCROOT%' },
      region: { startLine: line },
    },
  };
}

/** A line of our own documents, which the user's repository does not hold. */
function specLocation(at: string): Location {
  const [, uri = at, line = '1'] = /^(.*?)(?::(\d+))?$/.exec(at) ?? [];
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: Number(line) } } };
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
