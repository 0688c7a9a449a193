import { parseYaml } from '../../contract/read-yaml.ts';
import type { TargetPlan } from '../plan.ts';
import { Baseline } from './baseline.ts';
import { entriesOf } from './read-baseline.ts';

/** One entry, as tests write it. */
export interface Written {
  readonly target?: string;
  readonly case: string;
  readonly requirement?: string;
  readonly rule?: string;
  readonly shape?: string;
  readonly reason?: string;
  readonly issue?: string;
  readonly expires?: string;
}

/** A baseline file of some entries; for tests. */
export function baselineText(entries: readonly Written[], head = ''): string {
  const lines = entries.map(
    ({ target = 'mine', case: id, requirement = 'E1', rule = 'wrong', shape = 'wrong', ...more }) =>
      [
        `  - target: ${target}`,
        `    case: ${id}`,
        `    requirement: ${requirement}`,
        `    rule: ${rule}`,
        '    fingerprint:',
        `      - shape: ${JSON.stringify(shape)}`,
        `    reason: ${more.reason ?? 'it is old'}`,
        ...(more.issue === undefined ? [] : [`    issue: ${more.issue}`]),
        ...(more.expires === undefined ? [] : [`    expires: ${more.expires}`]),
      ].join('\n'),
  );
  return `${head}format: plumbline-baseline/1\nentries:${lines.length > 0 ? `\n${lines.join('\n')}` : ' []'}\n`;
}

/** The baseline that a text is for some plans, on 1 May 2026. */
export function baselineOf(
  text: string,
  plans: readonly TargetPlan[],
  more: { readonly isAsWide?: boolean; readonly targets?: readonly string[] } = {},
): Baseline {
  const targets = more.targets ?? plans.map(({ target }) => target.name);
  const checks = plans.flatMap((plan) => plan.checks);
  const file = entriesOf(parseYaml(text, 'b.yaml'), { targets, checks });
  return new Baseline(file, (text) => text.replaceAll('hush-hush', '[redacted]'), {
    today: '2026-05-01',
    isAsWide: more.isAsWide ?? true,
  });
}
