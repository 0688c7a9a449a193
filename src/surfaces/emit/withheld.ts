import type { EmitRules } from '../../contract/rules.ts';
import { eventRule } from './event-rule.ts';
import type { Scope } from './message.ts';

/** The requirements by which an event of a type is kept from viewers of a scope; undefined: it is sent to them. */
export function withheldBy(
  rules: EmitRules,
  type: string,
  scope: Scope | undefined,
): readonly string[] | undefined {
  if (scope === undefined) return undefined;
  const rule = eventRule(rules, type);
  return rule ? rule.data[scope]?.withheld : beyondTheTable(rules, scope);
}

/** Whether viewers of a scope are sent events of a type, one of the table. */
export function isSent(rules: EmitRules, type: string, scope: Scope): boolean {
  const rule = eventRule(rules, type);
  return rule !== undefined && rule.data[scope]?.withheld === undefined;
}

/** Whether viewers of a scope are kept from anything. */
export function isKept(rules: EmitRules, scope: Scope): boolean {
  return beyondTheTable(rules, scope) !== undefined;
}

/** Where some types are named and all others withheld, what is in no table is among the others. */
function beyondTheTable({ events }: EmitRules, scope: Scope): readonly string[] | undefined {
  return Object.values(events).find(({ data }) => data[scope]?.withheld)?.data[scope]?.withheld;
}
