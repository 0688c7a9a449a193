import type { BeamRules } from './beam-rules.ts';
import { emitRulesIn } from './emit-dialect.ts';
import type { PusherRules } from './pusher-rules.ts';
import { refuse, type YamlFile } from './read-yaml.ts';
import type { Automaton, EmitRules, OpenPoint } from './rules.ts';
import type { SurfaceFiles } from './surface-files.ts';

type Path = readonly (string | number)[];

/**
 * What a rules file names within itself must be there: states, events, twins, credentials, readings, dialects.
 * @param rules as the code reads them, every optional table filled in
 * @throws InputError with file and line.
 */
export function proveRules({ surface, rules: file }: SurfaceFiles, rules: unknown): void {
  const { dialects, openPoints } = rules as Pick<EmitRules, 'dialects' | 'openPoints'>;
  proveOpenPoints(file, openPoints, Object.keys(dialects));
  if (surface === 'emit') proveVersions(file, rules as EmitRules);
  if (surface === 'beam') proveBeam(file, rules as BeamRules);
  if (surface === 'pusher') provePusher(file, rules as PusherRules);
}

function proveOpenPoints(file: YamlFile, points: readonly OpenPoint[], dialects: readonly string[]): void {
  for (const [at, point] of points.entries()) {
    const path = ['openPoints', at];
    if (points.findIndex(({ id }) => id === point.id) < at)
      refuse(file, path, `${point.id} is there a second time`);
    if (point.sources.length !== point.readings.length) {
      refuse(
        file,
        [...path, 'sources'],
        `${point.id} needs one source for each of its ${point.readings.length} readings`,
      );
    }
    for (const [dialect, reading] of Object.entries(point.pinned)) {
      oneOf(file, [...path, 'pinned', dialect], dialect, dialects, 'dialect');
      oneOf(file, [...path, 'pinned', dialect], reading, point.readings, 'reading');
    }
    for (const dialect of point.dialects ?? [])
      oneOf(file, [...path, 'dialects'], dialect, dialects, 'dialect');
  }
}

/** Each version is whole by itself, whatever it has of an earlier one. */
function proveVersions(file: YamlFile, rules: EmitRules): void {
  const names = Object.keys(rules.dialects);
  for (const [at, name] of names.entries()) {
    const { extends: earlier } = rules.dialects[name] ?? {};
    if (earlier !== undefined)
      oneOf(file, ['dialects', name, 'extends'], earlier, names.slice(0, at), 'dialect above it');
    proveEmit(file, emitRulesIn(rules, name));
  }
}

function proveEmit(file: YamlFile, { automaton, credentials, events, rest, streams }: EmitRules): void {
  proveAutomaton(file, ['automaton'], automaton, Object.keys(events));
  const names = Object.keys(credentials);
  for (const [stream, door] of Object.entries(streams)) {
    for (const [kind, row] of Object.entries(door)) {
      for (const name of Object.keys(row))
        oneOf(file, ['streams', stream, kind, name], name, names, 'credential');
    }
    proveTwins(file, ['streams', stream, 'refuses'], door.refuses, Object.keys(door.admits));
    for (const [name, { alike }] of Object.entries(door.admits)) {
      const path = ['streams', stream, 'admits', name];
      if (alike) oneOf(file, path, alike.as, Object.keys(door.admits), 'credential that is admitted');
    }
  }
  // Calls are made with a token, not in a place of its own.
  const tokens = Object.values(credentials).map(({ token }) => token);
  for (const [call, { refuses }] of Object.entries(rest)) {
    const path = ['rest', call, 'refuses'];
    for (const name of Object.keys(refuses)) oneOf(file, [...path, name], name, names, 'credential');
    proveTwins(file, path, refuses, tokens);
  }
  for (const [event, { data, status }] of Object.entries(events)) {
    for (const [scope, { lastOf }] of Object.entries(data)) {
      if (lastOf === undefined) continue;
      oneOf(file, ['events', event, 'data', scope], lastOf.type, Object.keys(events), 'event');
    }
    for (const state of Object.keys(status)) {
      oneOf(file, ['events', event, 'status', state], state, automaton.states, 'state');
    }
  }
}

function proveBeam(
  file: YamlFile,
  { connection, credentials, dialects, door, get, silence }: BeamRules,
): void {
  proveAutomaton(file, ['connection'], connection);
  const names = Object.keys(credentials);
  for (const kind of ['admits', 'undecided', 'refuses'] as const) {
    for (const [name, cell] of Object.entries(door[kind])) {
      oneOf(file, ['door', kind, name], name, names, 'credential');
      for (const dialect of cell.dialects ?? []) {
        oneOf(file, ['door', kind, name, 'dialects'], dialect, Object.keys(dialects), 'dialect');
      }
    }
  }
  proveTwins(file, ['door', 'refuses'], door.refuses, Object.keys(door.admits));
  oneOf(file, ['get', 'credential'], get.credential, names, 'credential');
  for (const state of Object.keys(silence))
    oneOf(file, ['silence', state], state, connection.states, 'state');
}

function provePusher(file: YamlFile, rules: PusherRules): void {
  for (const [name, { automaton, events }] of Object.entries(rules.dialects)) {
    const path = ['dialects', name];
    proveAutomaton(file, [...path, 'automaton'], automaton, Object.keys(events));
    for (const status of Object.keys(events)) {
      oneOf(file, [...path, 'events', status], status, automaton.states, 'state');
    }
  }
  const tables = [
    [['protocol', 'connections'], rules.protocol.connections],
    [['channelAuth', 'rows'], rules.channelAuth.rows],
    [['channelAuth', 'channels'], rules.channelAuth.channels],
    [['authEndpoint', 'rows'], rules.authEndpoint.rows],
    [['triggerApi', 'rows'], rules.triggerApi.rows],
    ...(['presence', 'client-events', 'encrypted', 'sign-in'] as const).map(
      (name) => [['features', name, 'rows'], rules.features[name].rows] as const,
    ),
  ] as const;
  for (const [path, rows] of tables) {
    const admitted = Object.entries(rows).flatMap(([name, row]) => ('admitted' in row ? [name] : []));
    proveTwins(file, path, rows, admitted);
  }
}

function proveAutomaton(
  file: YamlFile,
  path: Path,
  { initial, states, terminal, transitions }: Automaton,
  events?: readonly string[],
): void {
  oneOf(file, [...path, 'initial'], initial, states, 'state');
  for (const state of terminal) oneOf(file, [...path, 'terminal'], state, states, 'state');
  for (const [at, { from, to, event }] of transitions.entries()) {
    const here = [...path, 'transitions', at];
    for (const state of [from, to]) oneOf(file, here, state, states, 'state');
    if (event !== null && events) oneOf(file, here, event, events, 'event');
  }
}

/** A refusal says something only beside a request that must be accepted. */
function proveTwins(
  file: YamlFile,
  path: Path,
  rows: Readonly<Record<string, object>>,
  admitted: readonly string[],
): void {
  for (const [name, row] of Object.entries(rows)) {
    if (!('twin' in row)) continue;
    oneOf(file, [...path, name, 'twin'], String(row.twin), admitted, 'twin that is admitted');
  }
}

function oneOf(file: YamlFile, path: Path, name: string, known: readonly string[], what: string): void {
  if (!known.includes(name))
    refuse(file, path, `"${name}" is no ${what}: there are ${[...new Set(known)].join(', ')}`);
}
