import type { EmitRules } from '../../contract/rules.ts';
import type { Scope } from './message.ts';

/** The requirements by which an event of a type is kept from viewers of a scope; undefined: it is sent to them. */
export function withheldBy(
  rules: EmitRules,
  type: string,
  scope: Scope | undefined,
): readonly string[] | undefined {
  if (scope === undefined) return undefined;
  const { withheld } = rules.events[type]?.data[scope] ?? {};
  return withheld ?? (rules.events[type] === undefined ? beyondTheTable(rules, scope) : undefined);
}

/** Whether viewers of a scope are sent events of a type, one of the table. */
export function isSent({ events }: EmitRules, type: string, scope: Scope): boolean {
  return events[type] !== undefined && events[type].data[scope]?.withheld === undefined;
}

/** Whether viewers of a scope are kept from anything. */
export function isKept(rules: EmitRules, scope: Scope): boolean {
  return beyondTheTable(rules, scope) !== undefined;
}

/** Where some types are named and all others withheld, what is in no table is among the others. */
function beyondTheTable({ events }: EmitRules, scope: Scope): readonly string[] | undefined {
  return Object.values(events).find(({ data }) => data[scope]?.withheld)?.data[scope]?.withheld;
}
