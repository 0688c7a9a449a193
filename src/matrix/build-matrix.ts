import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { type Outcome, outcomes } from '../suite/judgement.ts';

/** What a matrix reads of a JSON result; `specs/formats/result.schema.json` describes the whole. */
export interface ReadResult {
  readonly startedAt: string;
  readonly targets: readonly {
    readonly name: string;
    readonly surface: SurfaceName;
    readonly dialect: string;
    readonly role?: string;
    readonly verdict: string;
    readonly exit: number;
    readonly knownOnly: boolean;
    readonly scope: 'full' | 'partial';
  }[];
  readonly cases: readonly {
    readonly target: string;
    readonly surface: SurfaceName;
    readonly checks: readonly {
      readonly requirement: string;
      readonly level: string;
      readonly text: string;
      readonly source: string;
      readonly outcome: Outcome;
      readonly known?: string;
    }[];
  }[];
}

/** One target of one result. */
export interface Column {
  /** Its name, with the file where two of the same surface bear it. */
  readonly label: string;
  readonly dialect: string;
  /** Of a relay less is asked: its green says nothing of the lives of jobs. */
  readonly isRelay: boolean;
  readonly verdict: string;
  readonly exit: number;
  readonly knownOnly: boolean;
  readonly isPartial: boolean;
  /** Day of the run, UTC. */
  readonly day: string;
}

/** What came of a requirement on a target: an outcome, or a failure that a baseline excuses. */
export type CellOutcome = Outcome | 'known';

/** One requirement on one target: the worst outcome of its checks, and how often each came. */
export interface Cell {
  readonly outcome: CellOutcome;
  readonly counts: Readonly<Partial<Record<CellOutcome, number>>>;
  /** Why a baseline excuses what failed, each reason once. */
  readonly reasons: readonly string[];
}

/** A requirement and its cell on each target; undefined: it was not asked there. */
export interface Row {
  readonly id: string;
  readonly level: string;
  readonly text: string;
  readonly source: string;
  readonly cells: readonly (Cell | undefined)[];
}

/** All targets of a surface, and every requirement that any of them was asked. */
export interface SurfaceMatrix {
  readonly surface: SurfaceName;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Cell outcomes, worst first: a known failure is still one, and comes after what nobody has explained. */
export const cellOutcomes: readonly CellOutcome[] = ['failed', 'error', 'known', ...outcomes.slice(2)];

/** Results as they were read, each with the name of its file. Target × requirement, a table for each surface. */
export function buildMatrix(
  results: readonly { readonly file: string; readonly result: ReadResult }[],
): SurfaceMatrix[] {
  return surfaceNames.flatMap((surface) => {
    const targets = results.flatMap(({ file, result }) =>
      result.targets
        .filter((target) => target.surface === surface)
        .map((target) => ({ file, result, target })),
    );
    if (targets.length === 0) return [];
    const isShared = (name: string): boolean =>
      targets.filter(({ target }) => target.name === name).length > 1;
    const known = new Map<string, Omit<Row, 'cells'>>();
    const perTarget = targets.map(({ result, target }) => {
      const cells = new Map<string, Cell>();
      for (const one of result.cases) {
        if (one.surface !== surface || one.target !== target.name) continue;
        for (const { requirement: id, level, text, source, outcome, known: reason } of one.checks) {
          // Where one target was only tried, and another claims it, the row says what it is to whoever claims it.
          const told = known.get(id);
          if (!told || told.level === 'MAY') known.set(id, { id, level, text, source });
          cells.set(id, added(cells.get(id), outcome, reason));
        }
      }
      return cells;
    });
    return {
      surface,
      columns: targets.map(({ file, result, target }) => ({
        ...{
          dialect: target.dialect,
          isRelay: target.role === 'relay',
          verdict: target.verdict,
          exit: target.exit,
        },
        ...{ knownOnly: target.knownOnly, isPartial: target.scope === 'partial' },
        label: isShared(target.name) ? `${target.name} (${file})` : target.name,
        day: result.startedAt.slice(0, 10),
      })),
      rows: [...known.values()]
        .sort((a, b) => collator.compare(a.id, b.id))
        .map((row) => ({ ...row, cells: perTarget.map((cells) => cells.get(row.id)) })),
    };
  });
}

/** E9 before E10. */
const collator = new Intl.Collator('en', { numeric: true });

function added(cell: Cell | undefined, outcome: Outcome, reason: string | undefined): Cell {
  const came: CellOutcome = outcome === 'failed' && reason !== undefined ? 'known' : outcome;
  const counts = { ...cell?.counts, [came]: (cell?.counts[came] ?? 0) + 1 };
  const reasons = new Set([...(cell?.reasons ?? []), ...(came === 'known' && reason ? [reason] : [])]);
  // What does not apply says nothing beside what does.
  const worst = cellOutcomes.find((one) => (counts[one] ?? 0) > 0 && one !== 'not-applicable');
  return { outcome: worst ?? 'not-applicable', counts, reasons: [...reasons] };
}
