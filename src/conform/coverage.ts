import type { Contract } from '../contract/contract.ts';
import { type Requirement, type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import type { Suite, SuiteFactory } from '../suite/surface.ts';
import { type Cell, cellsOf } from './cells.ts';

/*
 * The words by which `Case.covers` names the cells of rules.yaml, surface by surface:
 *
 * emit    transition/<verb>/<event>   a step of the automaton, by what brings it about and what shows it
 *         init/<state>                a viewer that comes when the job is there
 *         status/<type>               the status that an event shows
 *         scope/<type>/<scope>        what becomes of data; scope is full or stripped
 *         job/<credential>, space/<credential>        the doors of the two streams
 *         rest/<call>/<credential>    who must not make a call
 * beam    door/<credential> · path/<name> · get · quiet
 *         connection/<state>/<on>     a step of a connection's life
 *         silence/<state>             nothing is sent in that state
 *         operation/<name> · input/<name>             what the handler is asked, and what nobody should send
 *         heartbeat/first, heartbeat/every            where the dialect asks for heartbeats
 * pusher  transition/<from>/<to> · status/<status> of the dialect's automaton and events
 *         connection/<row>            protocol.connections
 *         close/<code>                closeCodes
 *         channel-auth/<row>          channelAuth.rows, on the own private channel
 *         channel-name/<row>          channelAuth.channels, other names
 *         auth/<row> · auth-encoding/<name>           authEndpoint.rows, in form and json
 *         ping/<name>                 keepAlive.pings
 *         robustness/<name> · trigger/<row> · webhook/<event>
 *         presence/<row> · client-events/<row> · encrypted/<row> · sign-in/<row> · cache/<name>   of features
 *
 *         client-close/<code>         what a client does after closeCodes, and after codes without a row
 *
 * Other words are free, and say nothing here.
 */

/** Whether something asks for a requirement, in every dialect that it speaks to. */
export type RequirementCoverage = { readonly requirement: Requirement } & (
  | { readonly kind: 'checked'; readonly by: readonly string[] }
  | { readonly kind: 'not-tested'; readonly reason: string }
  /** No case and no monitor asks for it in these dialects. */
  | { readonly kind: 'hole'; readonly dialects: readonly string[] }
);

/** Which cases cover a cell of the rules. */
export interface CellCoverage extends Cell {
  readonly by: readonly string[];
  /** Dialects in whose suite no case covers it, though it is asked there. */
  readonly missing: readonly string[];
  /** Requirements of it that neither these cases nor a monitor asks for. */
  readonly unasked: readonly string[];
}

/** A check that should not be: of no requirement, or of one that is said not to be tested. */
export interface StrayCheck {
  readonly case: string;
  readonly requirement: string;
  readonly reason: string;
  readonly at?: string;
}

/** What a surface's suite asks of what its specs say, both ways. */
export interface SurfaceCoverage {
  readonly surface: SurfaceName;
  readonly requirements: readonly RequirementCoverage[];
  readonly cells: readonly CellCoverage[];
  readonly strays: readonly StrayCheck[];
}

type Suites = Readonly<Partial<Record<SurfaceName, SuiteFactory>>>;

/** Holds the suites, of servers and of clients, against the contract, for the surfaces that have one. Pure. */
export function coverageOf(contract: Contract, suites: Suites, clientSuites: Suites = {}): SurfaceCoverage[] {
  return surfaceNames.flatMap((surface) => {
    const factory = suites[surface];
    if (!factory) return [];
    const { dialects, requirements, rules } = contract[surface];
    const namesBy = (make: SuiteFactory | undefined): Names[] =>
      Object.keys(dialects).map((dialect) =>
        namesOf(dialect, make?.(contract, dialect) ?? { cases: [], monitors: [] }),
      );
    const ofServers = namesBy(factory);
    const ofClients = namesBy(clientSuites[surface]);
    const clientRows = requirements.filter(({ level, side }) => level !== 'INFO' && side === 'client');
    return [
      {
        surface,
        requirements: [
          ...requirements.filter(isAsked).map((row) => requirementCoverage(row, ofServers)),
          ...clientRows.map((row) => requirementCoverage(row, ofClients)),
        ],
        cells: cellCoverage(requirements, ofServers, (dialect) => cellsOf(rules, dialect)),
        strays: [
          ...straysOf(requirements, ofServers, ({ side }) => side !== 'client' && side !== 'document'),
          ...straysOf(requirements, ofClients, ({ side }) => side === 'client'),
        ],
      },
    ];
  });
}

/** What one dialect's suite names: requirements and cells, and by which cases. */
interface Names {
  readonly dialect: string;
  readonly requirements: ReadonlyMap<string, readonly string[]>;
  readonly cells: ReadonlyMap<string, readonly string[]>;
  /** What watches everything, and thus every cell. */
  readonly monitors: ReadonlySet<string>;
}

function namesOf(dialect: string, { cases, monitors }: Pick<Suite, 'cases' | 'monitors'>): Names {
  return {
    dialect,
    requirements: byWord([
      ...cases.map(({ id, checks }) => [id, Object.keys(checks)] as const),
      ...monitors.map(({ id, checks }) => [id, checks] as const),
    ]),
    cells: byWord(cases.map(({ id, covers = [] }) => [id, covers] as const)),
    monitors: new Set(monitors.map(({ id }) => id)),
  };
}

function byWord(entries: readonly (readonly [string, readonly string[]])[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [id, words] of entries) {
    for (const word of words) found.set(word, [...(found.get(word) ?? []), id]);
  }
  return found;
}

/** Rows that a server can be held to. */
function isAsked({ level, side }: Requirement): boolean {
  return level !== 'INFO' && side !== 'client' && side !== 'document';
}

function isTested(row: Requirement): boolean {
  return isAsked(row) && row.notTested === undefined;
}

function requirementCoverage(requirement: Requirement, named: readonly Names[]): RequirementCoverage {
  const reason = requirement.notTested;
  if (reason !== undefined) return { requirement, kind: 'not-tested', reason };
  const asked = named.filter(({ dialect }) => requirement.applies.dialects?.includes(dialect) ?? true);
  const missing = asked
    .filter((names) => askersOf(requirement, names).length === 0)
    .map(({ dialect }) => dialect);
  if (asked.length === 0 || missing.length > 0) return { requirement, kind: 'hole', dialects: missing };
  return {
    requirement,
    kind: 'checked',
    by: [...new Set(asked.flatMap((names) => askersOf(requirement, names)))],
  };
}

/** Cases and monitors that ask for a requirement, be it by another member of its group. */
function askersOf({ group }: Requirement, names: Names): string[] {
  return group.flatMap((member) => names.requirements.get(member) ?? []);
}

function cellCoverage(
  requirements: readonly Requirement[],
  named: readonly Names[],
  cells: (dialect: string) => readonly Cell[],
): CellCoverage[] {
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const found = new Map<string, CellCoverage>();
  for (const names of named) {
    for (const cell of cells(names.dialect)) {
      const tested = cell.requirements.flatMap((id) => byId.get(id) ?? []).filter(isTested);
      // Rows that are not tested excuse the cell that stands for them.
      if (cell.requirements.length > 0 && tested.length === 0) continue;
      const by = names.cells.get(cell.word) ?? [];
      const isAskedFor = (row: Requirement): boolean =>
        askersOf(row, names).some((asker) => by.includes(asker) || names.monitors.has(asker));
      const unasked = by.length === 0 ? [] : tested.filter((row) => !isAskedFor(row)).map(({ id }) => id);
      const known = found.get(cell.word) ?? { ...cell, by: [], missing: [], unasked: [] };
      found.set(cell.word, {
        ...known,
        by: [...new Set([...known.by, ...by])],
        missing: [...known.missing, ...(by.length === 0 ? [names.dialect] : [])],
        unasked: [...new Set([...known.unasked, ...unasked])],
      });
    }
  }
  return [...found.values()];
}

/** @param binds whether a row is for those who are judged by these suites */
function straysOf(
  requirements: readonly Requirement[],
  named: readonly Names[],
  binds: (row: Requirement) => boolean,
): StrayCheck[] {
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const strays = new Map<string, StrayCheck>();
  for (const names of named) {
    for (const [requirement, cases] of names.requirements) {
      const row = byId.get(requirement);
      const reason = whyStray(row, byId, binds);
      if (reason === undefined) continue;
      for (const one of cases) {
        const at = row ? { at: row.source.at } : {};
        strays.set(`${one} ${requirement}`, { case: one, requirement, reason, ...at });
      }
    }
  }
  return [...strays.values()];
}

function whyStray(
  row: Requirement | undefined,
  byId: ReadonlyMap<string, Requirement>,
  binds: (row: Requirement) => boolean,
): string | undefined {
  if (!row) return 'no such requirement';
  if (!binds(row)) return `it binds the ${row.side}`;
  const silent = row.group.map((id) => byId.get(id)).find((member) => member?.notTested !== undefined);
  return silent ? `${silent.id} is said not to be tested: ${silent.notTested}` : undefined;
}
