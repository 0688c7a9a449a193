import { emitRulesIn } from '../../../contract/emit-dialect.ts';
import type { EmitRules } from '../../../contract/rules.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { EmitEvent } from '../job.ts';
import type { EmitPolicies } from '../policies.ts';
import { faultsOfCells } from './cells.ts';
import { faultsOfDoors } from './doors.ts';

const fault = defineFault<EmitPolicies>;

/**
 * Faults of what a later version says otherwise: for each of its cells those that the earlier one does not have, under
 * a name of their own where they break something else, and those written below.
 */
export function faultsOfVersions(rules: EmitRules): readonly Fault[] {
  const made = Object.entries(rules.dialects).flatMap(([dialect, { extends: earlier }]) =>
    earlier === undefined ? [] : ofVersion(rules, dialect, earlier),
  );
  return made.length === 0 ? [] : [...made, ...ofLowView, ...ofDoors, ...ofSpaces];
}

function ofVersion(rules: EmitRules, dialect: string, earlier: string): Fault[] {
  const before = new Map(generated(emitRulesIn(rules, earlier)).map((one) => [one.id, one]));
  return generated(emitRulesIn(rules, dialect)).flatMap((one) => {
    const known = before.get(one.id);
    if (known && known.breaks.join() === one.breaks.join()) return [];
    const id = known ? `${one.id}-in-${dialect.replace('@', '-')}` : one.id;
    return [{ ...one, id, dialects: [dialect] }];
  });
}

/** Of the doors only who is let in: one fault is enough for all who have no good token (below). */
function generated(rules: EmitRules): readonly Fault[] {
  const admits = Object.entries(rules.streams).flatMap(([stream, { admits: rows }]) =>
    Object.keys(rows).map((credential) => `emit/refuses-${credential}-on-${stream}`),
  );
  return [...faultsOfCells(rules), ...faultsOfDoors(rules).filter(({ id }) => admits.includes(id))];
}

type Shape = (event: EmitEvent) => EmitEvent;

/** Changes the events of a type that a progress viewer gets. */
const forProgress =
  (type: string, change: Shape) =>
  ({ strip }: EmitPolicies): Pick<EmitPolicies, 'strip'> => ({
    strip(event, scope) {
      const seen = strip(event, scope);
      return scope !== 'full' && event.type === type ? change(seen) : seen;
    },
  });

function without(event: EmitEvent, key: string): EmitEvent {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== key)) as EmitEvent;
}

/** What a progress viewer is sent. */
const ofLowView: readonly Fault[] = [
  fault('emit/completed-with-empty-data', {
    breaks: ['E62'],
    says: 'a completed event has an empty object where a progress viewer is to see no data',
    dialects: ['emit@2'],
    bend: forProgress('completed', (event) => ({ ...event, data: {} })),
  }),
  fault('emit/completed-with-a-duration', {
    breaks: ['E62i'],
    says: 'a completed event tells a progress viewer how long the job took, in a key of its own',
    dialects: ['emit@2'],
    bend: forProgress('completed', (event) => ({ ...event, durationMs: 1 })),
  }),
  ...(['progress', 'completed'] as const).map((type) =>
    fault(`emit/${type}-withheld-from-progress`, {
      breaks: type === 'completed' ? ['E68', 'E68i', 'E33'] : ['E68', 'E68i', 'E31', 'E22'],
      says: `a viewer with jobs:read:progress gets no ${type} event of its job`,
      dialects: ['emit@2'],
      bend: ({ audience }) => ({
        *audience(event, job, viewers) {
          for (const viewer of audience(event, job, viewers))
            if (event.type !== type || viewer.scope === 'full') yield viewer;
        },
      }),
    }),
  ),
  fault('emit/init-without-last-progress', {
    breaks: ['E67'],
    says: 'init tells a progress viewer the state of its job and not how far it has come',
    dialects: ['emit@2'],
    bend: forProgress('init', (event) => without(event, 'data')),
  }),
  fault('emit/init-with-first-progress', {
    breaks: ['E67'],
    says: 'init shows the first progress of the job instead of the last',
    dialects: ['emit@2'],
    bend: ({ data }) => ({
      data: (type, job, input) =>
        type === 'init'
          ? job.history.find((event) => event.type === 'progress')?.data
          : data(type, job, input),
    }),
  }),
  fault('emit/last-progress-beside-data', {
    breaks: ['E67i'],
    says: 'init shows the last progress in a key of its own',
    dialects: ['emit@2'],
    bend: forProgress('init', (event) => ({ ...without(event, 'data'), progress: event.data ?? null })),
  }),
  fault('emit/last-progress-from-nowhere', {
    breaks: ['E67bi'],
    says: 'before the first progress of a job its init says that it is at 0 per cent',
    dialects: ['emit@2'],
    bend: forProgress('init', (event) => ({ ...event, data: event.data ?? { percent: 0 } })),
  }),
];

/** Who is let in. */
const ofDoors: readonly Fault[] = [
  fault('emit/anonymous-sees-all', {
    breaks: ['E71', 'E60', 'E61', 'E62', 'E63', 'E64', 'E65'],
    says: 'who watches a job without a token sees what a reader sees',
    dialects: ['emit@3'],
    bend: ({ admit }) => ({
      admit(request) {
        const answer = admit(request);
        return answer.kind === 'admitted' && !request.token ? { ...answer, scope: 'full' } : answer;
      },
    }),
  }),
  fault('emit/space-without-token', {
    breaks: ['E72'],
    says: 'a space stream opens without a token, as a job stream does, and whatever is wrong with it',
    dialects: ['emit@3'],
    bend: ({ admit }) => ({
      admit: (request) =>
        request.stream === 'space' && !request.token && request.space !== undefined
          ? { kind: 'admitted', scope: 'full' }
          : admit(request),
    }),
  }),
  fault('emit/space-without-token-is-400', {
    breaks: ['E72i'],
    says: 'a space stream answers 400 to who has no good token',
    dialects: ['emit@3'],
    bend: ({ admit }) => ({
      admit(request) {
        const answer = admit(request);
        const isMeant = request.stream === 'space' && !request.token;
        return isMeant && answer.kind === 'refused' ? { ...answer, status: 400 } : answer;
      },
    }),
  }),
];

/** Changes the first frame of a space stream. */
const atFirst =
  (change: (events: readonly EmitEvent[]) => readonly EmitEvent[]) =>
  ({ greet }: EmitPolicies): Pick<EmitPolicies, 'greet'> => ({
    greet: (joined) => (joined.stream === 'space' ? change(greet(joined)) : greet(joined)),
  });

const connected: EmitEvent = {
  ...{ type: 'connected', status: 'connected', seq: 0, streamInstanceId: 'mixed', missed: 0, counts: {} },
  timestamp: '2026-01-01T00:00:00.000Z',
};

/** With what a space stream begins. */
const ofSpaces: readonly Fault[] = [
  fault('emit/connected-in-the-first-version', {
    breaks: ['E25'],
    says: 'a space stream of the first version begins with connected, which is about no job',
    dialects: ['emit@1'],
    bend: atFirst((events) => [connected, ...events]),
  }),
  fault('emit/connected-left-out', {
    breaks: ['E80'],
    says: 'a space stream begins with whatever happens next',
    dialects: ['emit@3'],
    bend: atFirst(() => []),
  }),
  fault('emit/connected-second', {
    breaks: ['E80'],
    says: 'a space stream says ready before it says connected',
    dialects: ['emit@3'],
    bend: atFirst((events) => [{ ...connected, type: 'ready' }, ...events]),
  }),
  fault('emit/connected-twice', {
    breaks: ['E80i'],
    says: 'a space stream says connected twice',
    dialects: ['emit@3'],
    bend: atFirst((events) => events.flatMap((event) => [event, event])),
  }),
  fault('emit/connected-without-counts', {
    breaks: ['E81'],
    says: 'connected does not say how many jobs there are',
    dialects: ['emit@3'],
    bend: atFirst((events) => events.map((event) => without(event, 'counts'))),
  }),
  fault('emit/connected-with-seq-as-text', {
    breaks: ['E81i'],
    says: 'the seq of connected is a text',
    dialects: ['emit@3'],
    bend: atFirst((events) => events.map((event) => ({ ...event, seq: String(event.seq) }))),
  }),
];
