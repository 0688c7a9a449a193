import { type Named, type Pattern, parsePattern } from '../conform/pattern.ts';
import { InputError } from '../contract/contract.ts';
import type { Requirement, SurfaceName } from '../contract/requirement.ts';
import { nearest } from '../target/nearest.ts';
import { groupsOf } from './groups.ts';
import { type Earlier, type FaultRow, shownIn } from './kill-matrix.ts';
import { longestFirst } from './longest-trials.ts';
import type { Trial } from './trial.ts';

/** What there is to try. */
export interface Choice {
  readonly surfaces: readonly SurfaceName[];
  readonly dialects: Readonly<Record<SurfaceName, readonly string[]>>;
  readonly earlier?: Earlier;
  readonly faults: readonly (FaultRow & { readonly secure?: boolean })[];
  readonly requirements: readonly Requirement[];
  /** Names of impostors; each is tried on every surface. */
  readonly impostors: readonly string[];
  /** Checks there are: a pattern may name a check, and thus the faults that are for what it asks. */
  readonly checks: readonly (Named & { readonly group: readonly string[]; readonly surface: SurfaceName })[];
}

/** Trials to perform, and whether they are all that there are. */
export interface ChosenTrials {
  readonly trials: readonly Trial[];
  readonly faults: readonly FaultRow[];
  readonly whole: boolean;
}

/**
 * The trials that patterns name: a fault's id, `impostor/NAME`, a case or a requirement (then the faults that
 * break it). The clean server is always among them. Long trials come first, so that none is waited for at the end.
 * @throws InputError for a pattern that matches nothing.
 */
export function chooseTrials(choice: Choice, patterns: readonly string[]): ChosenTrials {
  const parsed = patterns.map(parsePattern);
  const isAsked = (matches: (pattern: Pattern) => boolean): boolean =>
    parsed.length === 0 || parsed.some(matches);
  const named = (id: string, pattern: Pattern): boolean =>
    pattern.matches({ target: '', case: id, requirement: '' });
  const bySurface = choice.faults.filter(({ surface }) => choice.surfaces.includes(surface));
  const checks = choice.checks.filter(({ surface }) => choice.surfaces.includes(surface));
  const brokenBy = (pattern: Pattern): ReadonlySet<string> =>
    new Set(
      checks.filter(pattern.matches).flatMap(({ surface, group }) => group.map((id) => `${surface} ${id}`)),
    );
  const asked = new Map(parsed.map((pattern) => [pattern, brokenBy(pattern)]));
  const isFor = ({ surface, breaks }: FaultRow, pattern: Pattern): boolean =>
    breaks.some((id) => asked.get(pattern)?.has(`${surface} ${id}`));
  const faults = bySurface.filter((fault) =>
    isAsked((pattern) => named(fault.id, pattern) || isFor(fault, pattern)),
  );
  const impostors = choice.impostors.filter((name) =>
    isAsked((pattern) => named(`impostor/${name}`, pattern)),
  );
  for (const pattern of parsed) {
    const matches =
      bySurface.some((fault) => named(fault.id, pattern) || isFor(fault, pattern)) ||
      impostors.some((name) => named(`impostor/${name}`, pattern));
    if (!matches) throw new InputError(`--only ${pattern.text}: ${whyNothing(pattern, choice, checks)}`);
  }
  const surfaces = new Set(faults.map(({ surface }) => surface));
  const touched = choice.surfaces.filter((surface) => impostors.length > 0 || surfaces.has(surface));
  return {
    faults,
    whole: patterns.length === 0,
    trials: [
      ...impostors.flatMap((id) =>
        choice.surfaces.flatMap((surface) =>
          // What a dialect has of an earlier one, an impostor would be granted there as well.
          choice.dialects[surface]
            .filter((dialect) => choice.earlier?.[dialect] === undefined)
            .map(
              (dialect): Trial => ({ subject: { kind: 'impostor', id }, surface, dialect, secure: false }),
            ),
        ),
      ),
      ...touched.flatMap((surface) =>
        choice.dialects[surface].flatMap((dialect) =>
          [false, true].map((secure): Trial => ({ subject: { kind: 'clean' }, surface, dialect, secure })),
        ),
      ),
      ...longestFirst(faults).flatMap((fault) =>
        dialectsOf(fault, choice).map(
          (dialect): Trial => ({
            ...{ subject: { kind: 'fault', id: fault.id }, surface: fault.surface, dialect },
            secure: fault.secure ?? false,
          }),
        ),
      ),
    ],
  };
}

function dialectsOf(fault: FaultRow, { dialects, earlier, requirements }: Choice): readonly string[] {
  const own = requirements.filter(({ surface }) => surface === fault.surface);
  return shownIn(fault, dialects[fault.surface], groupsOf(own), earlier);
}

function whyNothing(pattern: Pattern, choice: Choice, checks: Choice['checks']): string {
  if (checks.some(pattern.matches)) return 'no fault breaks what it asks for';
  const known = [...choice.faults.map(({ id }) => id), ...choice.impostors.map((id) => `impostor/${id}`)];
  return `no fault, impostor or check is called so; ${nearest(pattern.text, known)} (see serve --list-faults)`;
}
