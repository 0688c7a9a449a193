import type { Contract } from '../contract/contract.ts';
import { surfaceNames } from '../contract/requirement.ts';
import { proveDrivers } from './drivers.ts';
import type { Entry } from './entry.ts';
import { nearest } from './nearest.ts';
import { proveUrls } from './urls.ts';
import { proveVerbs } from './verbs.ts';

/**
 * Holds an entry against what the specs know: its dialect, the requirements it excludes, the readings it
 * pins; and against itself: URLs, drivers, ids.
 * @throws InputError with file, line and what to do.
 */
export function prove(entry: Entry, contract: Contract): void {
  proveDialect(entry, contract);
  proveUrls(entry);
  proveDrivers(entry);
  proveVerbs(entry);
  proveIds(entry);
  proveExcludes(entry, contract);
  provePins(entry, contract);
}

/** @throws InputError where two entries have the same name. */
export function proveNames(entries: readonly Entry[]): void {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const first = seen.get(entry.value.name);
    if (first) {
      throw entry.wrong(
        ['name'],
        `the entry at ${first.at()} has this name already; reports and --only need another one`,
      );
    }
    seen.set(entry.value.name, entry);
  }
}

function proveDialect(entry: Entry, contract: Contract): void {
  const { surface, dialect } = entry.value;
  if (dialect === undefined || dialect === 'auto') return;
  const known = Object.keys(contract[surface].dialects);
  if (known.includes(dialect)) return;
  throw entry.wrong(['dialect'], `${surface} has no dialect "${dialect}"; write ${known.join(', ')} or auto`);
}

function proveIds(entry: Entry): void {
  const { value } = entry;
  if (value.surface === 'beam') return;
  const key = value.surface === 'emit' ? 'spaces' : 'clients';
  const ids = (value.surface === 'emit' ? value.spaces : (value.clients ?? [])).map(({ id }) => id);
  for (const [at, id] of ids.entries()) {
    if (ids.indexOf(id) === at) continue;
    throw entry.wrong([key, at, 'id'], `${key} has the id "${id}" twice; each must be another one`);
  }
}

function proveExcludes(entry: Entry, contract: Contract): void {
  const { surface, excludes = [] } = entry.value;
  const idsOf = (name: typeof surface): string[] => [
    ...contract[name].requirements.map(({ id }) => id),
    ...contract[name].openPoints.map(({ id }) => id),
  ];
  const known = idsOf(surface);
  for (const [at, { requirement }] of excludes.entries()) {
    if (known.includes(requirement)) continue;
    const elsewhere = surfaceNames.find((name) => name !== surface && idsOf(name).includes(requirement));
    const advice = elsewhere ? `it is one of ${elsewhere}` : nearest(requirement, known);
    throw entry.wrong(
      ['excludes', at, 'requirement'],
      `${surface} has no requirement "${requirement}"; ${advice}`,
    );
  }
}

function provePins(entry: Entry, contract: Contract): void {
  const { surface, pins = {} } = entry.value;
  const points = contract[surface].openPoints;
  for (const [id, reading] of Object.entries(pins)) {
    const point = points.find((one) => one.id === id);
    if (!point) {
      const advice = nearest(
        id,
        points.map((one) => one.id),
      );
      throw entry.wrong(['pins', id], `${surface} has no open point "${id}"; ${advice}`);
    }
    if (!point.readings.includes(String(reading))) {
      const advice = `write ${point.readings.join(' or ')}`;
      throw entry.wrong(['pins', id], `"${reading}" is no reading of ${id} (${point.about}); ${advice}`);
    }
  }
}
