import { type Bench, notRun, type Proof, type Row, whyStopped } from './proof.ts';

/** How many things may hold at one of two tries alone: one such is an accident, many are a harness that guesses. */
const mostUnsteady = 2;

/** What `load:prove` came to; `reports/load-prove.json`. */
export interface Proven {
  readonly format: 'plumbline-load-prove/1';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly drivers: readonly { readonly name: string; readonly version: string }[];
  readonly totals: Readonly<Record<Row['outcome'], number>>;
  /** 0: all holds; 1: something does not, or too much does not always; 3: something could not be tried. */
  readonly exit: 0 | 1 | 3;
  readonly proofs: readonly {
    readonly id: string;
    readonly says: string;
    readonly durationMs: number;
    readonly rows: readonly Row[];
  }[];
}

/** Performs proofs one after another: two at a time would measure each other. */
export async function performProofs(
  bench: Bench,
  proofs: readonly Proof[],
  lacking: readonly string[] = [],
): Promise<Proven> {
  const began = Date.now();
  const done: Proven['proofs'][number][] = [];
  for (const proof of proofs) {
    const from = Date.now();
    const rows = bench.signal.aborted
      ? [notRun(nowhere(proof.id), whyStopped(bench.signal))]
      : await rowsOf(bench, proof);
    done.push({ id: proof.id, says: proof.says, durationMs: Date.now() - from, rows });
  }
  if (lacking.length > 0) {
    const rows = lacking.map((why) => notRun(nowhere('drivers'), why));
    done.push({ id: 'drivers that are not there', says: 'both drivers are tried', durationMs: 0, rows });
  }
  const totals = { holds: 0, broken: 0, noisy: 0, unsteady: 0, 'not run': 0 };
  for (const { outcome } of done.flatMap(({ rows }) => rows)) totals[outcome] += 1;
  return {
    format: 'plumbline-load-prove/1',
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
    drivers: bench.drivers.map(({ name, version }) => ({ name, version })),
    totals,
    exit: exitOf(totals),
    proofs: done,
  };
}

async function rowsOf(bench: Bench, proof: Proof): Promise<readonly Row[]> {
  try {
    const rows = await proof.perform(bench);
    return rows.length > 0 ? rows : [notRun(nowhere(proof.id), 'nothing was held against anything')];
  } catch (cause) {
    return [notRun(nowhere(proof.id), (cause as Error).message)];
  }
}

function nowhere(proof: string) {
  return { proof, surface: '', driver: '' } as const;
}

function exitOf(totals: Proven['totals']): Proven['exit'] {
  if (totals.broken > 0 || totals.unsteady > mostUnsteady) return 1;
  return totals['not run'] > 0 || totals.holds === 0 ? 3 : 0;
}

/** A table for people: a line for what each attempt came to, and what does not hold in full. */
export function provenText({ proofs, totals, exit, durationMs }: Proven): string {
  const lines: string[] = [];
  for (const { id, says, rows, durationMs: took } of proofs) {
    lines.push(`${id}: ${says} (${Math.round(took / 1000)} s)`);
    for (const [name, group] of grouped(rows)) {
      const held = group.filter(({ outcome }) => outcome === 'holds');
      lines.push(
        `  ${name.padEnd(56)} ${held.length} of ${group.length} hold   ${figuresOf(held)}`.trimEnd(),
      );
      for (const { what, expected, actual, outcome } of group) {
        if (outcome === 'holds') continue;
        lines.push(`    ${outcome}  ${what}: expected ${expected}, was ${actual}`);
      }
    }
  }
  const open = [
    totals.broken > 0 ? `${totals.broken} broken` : '',
    totals.noisy > 0 ? `${totals.noisy} missed on a machine that was not quiet` : '',
    totals.unsteady > 0 ? `${totals.unsteady} held at one of two tries` : '',
    totals['not run'] > 0 ? `${totals['not run']} not run` : '',
  ].filter((part) => part !== '');
  const word = exit === 0 ? 'PROVEN' : 'NOT PROVEN';
  lines.push(
    `${word}  ${totals.holds} hold${open.length > 0 ? `, ${open.join(', ')}` : ''} · ${Math.round(durationMs / 1000)} s · exit ${exit}`,
  );
  return `${lines.join('\n')}\n`;
}

/** What was counted, where it is not nothing. */
function figuresOf(rows: readonly Row[]): string {
  return rows
    .filter(({ actual }) => !['', '0', 'none'].includes(actual))
    .map(({ what, actual }) => `${what} ${actual}`)
    .join(' · ')
    .slice(0, 160);
}

function grouped(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = [row.proof, row.surface, row.driver].filter((part) => part !== '').join(' · ');
    const known = groups.get(name);
    if (known) known.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}
