import { verdictName } from '../../report/story.ts';
import { element, escapeXml } from '../../report/xml.ts';
import type { GateResult, LoadFinding, LoadResult, TrustCheck } from '../verdict/load-result.ts';
import { valueText } from './number-words.ts';
import { gateReason, gateValueText, outcomeOf } from './standing.ts';

interface Testcase {
  readonly fate: 'pass' | 'failure' | 'error' | 'skipped';
  readonly xml: string;
}

/**
 * `junit.xml`: a test case for each finding, gate and trust check. A gate that is withheld or was not observed is
 * skipped, by its reason. One more, `plumbline verdict`, fails whenever the exit code is not 0.
 */
export function junitXml(result: LoadResult): string {
  const { target, profile, durationMs } = result;
  const under = `${target.name}.load.${profile.id}`;
  const suites = [
    ...(result.findings.length > 0
      ? [
          suite(
            'findings',
            result.findings.map((finding) => findingCase(finding, under)),
          ),
        ]
      : []),
    suite(
      'gates',
      result.gates.map((gate) => gateCase(gate, result, under)),
    ),
    suite(
      'trust',
      result.trust.map((check) => trustCase(check, result, under)),
    ),
    suite('plumbline', [verdictCase(result)]),
  ];
  const attributes = { name: `plumbline load ${profile.id}`, time: (durationMs / 1000).toFixed(3) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, `\n${suites.join('')}`)}\n`;
}

function suite(name: string, testcases: readonly Testcase[]): string {
  const count = (fate: Testcase['fate']): number => testcases.filter((one) => one.fate === fate).length;
  const numbers = {
    tests: testcases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
  const content = testcases.map(({ xml }) => `    ${xml}\n`).join('');
  return `  ${element('testsuite', { name, ...numbers }, `\n${content}  `)}\n`;
}

function testcase(
  attributes: { readonly classname: string; readonly name: string },
  fate: Testcase['fate'],
  message = '',
  text = '',
): Testcase {
  if (fate === 'pass') return { fate, xml: element('testcase', attributes) };
  // The schema that Jenkins goes by knows no message of what is skipped: its reason is its text.
  if (fate === 'skipped') {
    const reason = text === '' ? message : `${message}; ${text}`;
    return { fate, xml: element('testcase', attributes, element(fate, {}, escapeXml(reason))) };
  }
  return {
    fate,
    xml: element('testcase', attributes, element(fate, { message, type: fate }, escapeXml(text))),
  };
}

function findingCase(finding: LoadFinding, under: string): Testcase {
  const { kind, stage, requirement, count, expected, actual } = finding;
  const name = requirement === undefined ? kind : `${kind} ${requirement}`;
  const message = `${count} ×: expected ${expected}; actual ${actual}`;
  return testcase({ classname: `${under}.${stage}.finding`, name }, 'failure', message);
}

function gateCase(gate: GateResult, result: LoadResult, under: string): Testcase {
  const attributes = { classname: `${under}.${gate.stage}.${gate.from}`, name: gate.gate };
  const outcome = outcomeOf(gate, result);
  const value = gateValueText(gate, result);
  const reason = gateReason(gate, result);
  if (outcome === 'passed') return testcase(attributes, 'pass');
  if (outcome === 'failed')
    return testcase(attributes, 'failure', `${value}, limit ${valueText(gate.limit, gate.unit)}: ${reason}`);
  return testcase(attributes, 'skipped', `${outcome}: ${reason}`);
}

/** What does not hold is no failure of the target, but an error of the measurement, which the verdict is about. */
function trustCase(check: TrustCheck, { exit }: LoadResult, under: string): Testcase {
  const { id, stage, title, value, limit, unit, ok, advice } = check;
  const attributes = { classname: `${under}.${stage}.trust`, name: id };
  if (ok) return testcase(attributes, 'pass');
  const measured = value === null ? 'not measured' : valueText(value, unit);
  const held = limit === null ? '' : `, limit ${valueText(limit, unit)}`;
  return testcase(
    attributes,
    exit === 0 ? 'skipped' : 'error',
    `does not hold: ${title}: ${measured}${held}`,
    advice,
  );
}

function verdictCase({ verdict, exit, reason }: LoadResult): Testcase {
  const attributes = { classname: 'plumbline', name: verdictName };
  if (exit === 0) return testcase(attributes, 'pass');
  const text = `${verdict}, exit ${exit}: ${reason}`;
  return {
    fate: 'failure',
    xml: element('testcase', attributes, element('failure', { message: text, type: verdict })),
  };
}
