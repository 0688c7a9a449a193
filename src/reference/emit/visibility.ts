import type { Json } from '../../contract/json.ts';
import type { DataCell, EmitRules } from '../../contract/rules.ts';
import type { StreamKind } from './admission.ts';
import type { EmitEvent } from './job.ts';

type Reading = (point: string) => string;

/**
 * What a viewer of some scope sees of an event: its data where the rules keep it, else what the rules
 * leave in its place. An event of a type that the rules do not know loses its data, to be safe.
 */
export function scopeFilter(
  rules: EmitRules,
  reading: Reading,
): (event: EmitEvent, scope: string) => EmitEvent {
  return (event, scope) => {
    const cell = rules.events[event.type]?.data[scope];
    const { lastOf } = cell ?? {};
    const isShown = lastOf && (!lastOf.openPoint || reading(lastOf.openPoint) === 'last-progress');
    if (isShown || (scope === 'full' && !lastOf) || cell?.kept) return event;
    const { data, ...rest } = event;
    const place = placeholder(cell, reading);
    const envelope = cell?.hidden && reading('A22') === 'minimal' ? minimal(event) : rest;
    return (place === undefined ? envelope : { ...envelope, data: place }) as EmitEvent;
  };
}

/** Whether viewers of a scope are sent no events of a type; what no table knows is kept from all but full ones. */
export function withholding({ events }: EmitRules): (type: string, scope: string) => boolean {
  const scopes = new Set(
    Object.values(events).flatMap(({ data }) => Object.keys(data).filter((scope) => data[scope]?.withheld)),
  );
  return (type, scope) =>
    scopes.has(scope) && (events[type] === undefined || events[type].data[scope]?.withheld !== undefined);
}

/** What a kind of stream makes of the shared shape of all events. */
export function streamEnvelope(reading: Reading): (event: EmitEvent, stream: StreamKind) => EmitEvent {
  return (event, stream) => {
    if (stream === 'space' || reading('A26') === 'present') return event;
    const { jobName, ...rest } = event;
    return rest as EmitEvent;
  };
}

/** Null or nothing: where the rules allow both, as the cell's open point is read. */
function placeholder(cell: DataCell | undefined, reading: Reading): Json | undefined {
  if (cell?.openPoint) return reading(cell.openPoint) === 'null' ? null : undefined;
  return cell?.left && 'null' in cell.left ? null : undefined;
}

function minimal({ type, status }: EmitEvent): EmitEvent {
  return { type, status };
}
