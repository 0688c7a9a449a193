import type { CaseResult, RunEvent } from '../conform/run-event.ts';
import type { Outcome } from '../suite/judgement.ts';

/** One check, before and now. */
export interface Change {
  readonly target: string;
  readonly case: string;
  readonly requirement: string;
  readonly level: string;
  /** Absent where there was no such check. */
  readonly before?: Outcome;
  readonly now?: Outcome;
}

/** What has changed from one run to another. */
export interface Comparison {
  /** Failed now, and did not before; what is only tried is merely changed. */
  readonly failures: readonly Change[];
  /** Failed before, and passed now. */
  readonly fixed: readonly Change[];
  /** Came to something else, but to no failure and from none that is fixed. */
  readonly changed: readonly Change[];
}

/** Holds the checks of two runs side by side, by target, case and requirement. */
export function compare(before: readonly RunEvent[], now: readonly RunEvent[]): Comparison {
  const [old, fresh] = [checksOf(before), checksOf(now)];
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key): Change[] => {
    const [was, is] = [old.get(key), fresh.get(key)];
    const one = is ?? was;
    if (!one || was?.outcome === is?.outcome) return [];
    const { outcome: _, ...named } = one;
    return [
      {
        ...named,
        ...(was === undefined ? {} : { before: was.outcome }),
        ...(is === undefined ? {} : { now: is.outcome }),
      },
    ];
  });
  const failures = changes.filter(({ level, now }) => now === 'failed' && level !== 'MAY');
  const fixed = changes.filter(({ before, now }) => before === 'failed' && now === 'passed');
  return { failures, fixed, changed: changes.filter((one) => ![...failures, ...fixed].includes(one)) };
}

type Named = Omit<Change, 'before' | 'now'> & { readonly outcome: Outcome };

function checksOf(events: readonly RunEvent[]): Map<string, Named> {
  const cases = events.filter((event): event is CaseResult => event.event === 'case');
  return new Map(
    cases.flatMap(({ target, id, checks }) =>
      checks.map(({ requirement, level, outcome }) => [
        JSON.stringify([target, id, requirement]),
        { target, case: id, requirement, level, outcome },
      ]),
    ),
  );
}

/** A comparison for a person, a line a change. */
export function comparisonLines({ failures, fixed, changed }: Comparison): string[] {
  const part = (title: string, all: readonly Change[]): string[] =>
    all.length === 0
      ? []
      : [
          '',
          `${title}  ${all.length}`,
          ...all.map(
            ({ target, case: id, requirement, level, before = 'not there', now = 'not there' }) =>
              `  ${target}: ${id} ${level} ${requirement}: ${before} → ${now}`,
          ),
        ];
  return [
    ...part('new failures', failures),
    ...part('fixed', fixed),
    ...part('changed', changed),
    '',
    `${failures.length} new failures, ${fixed.length} fixed, ${changed.length} changed`,
  ];
}
