import type { BeamRules } from '../contract/beam-rules.ts';
import { emitRulesIn } from '../contract/emit-dialect.ts';
import type { PusherRules, Ruling } from '../contract/pusher-rules.ts';
import type { Automaton, EmitRules, Ids } from '../contract/rules.ts';

/** A place of the rules that some case must cover, by the word for it that the case has in `covers`. */
export interface Cell {
  readonly word: string;
  /** Keys that lead to it in rules.yaml. */
  readonly path: readonly (string | number)[];
  /** What is asked there; none where an open point alone speaks of it. */
  readonly requirements: Ids;
  readonly openPoint?: string;
  /** A step of an automaton. */
  readonly isStep?: true;
}

type Path = Cell['path'];

/** Every cell of one dialect. What no document and no open point speaks of is none. */
export function cellsOf(rules: EmitRules | BeamRules | PusherRules, dialect: string): readonly Cell[] {
  const cells = cellsOfSurface(rules, dialect);
  return cells.filter((cell) => cell.requirements.length > 0 || cell.openPoint !== undefined);
}

function cellsOfSurface(rules: EmitRules | BeamRules | PusherRules, dialect: string): Cell[] {
  switch (rules.surface) {
    case 'emit':
      return emitCells(emitRulesIn(rules, dialect));
    case 'beam':
      return beamCells(rules, dialect);
    case 'pusher':
      return pusherCells(rules, dialect);
  }
}

function emitCells({ automaton, connected, events, rest, streams }: EmitRules): Cell[] {
  return [
    {
      word: 'space-begins',
      path: ['connected'],
      requirements: [...(connected?.first ?? []), ...(connected?.fields ?? []), ...(connected?.types ?? [])],
    },
    ...transitions(automaton, ['automaton'], ({ on, event }) => `transition/${on}/${event}`),
    ...automaton.states.map((state) => ({
      word: `init/${state}`,
      path: ['events', 'init', 'status', state],
      requirements: events.init?.status[state] ?? [],
    })),
    ...Object.entries(events).flatMap(([type, { data, status }]) => [
      {
        word: `status/${type}`,
        path: ['events', type, 'status'],
        requirements: Object.values(status).flat(),
      },
      ...Object.entries(data).map(([scope, cell]) => ({
        word: `scope/${type}/${scope}`,
        path: ['events', type, 'data', scope],
        requirements: [
          ...(cell.kept ?? []),
          ...(cell.hidden ?? []),
          ...Object.values(cell.left ?? {}).flat(),
          ...(cell.withheld ?? []),
          ...(cell.lastOf?.shown ?? []),
          ...(cell.lastOf?.inData ?? []),
          ...(cell.lastOf?.none ?? []),
        ],
      })),
    ]),
    ...Object.entries(streams).flatMap(([stream, door]) => doorCells(door, stream, ['streams', stream])),
    ...Object.entries(rest).flatMap(([call, { refuses }]) =>
      doorCells({ refuses }, `rest/${call}`, ['rest', call]),
    ),
  ];
}

interface DoorCell {
  readonly requirements?: Ids;
  readonly refused?: Ids;
  readonly openPoint?: string;
  readonly dialects?: Ids;
}

function doorCells(
  door: Readonly<Partial<Record<'admits' | 'undecided' | 'refuses', Readonly<Record<string, DoorCell>>>>>,
  word: string,
  path: Path,
  dialect?: string,
): Cell[] {
  return Object.entries(door).flatMap(([kind, row]) =>
    Object.entries(row)
      .filter(([, { dialects }]) => dialect === undefined || (dialects?.includes(dialect) ?? true))
      .map(([credential, { requirements, refused, openPoint }]) => ({
        word: `${word}/${credential}`,
        path: [...path, kind, credential],
        requirements: requirements ?? refused ?? [],
        ...(openPoint === undefined ? {} : { openPoint }),
      })),
  );
}

function beamCells(rules: BeamRules, dialect: string): Cell[] {
  const { admits, refuses, undecided } = rules.door;
  const beats = rules.dialects[dialect]?.heartbeat.requirements;
  return [
    ...doorCells({ admits, refuses, undecided }, 'door', ['door'], dialect),
    ...Object.entries(rules.paths).map(([name, { requirements = [] }]) => ({
      word: `path/${name}`,
      path: ['paths', name],
      requirements,
    })),
    { word: 'get', path: ['get'], requirements: rules.get.requirements },
    ...transitions(rules.connection, ['connection'], ({ from, on }) => `connection/${from}/${on}`),
    ...Object.entries(rules.silence).map(([state, requirements]) => ({
      word: `silence/${state}`,
      path: ['silence', state],
      requirements,
    })),
    { word: 'quiet', path: ['quiet'], requirements: rules.quiet.requirements },
    ...Object.entries(rules.operations).map(([name, { openPoint, ...sides }]) => ({
      word: `operation/${name}`,
      path: ['operations', name],
      requirements: Object.values(sides).flat(),
    })),
    ...Object.entries(rules.inputs).map(([name, { survives, answered = [] }]) => ({
      word: `input/${name}`,
      path: ['inputs', name],
      requirements: [...survives, ...answered],
    })),
    ...(['first', 'every'] as const).map((when) => ({
      word: `heartbeat/${when}`,
      path: ['dialects', dialect, 'heartbeat'],
      requirements: beats?.[when] ?? [],
    })),
  ];
}

function pusherCells(rules: PusherRules, dialect: string): Cell[] {
  const own = rules.dialects[dialect];
  const { authEndpoint, channelAuth, closeCodes, features, keepAlive, protocol, robustness, ...others } =
    rules;
  const { triggerApi, webhooks } = others;
  return [
    ...(own
      ? transitions(
          own.automaton,
          ['dialects', dialect, 'automaton'],
          ({ from, to }) => `transition/${from}/${to}`,
        )
      : []),
    ...Object.entries(own?.events ?? {}).map(([status, { shown, requirements = [], openPoint }]) => ({
      word: `status/${status}`,
      path: ['dialects', dialect, 'events', status],
      requirements: typeof shown === 'string' ? requirements : shown,
      ...(openPoint === undefined ? {} : { openPoint }),
    })),
    ...rows(protocol.connections, 'connection', ['protocol', 'connections']),
    ...Object.entries(closeCodes).map(([code, { requirements }]) => ({
      word: `close/${code}`,
      path: ['closeCodes', code],
      requirements,
    })),
    ...rows(channelAuth.rows, 'channel-auth', ['channelAuth', 'rows']),
    ...rows(channelAuth.channels, 'channel-name', ['channelAuth', 'channels']),
    ...rows(authEndpoint.rows, 'auth', ['authEndpoint', 'rows']),
    ...Object.keys(authEndpoint.encodings).map((name) => ({
      word: `auth-encoding/${name}`,
      path: ['authEndpoint', 'encodings', name],
      requirements: [],
    })),
    ...Object.entries(keepAlive.pings).map(([name, { answered }]) => ({
      word: `ping/${name}`,
      path: ['keepAlive', 'pings', name],
      requirements: answered,
    })),
    ...Object.entries(robustness).map(([name, { harmless, relayed = [] }]) => ({
      word: `robustness/${name}`,
      path: ['robustness', name],
      requirements: [...harmless, ...relayed],
    })),
    ...rows(triggerApi.rows, 'trigger', ['triggerApi', 'rows']),
    ...(['presence', 'client-events', 'encrypted', 'sign-in'] as const).flatMap((name) =>
      rows(features[name].rows, name, ['features', name, 'rows']),
    ),
    ...Object.entries(features.cache.channels).map(([name, kind]) => ({
      word: `cache/${name}`,
      path: ['features', 'cache', 'channels', name],
      requirements: 'plain' in kind ? kind.plain : [...kind.cached, ...kind.replayed, ...kind.missed],
    })),
    ...Object.entries(webhooks.events).map(([event, { requirements = [] }]) => ({
      word: `webhook/${event}`,
      path: ['webhooks', 'events', event],
      requirements,
    })),
  ];
}

function rows(table: Readonly<Record<string, Ruling>>, word: string, path: Path): Cell[] {
  return Object.entries(table).map(([name, row]) => ({
    word: `${word}/${name}`,
    path: [...path, name],
    requirements: 'admitted' in row ? row.admitted : 'refused' in row ? row.refused : [],
    ...('openPoint' in row && row.openPoint !== undefined ? { openPoint: row.openPoint } : {}),
  }));
}

/** Steps that something shows; a step that no requirement stands behind is left to its open point. */
function transitions(
  automaton: Automaton,
  path: Path,
  word: (step: Automaton['transitions'][number]) => string,
): Cell[] {
  return automaton.transitions.flatMap((step, at) =>
    step.event === null
      ? []
      : [
          {
            word: word(step),
            path: [...path, 'transitions', at],
            requirements: step.requirements,
            isStep: true as const,
          },
        ],
  );
}
