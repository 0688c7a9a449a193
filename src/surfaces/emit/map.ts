import type { EmitRules, Transition } from '../../contract/rules.ts';
import { mapped, type RulesMap, type ScopeCell } from '../../suite/rules-map.ts';

type DataCell = EmitRules['events'][string]['data'][string];

/** The life of a job, and what becomes of the data of its events. */
export function mapOf({ automaton, events }: EmitRules): RulesMap {
  const scopes = [...new Set(Object.values(events).flatMap(({ data }) => Object.keys(data)))];
  const cells = Object.entries(events).flatMap(([event, { data }]) =>
    Object.entries(data).map(
      ([scope, cell]): ScopeCell => ({
        word: scopeWord(event, scope),
        event,
        scope,
        data: saidOf(cell),
        requirements: requirementsOf(cell),
      }),
    ),
  );
  return {
    automaton: mapped('a job', automaton, stepWord),
    scopes: { events: Object.keys(events), scopes, cells },
  };
}

export function stepWord({ on, event }: Pick<Transition, 'on' | 'event'>): string {
  return `transition/${on}/${event}`;
}

export function scopeWord(event: string, scope: string): string {
  return `scope/${event}/${scope}`;
}

function saidOf({ withheld, kept, left, hidden, lastOf, openPoint }: DataCell): string {
  if (withheld) return 'not sent';
  if (kept) return 'kept';
  if (lastOf) return `the last ${lastOf.type}`;
  const [one] = Object.keys(left ?? {});
  if (one !== undefined) return one.replaceAll('-', ' ');
  return hidden ? 'nothing of it' : `open${openPoint === undefined ? '' : ` (${openPoint})`}`;
}

function requirementsOf({ kept = [], hidden = [], left = {}, withheld = [], lastOf }: DataCell): string[] {
  const { shown = [], inData = [], none = [] } = lastOf ?? {};
  return [...kept, ...hidden, ...Object.values(left).flat(), ...withheld, ...shown, ...inData, ...none];
}
