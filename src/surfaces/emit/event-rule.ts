import type { EmitEventRule, EmitRules } from '../../contract/rules.ts';

/** What the rules say of an event of a type; a server may send any, `constructor` included. */
export function eventRule({ events }: EmitRules, type: string | undefined): EmitEventRule | undefined {
  return type !== undefined && Object.hasOwn(events, type) ? events[type] : undefined;
}
