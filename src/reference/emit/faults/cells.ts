import type { EmitEventRule, EmitRules, Ids } from '../../../contract/rules.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { EmitEvent } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';

const fault = defineFault<EmitPolicies>;

/** A fault for each thing that the rules say of a type of event; a new row brings its own. */
export function faultsOfCells(rules: EmitRules): readonly Fault[] {
  return Object.entries(rules.events).flatMap(([type, rule]) => [
    ...statusFault(type, rule, rules.automaton.states),
    ...(rule.terminal ? after(type, rule.nothingAfter) : []),
    ...Object.entries(rule.data).flatMap(([scope, cell]) => [
      ...when(cell.withheld, ([first, ...rest]) => sent(type, scope, [first, ...rest])),
      ...when(cell.withheld ? besides(cell.hidden, cell.withheld) : [], (breaks) =>
        sent(type, scope, breaks, 'whole'),
      ),
      ...when(cell.withheld ? [] : besides(cell.hidden, rule.data[scope]?.left?.null ?? []), (breaks) =>
        fault(`emit/${type}-kept-for-${viewer(scope)}`, {
          breaks,
          says: `the scope filter forgets ${type} events`,
          bend: ({ strip }) => ({
            strip: (event, to) => (event.type === type && to === scope ? event : strip(event, to)),
          }),
        }),
      ),
      ...when(besides(cell.kept, scope === 'full' ? [...onSpace(type), ...anyScope(type)] : []), (breaks) =>
        instead(`emit/${type}-lost-for-${viewer(scope)}`, breaks, type, scope, null),
      ),
      ...when(
        besides(
          Object.values(cell.left ?? {}).flat(),
          cell.hidden && !cell.left?.null && !isWithholding(rules, scope) ? ['E9'] : [],
        ),
        (breaks) => instead(`emit/${type}-redacted-for-${viewer(scope)}`, breaks, type, scope, '[redacted]'),
      ),
    ]),
    ...silence(rules, type),
    ...(type === 'init' ? [] : withoutData(type, rule.data.full?.kept)),
  ]);
}

/** An event that is to be withheld, sent all the same: with its data, or with what the scope filter leaves of it. */
function sent(type: string, scope: string, breaks: [string, ...string[]], whole?: 'whole'): Fault {
  return fault(`emit/withheld-${type}-sent-${whole ? 'whole-' : ''}to-${viewer(scope)}`, {
    breaks,
    says: `a viewer of ${viewer(scope)} scope is sent ${type}${whole ? ', data and all' : ''}`,
    bend: ({ audience, strip }) => ({
      *audience(event, job, viewers) {
        yield* event.type === type ? viewers.of(job) : audience(event, job, viewers);
      },
      strip: (event, to) => (whole && event.type === type ? event : strip(event, to)),
    }),
  });
}

/** Where types are withheld, an event that is sent stripped breaks a rule of its own and none of the first version. */
function isWithholding({ events }: EmitRules, scope: string): boolean {
  return Object.values(events).some(({ data }) => data[scope]?.withheld);
}

/** Faults take the words of the document: who may not see all is who has jobs:read:progress. */
function viewer(scope: string): string {
  return scope === 'stripped' ? 'progress' : scope;
}

function when(ids: Ids | undefined, make: (breaks: [string, ...string[]]) => Fault): Fault[] {
  const [first, ...rest] = new Set(ids ?? []);
  return first === undefined ? [] : [make([first, ...rest])];
}

function instead(
  id: `emit/${string}`,
  breaks: [string, ...string[]],
  type: string,
  scope: string,
  data: string | null,
): Fault {
  return fault(id, {
    breaks,
    says: `the data of ${type} is ${data === null ? 'null' : JSON.stringify(data)} for a viewer of ${viewer(scope)} scope`,
    bend: ({ strip }) => ({
      strip(event, to) {
        const seen = strip(event, to);
        return event.type === type && to === scope ? { ...seen, data } : seen;
      },
    }),
  });
}

/** The data key itself left out, of every viewer who should have it. */
function withoutData(type: string, ids: Ids | undefined): Fault[] {
  return when(
    besides(ids, [...onSpace(type), ...anyScope(type), ...(type === 'progress' ? ['E14'] : [])]),
    (breaks) =>
      fault(`emit/${type}-without-data`, {
        breaks,
        says: `a ${type} event has no data key`,
        bend: ({ envelope, strip }) => ({
          strip: (event, scope) => left(strip(event, scope), scope === 'full' || type === 'progress'),
          envelope: (event, stream) => left(envelope(event, stream), stream === 'space'),
        }),
      }),
  );
  function left(event: EmitEvent, must: boolean): EmitEvent {
    if (event.type !== type || !must) return event;
    return Object.fromEntries(Object.entries(event).filter(([key]) => key !== 'data')) as EmitEvent;
  }
}

function statusFault(type: string, rule: EmitEventRule, states: readonly string[]): Fault[] {
  // Whoever is told a wrong state first takes what follows for what it is not.
  const misled = type === 'init' ? ['E22i', 'E33i', 'E44i'] : [];
  return when(besides(Object.values(rule.status).flat(), misled), (breaks) =>
    fault(`emit/${type}-with-wrong-status`, {
      breaks,
      says: `a ${type} event shows a status that the job does not have`,
      bend: ({ shape }) => ({
        shape(event, job): EmitEvent {
          const made = shape(event, job);
          const other = states[(states.indexOf(made.status) + 1) % states.length];
          return made.type === type && other !== undefined ? { ...made, status: other } : made;
        },
      }),
    }),
  );
}

/** Further requirements, where there is anything to break. */
function besides(ids: Ids | undefined, more: Ids): Ids {
  return ids && ids.length > 0 ? [...ids, ...more] : [];
}

/** A space stream has the full data of every event too. */
const onSpace = (type: string): Ids => (type === 'init' ? [] : ['E43']);

/** Progress has its data at either scope, as one requirement has it. */
const anyScope = (type: string): Ids => (type === 'progress' ? ['E5'] : []);

/** What every viewer misses who is not told of an event; a step of the job's life is missing in its order too. */
const untold = (type: string): Ids => [
  ...(type === 'delivery_timeout' ? [] : ['E22']),
  ...['E8', 'E40'],
  ...(['delivered', 'acked', 'retried', 'delivery_timeout'].includes(type) ? ['E22i'] : []),
];

function after(type: string, ids: Ids): Fault[] {
  return when(besides(ids, []), (breaks) =>
    fault(`emit/event-after-${type}`, {
      breaks,
      says: `after ${type} comes a late progress event`,
      bend: ({ order }) => ({
        order(event, past) {
          const { now, waiting } = order(event, past);
          const late: EmitEvent = { ...event, type: 'progress', status: 'running', data: { percent: 100 } };
          return { now: event.type === type ? [...now, late] : now, waiting };
        },
      }),
    }),
  );
}

function silence(rules: EmitRules, type: string): Fault[] {
  const ids = rules.automaton.transitions
    .filter(({ event }) => event === type)
    .flatMap((each) => each.requirements);
  return when(besides(ids, untold(type)), (breaks) =>
    fault(`emit/${type}-not-sent`, {
      breaks,
      says: `nobody is told of ${type}`,
      bend: ({ order }) => ({
        order: (event, past) =>
          event.type === type ? { now: past.waiting, waiting: [] } : order(event, past),
      }),
    }),
  );
}
