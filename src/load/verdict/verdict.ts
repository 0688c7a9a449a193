import type { StageRecord } from '../evidence/stage-record.ts';
import type { GateResult, LoadFinding, LoadResult, StageResult, TrustCheck } from './load-result.ts';

/** What decides a load run. */
export interface Circumstances {
  readonly records: readonly StageRecord[];
  readonly findings: readonly LoadFinding[];
  readonly trust: readonly TrustCheck[];
  readonly gates: readonly GateResult[];
  /** Set where the run was stopped, or the harness itself broke. */
  readonly incomplete?: string;
  /** A confirmed regression. */
  readonly regression?: string;
}

type Verdict = Pick<LoadResult, 'verdict' | 'exit' | 'reason'>;

/**
 * The verdict of a load run: the first row of the table that fits. What no generator can cause fails even where the
 * generator broke; loss, delay, duplicates and order then never do.
 */
export function verdictOf({
  records,
  findings,
  trust,
  gates,
  incomplete,
  regression,
}: Circumstances): Verdict {
  const [finding] = findings;
  if (finding) {
    const { kind, stage, count, requirement } = finding;
    return {
      verdict: 'fail',
      exit: 1,
      reason: `${requirement === undefined ? kind : `${requirement} is broken`} in stage ${stage}: ${count}, which no generator can cause`,
    };
  }
  if (incomplete !== undefined) return { verdict: 'incomplete', exit: 3, reason: incomplete };
  const unreachable = records.find((record) => record.unreachable !== undefined);
  if (unreachable) {
    return { verdict: 'incomplete', exit: 3, reason: `target unreachable: ${unreachable.unreachable}` };
  }
  // A process that was lost took its part of the truth with it; a generator that was too slow did not.
  const crashed = records.find(({ broken: lost }) => lost.length > 0);
  if (crashed) {
    const [why = ''] = crashed.broken;
    return {
      verdict: 'incomplete',
      exit: 3,
      reason: `the harness broke in stage ${crashed.plan.stage.name}: ${why}`,
    };
  }
  const broken = trust.find(({ ok }) => !ok);
  if (broken) {
    return {
      verdict: 'invalid',
      exit: 5,
      reason: `the generator was the limit in stage ${broken.stage} (${broken.title}), so no number is claimed`,
    };
  }
  const failed = gates.filter(({ outcome }) => outcome === 'failed');
  const [first] = failed;
  if (first) {
    const more = failed.length > 1 ? ` and ${failed.length - 1} more` : '';
    return { verdict: 'fail', exit: 1, reason: `${first.gate} does not hold in stage ${first.stage}${more}` };
  }
  if (regression !== undefined) return { verdict: 'fail', exit: 1, reason: regression };
  const passed = gates.filter(({ outcome }) => outcome === 'passed').length;
  if (passed === 0) {
    return { verdict: 'incomplete', exit: 3, reason: 'no gate could be held against anything' };
  }
  const open = gates.length - passed;
  return {
    verdict: 'pass',
    exit: 0,
    reason: `${passed} of ${gates.length} gates hold${open > 0 ? `; ${open} not observed` : ''}`,
  };
}

/** What no generator can cause: of each stage, whatever became of its generator. */
export function findingsOf(record: StageRecord, result: StageResult): readonly LoadFinding[] {
  const { name, deliveries, intruders } = result;
  const findings: (LoadFinding | undefined)[] = [
    found(
      'leak',
      name,
      deliveries.leaks,
      'events of a channel at its own subscribers alone',
      'at subscribers of another channel',
    ),
    found(
      'ghost',
      name,
      deliveries.ghosts,
      'nothing after an unsubscribe and its fence',
      'deliveries after both',
    ),
    found(
      'changed payload',
      name,
      deliveries.changed,
      'payloads as they were published',
      record.changed[0]?.text ?? 'others',
    ),
    found('wrong accept', name, intruders?.badIn ?? 0, 'connections with a bad token refused', 'let in'),
    ...record.requirements
      .filter(({ level }) => level === 'MUST')
      .map(({ requirement, count, expected, actual }) => ({
        ...({ kind: 'monitor', stage: name, count, requirement, expected, actual } as const),
      })),
  ];
  return findings.filter((finding): finding is LoadFinding => finding !== undefined);
}

function found(
  kind: LoadFinding['kind'],
  stage: string,
  count: number,
  expected: string,
  actual: string,
): LoadFinding | undefined {
  return count === 0 ? undefined : { kind, stage, count, expected, actual };
}
