import { InputError } from '../../contract/contract.ts';
import { checkFormat, type Formats } from '../../contract/format.ts';
import { refuse, type YamlFile } from '../../contract/read-yaml.ts';
import { nearest } from '../../target/nearest.ts';
import type { PlannedCheck } from '../planned-check.ts';
import { type BaselineEntry, entryKey, type PlacedEntry } from './entry.ts';

/** What a baseline file says, once it is of the right form and every id in it is known. */
export interface BaselineFile {
  readonly file: string;
  readonly entries: readonly PlacedEntry[];
  /** The run that wrote it had `--slow`, `--destructive`. */
  readonly slow: boolean;
  readonly destructive: boolean;
}

/** What ids of a baseline are looked up in. */
export interface KnownIds {
  /** Names of all targets that the target file lists, whether this run is for them or not. */
  readonly targets: readonly string[];
  /** Every check of the targets that this run is for, whether it was selected or not. */
  readonly checks: readonly Pick<PlannedCheck, 'target' | 'case' | 'requirement' | 'group'>[];
}

/**
 * The form of a baseline file; ids are not looked at yet.
 * @throws InputError naming file and line.
 */
export function proveForm(file: YamlFile, formats: Formats): void {
  checkFormat(formats, 'baseline', file);
}

/**
 * What a baseline file of the right form says. A requirement may be named by any member of its group.
 * @throws InputError naming file and line where a target, case or requirement is not known, or an entry
 * is there twice.
 */
export function entriesOf(file: YamlFile, known: KnownIds): BaselineFile {
  const { entries, slow, destructive } = file.value as unknown as {
    readonly entries: readonly BaselineEntry[];
    readonly slow?: boolean;
    readonly destructive?: boolean;
  };
  const checks = new Map<string, KnownIds['checks'][number][]>();
  for (const check of known.checks) {
    const key = JSON.stringify([check.target, check.case]);
    checks.set(key, [...(checks.get(key) ?? []), check]);
  }
  const isAsked = new Set(known.checks.map(({ target }) => target));
  const seen = new Map<string, string>();
  const placed = entries.map((entry, index): PlacedEntry => {
    const wrong = (key: keyof BaselineEntry, message: string): never =>
      refuse(file, ['entries', index, key], message);
    if (!known.targets.includes(entry.target)) {
      wrong('target', `there is no target "${entry.target}"; ${nearest(entry.target, known.targets)}`);
    }
    let requirement = entry.requirement;
    if (isAsked.has(entry.target)) {
      const ofCase = checks.get(JSON.stringify([entry.target, entry.case]));
      if (!ofCase) {
        const ids = known.checks.filter(({ target }) => target === entry.target).map((one) => one.case);
        wrong('case', `there is no case ${entry.case}; ${nearest(entry.case, [...new Set(ids)])}`);
      }
      const check = ofCase?.find(({ group }) => group.includes(entry.requirement));
      if (!check) {
        const ids = (ofCase ?? []).map((one) => one.requirement);
        wrong(
          'requirement',
          `${entry.case} does not judge ${entry.requirement}; it judges ${ids.join(', ')}`,
        );
      }
      requirement = check?.requirement ?? requirement;
    }
    const at = `${file.file}:${file.lineOf(['entries', index])}`;
    const one = { ...entry, requirement, at };
    const twin = seen.get(entryKey(one));
    if (twin !== undefined) {
      throw new InputError(`${at}: this failure has an entry already, at ${twin}; remove one of them`);
    }
    seen.set(entryKey(one), at);
    return one;
  });
  return { file: file.file, entries: placed, slow: slow ?? false, destructive: destructive ?? false };
}
