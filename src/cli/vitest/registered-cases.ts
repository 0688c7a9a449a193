import { hint, type Named, parsePattern } from '../../conform/pattern.ts';
import { type Contract, InputError } from '../../contract/contract.ts';
import { type SurfaceName, surfaceNames } from '../../contract/requirement.ts';
import type { Suite, SuiteFactory } from '../../suite/surface.ts';
import { nearest } from '../../target/nearest.ts';
import type { ConformOptions } from '../options.ts';

/** A case that is registered as a test, before anybody knows which target it will be asked of. */
export interface RegisteredCase {
  readonly id: string;
  readonly title: string;
  readonly surface: SurfaceName;
}

type Asked = Pick<ConformOptions, 'surface' | 'dialect' | 'only' | 'destructive'>;

/**
 * Every case that the options leave, of every dialect that a target may turn out to speak. What limits a pattern to a
 * target is left to the run.
 * @throws InputError for a dialect that there is not, and for a pattern that matches nothing.
 */
export function registeredCases(
  contract: Contract,
  suites: Readonly<Record<SurfaceName, SuiteFactory>>,
  { surface, dialect, only, destructive }: Asked,
): RegisteredCase[] {
  const wanted = surfaceNames.filter((name) => surface.length === 0 || surface.includes(name));
  const found = new Map<string, RegisteredCase & { readonly requirements: Set<string> }>();
  for (const name of wanted) {
    const groups = new Map(contract[name].requirements.map(({ id, group }) => [id, group]));
    for (const spoken of dialectsOf(contract, name, dialect[name])) {
      for (const { id, title, requirements } of askable(contract, name, spoken, suites, destructive)) {
        const known = found.get(id) ?? { id, title, surface: name, requirements: new Set<string>() };
        for (const one of requirements)
          for (const member of groups.get(one) ?? [one]) known.requirements.add(member);
        found.set(id, known);
      }
    }
  }
  const all = [...found.values()];
  const matches = selectionOf(only, all);
  return all.filter(matches).map(({ requirements: _, ...one }) => one);
}

/** All that a surface may be asked in, or the one that is asked for. */
function dialectsOf(contract: Contract, surface: SurfaceName, asked: string | undefined): readonly string[] {
  const known = Object.keys(contract[surface].dialects);
  if (asked === undefined || asked === 'auto') return known;
  if (known.includes(asked)) return [asked];
  throw new InputError(`dialect ${surface}=${asked}: no such dialect; ${nearest(asked, [...known, 'auto'])}`);
}

interface Askable {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
}

function askable(
  contract: Contract,
  surface: SurfaceName,
  dialect: string,
  suites: Readonly<Record<SurfaceName, SuiteFactory>>,
  destructive: boolean,
): Askable[] {
  const suite: Suite = suites[surface](contract, dialect);
  const isLeft = new Map(suite.scenes.map((scene) => [scene.id, destructive || !scene.destructive]));
  const { requirements, openPoints } = contract[surface];
  const asked = new Set(requirements.filter(({ level }) => level !== 'INFO').map(({ id }) => id));
  return (
    [
      ...suite.cases
        .filter(({ scene }) => isLeft.get(scene))
        .map(({ id, title, checks }) => ({ id, title, requirements: Object.keys(checks) })),
      ...suite.monitors.map(({ id, title, checks }) => ({ id, title, requirements: checks })),
    ]
      // A case of which nothing is asked only shows how open points are answered.
      .filter((one) => one.requirements.some((id) => asked.has(id)))
      .concat(
        openPoints
          .filter(({ dialects }) => dialects?.includes(dialect) ?? true)
          .map(({ id, about }) => ({
            id: `${surface}/open-point/${id}`,
            title: `${about}: one reading throughout`,
            requirements: [id],
          })),
      )
  );
}

function selectionOf(
  only: readonly string[],
  all: readonly { readonly id: string; readonly requirements: ReadonlySet<string> }[],
): (one: (typeof all)[number]) => boolean {
  if (only.length === 0) return () => true;
  const patterns = only.map(parsePattern);
  const namesOf = ({ id, requirements }: (typeof all)[number], target: string): Named[] =>
    [...requirements].map((requirement) => ({ target, case: id, requirement }));
  const fits = (pattern: (typeof patterns)[number], one: (typeof all)[number]): boolean =>
    namesOf(one, pattern.target ?? '').some(pattern.matches);
  for (const pattern of patterns) {
    if (all.some((one) => fits(pattern, one))) continue;
    const known = all.flatMap((one) => namesOf(one, ''));
    throw new InputError(`only ${pattern.text}: matches no check; ${hint(pattern.text, known)}`);
  }
  return (one) => patterns.some((pattern) => fits(pattern, one));
}
