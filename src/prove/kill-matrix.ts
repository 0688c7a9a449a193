import type { Requirement, SurfaceName } from '../contract/requirement.ts';
import { type Groups, groupsOf } from './groups.ts';
import type { Problem } from './problem.ts';
import { type Cell, nameOf, type Trial, type TrialResult } from './trial.ts';

/** A fault, as far as the matrix needs it. */
export interface FaultRow {
  readonly id: string;
  readonly surface: SurfaceName;
  /** What it is for comes first. An open point may be among them: a server of two minds. */
  readonly breaks: readonly string[];
  /** What may fail beside it, and need not in every run. */
  readonly mayBreak?: readonly string[];
  readonly says: string;
  readonly dialects?: readonly string[];
}

/** Dialect → the earlier one that it extends. */
export type Earlier = Readonly<Record<string, string>>;

/** What the matrix is made of. */
export interface MatrixInput {
  readonly faults: readonly FaultRow[];
  readonly requirements: readonly Requirement[];
  /** Surface → its dialects. */
  readonly dialects: Readonly<Record<SurfaceName, readonly string[]>>;
  /** Dialect → the earlier one that it extends, and with which it shares all that it does not say otherwise. */
  readonly earlier?: Earlier;
  readonly results: readonly TrialResult[];
  /** False where only some faults were tried: that a check never failed then means nothing. */
  readonly whole: boolean;
}

/** Which fault is found by what: DESIGN.md, trust 3. */
export interface KillMatrix {
  readonly format: 'plumbline-kill-matrix/1';
  readonly whole: boolean;
  readonly totals: {
    readonly faults: number;
    readonly killed: number;
    readonly mustChecks: number;
    readonly mustChecksThatFail: number;
    readonly impostors: number;
    readonly problems: number;
  };
  readonly faults: readonly FaultResult[];
  readonly checks: readonly CheckRow[];
  readonly impostors: readonly ImpostorResult[];
  readonly problems: readonly Problem[];
}

export interface FaultResult {
  readonly id: string;
  readonly breaks: readonly string[];
  readonly says: string;
  readonly killed: boolean;
  /** Dialect → requirement → the cases in which it failed. Only what the fault breaks, or what includes that. */
  readonly failed: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A MUST check that passes on the clean server, and the faults that fail it. */
export interface CheckRow {
  readonly dialect: string;
  readonly case: string;
  readonly requirement: string;
  readonly failedBy: readonly string[];
  /** The earlier dialect whose check this is as well: the same case, rules and requirement. It fails there. */
  readonly sharedWith?: string;
}

const canFail = ({ failedBy, sharedWith }: CheckRow): boolean =>
  failedBy.length > 0 || sharedWith !== undefined;

export interface ImpostorResult {
  readonly id: string;
  readonly surface: SurfaceName;
  readonly dialect: string;
  readonly mustPassed: number;
  readonly pointsAnswered: number;
}

/** Judges the results of all trials. Pure: the same results in any order, the same matrix. */
export function killMatrix(input: MatrixInput): KillMatrix {
  const groups = new Map(
    (Object.keys(input.dialects) as SurfaceName[]).map((surface) => [
      surface,
      groupsOf(input.requirements.filter((row) => row.surface === surface)),
    ]),
  );
  const groupsFor = (surface: SurfaceName): Groups => groups.get(surface) ?? groupsOf([]);
  const judged = [...input.faults]
    .sort(by(({ id }) => id))
    .map((fault) => judgeFault(fault, resultsOf(fault, input), groupsFor(fault.surface), input));
  const checks = checkRows(input, groupsFor);
  const impostors = input.results
    .filter(({ trial }) => trial.subject.kind === 'impostor')
    .sort(by(trialName));
  const problems = [
    ...cleanProblems(input.results),
    ...judged.flatMap((one) => one.problems),
    ...(input.whole ? checks.filter((check) => !canFail(check)).map(neverFails) : []),
    ...(input.whole ? withoutFault(input, groupsFor) : []),
    ...impostors.flatMap(impostorProblems),
    ...errorsOf(input.results),
  ];
  return {
    format: 'plumbline-kill-matrix/1',
    whole: input.whole,
    totals: {
      faults: judged.length,
      killed: judged.filter(({ row }) => row.killed).length,
      mustChecks: checks.length,
      mustChecksThatFail: checks.filter(canFail).length,
      impostors: impostors.length,
      problems: problems.length,
    },
    faults: judged.map(({ row }) => row),
    checks,
    impostors: impostors.map(({ trial, passed, ambiguous }) => ({
      id: trial.subject.kind === 'impostor' ? trial.subject.id : '',
      surface: trial.surface,
      dialect: trial.dialect,
      mustPassed: passed.filter(isMust).length,
      pointsAnswered: ambiguous.length,
    })),
    problems,
  };
}

/**
 * The trials whose results a busy machine could explain: something failed or broke that should not have, or of several
 * requirements that a fault breaks some were not brought to failing. What survives altogether is not among them: no
 * server is slow into being right.
 */
export function doubtful(problems: readonly Problem[], trials: readonly Trial[]): readonly Trial[] {
  const survivors = new Set(problems.flatMap((one) => (one.kind === 'fault-survives' ? one.fault : [])));
  const names = new Set(
    problems.flatMap((problem) => {
      if (problem.kind === 'error') return problem.trial;
      if (problem.kind === 'break-not-failed')
        return survivors.has(problem.fault) ? [] : trials.map(({ dialect }) => `${problem.fault} ${dialect}`);
      if (problem.kind === 'fails-too-much') return `${problem.fault} ${problem.dialect}`;
      return problem.kind === 'clean-not-passed' ? `clean ${problem.dialect}` : [];
    }),
  );
  return trials.filter((trial) => {
    const { subject, dialect } = trial;
    const short = subject.kind === 'clean' ? `clean ${dialect}` : `${subject.id} ${dialect}`;
    return names.has(short) || names.has(nameOf(trial));
  });
}

const isMust = ({ level }: Cell): boolean => level === 'MUST';

function resultsOf({ id }: FaultRow, { results }: MatrixInput): readonly TrialResult[] {
  return results.filter(({ trial }) => trial.subject.kind === 'fault' && trial.subject.id === id);
}

function judgeFault(
  fault: FaultRow,
  results: readonly TrialResult[],
  groups: Groups,
  { dialects: { [fault.surface]: all }, earlier }: MatrixInput,
): { readonly row: FaultResult; readonly problems: readonly Problem[] } {
  const { id, breaks, mayBreak = [], says } = fault;
  const broken = new Set(breaks.flatMap(groups.of));
  const found = results.flatMap(({ failed }) => failed).sort(by(cellName));
  const isOwn = ({ requirement }: Cell): boolean => groups.of(requirement).some((one) => broken.has(one));
  const dialects = shownIn(fault, all, groups, earlier);
  const survives = dialects.filter(
    (dialect) => !found.some((cell) => cell.dialect === dialect && isOwn(cell)),
  );
  const unseen = breaks.filter((one) => {
    const group = groups.of(one);
    return !found.some(({ requirement }) => group.includes(requirement));
  });
  const tolerated = new Set([...broken, ...mayBreak.flatMap(groups.of)]);
  const mine = found.filter(({ requirement }) => groups.mayFail(requirement, tolerated));
  return {
    row: {
      id,
      breaks,
      says,
      killed: survives.length === 0 && dialects.length > 0,
      failed: nested(mine),
    },
    problems: [
      ...survives.map((dialect): Problem => ({ kind: 'fault-survives', fault: id, dialect })),
      ...unseen.map((requirement): Problem => ({ kind: 'break-not-failed', fault: id, requirement })),
      ...found
        .filter((cell) => !mine.includes(cell))
        .map(
          ({ dialect, case: name, requirement, found: what }): Problem => ({
            kind: 'fails-too-much',
            fault: id,
            dialect,
            case: name,
            requirement,
            found: what,
          }),
        ),
    ],
  };
}

/**
 * The dialects in which a fault is to be seen: those it says, else those of which anything that it breaks is asked,
 * and all of them where it breaks nothing but open points. What a dialect has of an earlier one is seen there.
 */
export function shownIn(
  { dialects, breaks }: FaultRow,
  all: readonly string[],
  groups: Groups,
  earlier: Earlier = {},
): readonly string[] {
  const asked = breaks.map(groups.dialectsOf);
  const pointsAlone = asked.every((own) => own?.length === 0);
  const isIn = (own: readonly string[] | undefined, dialect: string): boolean =>
    own?.includes(dialect) ?? true;
  const isNew = (own: readonly string[] | undefined, dialect: string): boolean => {
    const before = earlier[dialect];
    return isIn(own, dialect) && (before === undefined || !isIn(own, before));
  };
  const isAsked = (dialect: string): boolean =>
    pointsAlone ? earlier[dialect] === undefined : asked.some((own) => isNew(own, dialect));
  return all.filter(dialects ? (dialect) => dialects.includes(dialect) : isAsked);
}

function nested(cells: readonly Cell[]): FaultResult['failed'] {
  const failed: Record<string, Record<string, string[]>> = {};
  for (const { dialect, requirement, case: name } of cells) {
    failed[dialect] ??= {};
    const own = failed[dialect];
    own[requirement] = [...(own[requirement] ?? []), name];
  }
  return failed;
}

/** MUST checks that some clean trial passes, and what fails them. */
function checkRows(
  { earlier = {}, results }: MatrixInput,
  groupsFor: (surface: SurfaceName) => Groups,
): CheckRow[] {
  const failedBy = new Map<string, string[]>();
  for (const { trial, failed } of results) {
    if (trial.subject.kind !== 'fault') continue;
    for (const cell of failed) {
      const name = cellName(cell);
      failedBy.set(name, [...(failedBy.get(name) ?? []), trial.subject.id]);
    }
  }
  const passed = new Map<string, Cell & { readonly group: readonly string[] }>();
  for (const result of results.filter(isClean)) {
    const groups = groupsFor(result.trial.surface);
    for (const cell of result.passed.filter(isMust))
      passed.set(cellName(cell), { ...cell, group: groups.of(cell.requirement) });
  }
  /** The nearest earlier dialect in which faults fail the same check. */
  const sharedWith = ({
    case: name,
    dialect,
    group,
  }: Cell & { readonly group: readonly string[] }): string | undefined => {
    for (let before = earlier[dialect]; before !== undefined; before = earlier[before]) {
      const there = before;
      const names = group.map((requirement) => `${there} ${name} ${requirement}`);
      if (names.some((one) => passed.has(one) && failedBy.has(one))) return before;
    }
    return undefined;
  };
  return [...passed.values()].sort(by(cellName)).map((cell) => {
    const own = failedBy.get(cellName(cell)) ?? [];
    const shared = own.length === 0 ? sharedWith(cell) : undefined;
    return {
      dialect: cell.dialect,
      case: cell.case,
      requirement: cell.requirement,
      failedBy: [...own].sort(),
      ...(shared === undefined ? {} : { sharedWith: shared }),
    };
  });
}

function neverFails({ dialect, case: name, requirement }: CheckRow): Problem {
  return { kind: 'check-never-fails', dialect, case: name, requirement };
}

/** What servers, auth endpoints and REST APIs must do, a group at a time, that no fault is for. */
function withoutFault(
  { requirements, faults }: MatrixInput,
  groupsFor: (surface: SurfaceName) => Groups,
): Problem[] {
  const firsts = new Set(faults.flatMap(({ surface, breaks }) => `${surface} ${breaks[0]}`));
  const asked = requirements.filter(
    ({ level, side, notTested }) =>
      level === 'MUST' && ['server', 'auth', 'rest'].includes(side) && notTested === undefined,
  );
  return asked.flatMap(({ surface, id }): Problem[] => {
    const group = groupsFor(surface).of(id);
    const speaks = group.find((member) => asked.some((row) => row.id === member)) === id;
    const has = group.some((member) => firsts.has(`${surface} ${member}`));
    return speaks && !has ? [{ kind: 'no-fault-for', surface, requirement: id }] : [];
  });
}

function isClean({ trial }: TrialResult): boolean {
  return trial.subject.kind === 'clean';
}

function cleanProblems(results: readonly TrialResult[]): Problem[] {
  return results.filter(isClean).flatMap(({ failed, untestable }) =>
    [
      ...failed.map((cell) => ({ ...cell, outcome: 'failed' })),
      ...untestable.map((cell) => ({ ...cell, outcome: 'untestable', found: cell.reason })),
    ]
      .sort(by(cellName))
      .map(
        ({ dialect, case: name, requirement, outcome, found }): Problem => ({
          kind: 'clean-not-passed',
          dialect,
          case: name,
          requirement,
          outcome,
          found,
        }),
      ),
  );
}

function impostorProblems({ trial, passed, ambiguous }: TrialResult): Problem[] {
  const impostor = trial.subject.kind === 'impostor' ? trial.subject.id : '';
  const rows = (kind: 'impostor-passes' | 'impostor-answers', cells: readonly Cell[]): Problem[] =>
    [...cells]
      .sort(by(cellName))
      .map(({ dialect, case: name, requirement }) => ({ kind, impostor, dialect, case: name, requirement }));
  return [...rows('impostor-passes', passed.filter(isMust)), ...rows('impostor-answers', ambiguous)];
}

function errorsOf(results: readonly TrialResult[]): Problem[] {
  return [...results].sort(by(trialName)).flatMap(({ trial, errors }) =>
    [...errors].sort(by(cellName)).map(
      ({ dialect, case: name, requirement, reason }): Problem => ({
        kind: 'error',
        trial: nameOf(trial),
        dialect,
        case: name,
        requirement,
        reason,
      }),
    ),
  );
}

const cellName = ({ dialect, case: name, requirement }: Cell): string => `${dialect} ${name} ${requirement}`;
const trialName = ({ trial }: TrialResult): string => nameOf(trial);

function by<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
