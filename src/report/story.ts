import type { CaseResult, VerdictEvent } from '../conform/run-event.ts';
import type { Check } from './outcome-table.ts';

/** The findings of a case that are about one of its checks. */
export function findingsOf(one: CaseResult, check: Check): CaseResult['findings'] {
  return one.findings.filter(({ requirement }) => requirement === check.requirement);
}

/** A check in one sentence: what was wrong, or why nothing can be said. */
export function sentenceOf(one: CaseResult, check: Check): string {
  const findings = check.outcome === 'failed' ? findingsOf(one, check) : [];
  const said = findings.map(({ expected, actual }) => `expected ${expected}; actual ${actual}`).join(' | ');
  if (check.known !== undefined) return `known: ${check.known}: ${said}`;
  if (said !== '') return said;
  return check.reason ?? one.title;
}

/** A check as a person wants to read it: what is asked, where it stands, what was seen, and how to see it again. */
export function storyOf(one: CaseResult, check: Check, command: string): string {
  return [
    one.title,
    `${check.level} ${check.requirement}: ${check.text}`,
    `source    ${check.source} · ${check.at}`,
    ...findingsOf(one, check).flatMap(({ expected, actual, pointer }) => [
      `expected  ${expected}`,
      `actual    ${actual}${pointer ? ` (at ${pointer})` : ''}`,
    ]),
    ...(check.flaky ? [`flaky     ${check.reason ?? ''}`] : []),
    ...one.transcript.map((line) => `wire      ${line}`),
    `again     ${againOf(one, command)}`,
  ].join('\n');
}

/** What to type to see a case again. */
export function againOf(one: CaseResult, command: string): string {
  return `${command} --only ${one.target}:${one.id}`;
}

/** The name of the one item more that every format has. */
export const verdictName = 'plumbline verdict';

export function verdictSentence({ verdict, exit, reason }: VerdictEvent): string {
  return `${verdict}, exit ${exit}: ${reason}`;
}
