import { describe, expect, it } from 'vitest';
import { suites } from '../../suites/index.ts';
import { requirementsOf } from '../contract/contract.ts';
import { checkFormat } from '../contract/format.ts';
import type { Json } from '../contract/json.ts';
import { loadContract } from '../contract/load.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { groupsOf } from '../prove/groups.ts';
import { killMatrix, shownIn } from '../prove/kill-matrix.ts';
import { matrixJson } from '../prove/matrix-json.ts';
import { matrixPage } from '../prove/matrix-page.ts';
import { performTrial } from '../prove/perform-trial.ts';
import { sentenceOf } from '../prove/problem.ts';
import { runTrials } from '../prove/run-trials.ts';
import type { Trial, TrialResult } from '../prove/trial.ts';
import { allFaults } from '../reference/faults.ts';
import { impostors } from '../reference/impostors/impostors.ts';
import { earlierOf } from './prove.ts';
import { serveTrial } from './serve-trial.ts';
import { plumbline } from './spawned.ts';

/** A few of each kind, none that is waited for long: what gets through, what is lost, what leaks, who is let in, what is said of it. */
const someFaults = [
  ...['beam/admits-revoked', 'beam/answers-twice', 'beam/output-to-everybody', 'beam/stream-drops-one'],
  ...['beam/opens-then-closes', 'beam/dies-of-bad-json'],
  ...[
    'emit/checkpoint-kept-for-progress',
    'emit/retried-keeps-attempt-number',
    'emit/progress-lost-for-progress',
  ],
  ...['emit/foreign-space-hears', 'emit/foreign-job-opens-then-closes', 'emit/init-replays-history'],
  ...['emit/result-leaks-encoded', 'emit/public-may-ack'],
  ...['pusher/admits-other-socket', 'pusher/client-id-by-prefix', 'pusher/data-encoded-once'],
  ...['pusher/socket-ids-reused', 'pusher/late-delivery-after-unsubscribe', 'pusher/error-on-the-wire'],
];

const contract = await loadContract();
const requirements = requirementsOf(contract);
const dialects = {
  pusher: Object.keys(contract.pusher.dialects),
  beam: Object.keys(contract.beam.dialects),
  emit: Object.keys(contract.emit.dialects),
};
const patience = 180_000;

/** Trials in this process, a few at a time. */
async function performed(trials: readonly Trial[]): Promise<TrialResult[]> {
  const serve = (trial: Trial) => serveTrial(trial, contract);
  return runTrials(trials, {
    perform: (trial) => performTrial(trial, { contract, suites, serve }),
    ...{ jobs: 4, signal: new AbortController().signal, onDone: () => {} },
  });
}

describe.each(surfaceNames)('the suite of %s', (surface: SurfaceName) => {
  it('kills some faults of each kind, each for what it breaks and nothing else', {
    timeout: patience,
  }, async () => {
    const faults = allFaults(contract).filter(
      ({ id }) => id.startsWith(`${surface}/`) && someFaults.includes(id),
    );
    expect(faults).toHaveLength(someFaults.filter((id) => id.startsWith(`${surface}/`)).length);
    const groups = groupsOf(requirements.filter((row) => row.surface === surface));
    // One dialect is enough here, and what is asked of it; `npm run prove` takes all.
    const inOne = faults.map((fault) => {
      const [dialect = ''] = shownIn(fault, dialects[surface], groups, earlierOf(contract)).slice(-1);
      const breaks = fault.breaks.filter((id) => groups.dialectsOf(id)?.includes(dialect) ?? true);
      return { ...fault, dialects: [dialect], breaks };
    });
    const results = await performed(
      inOne.flatMap(({ id, dialects: [dialect = ''] }) => ({
        ...{ subject: { kind: 'fault', id } as const, surface, dialect, secure: false },
      })),
    );
    const matrix = killMatrix({ faults: inOne, requirements, dialects, results, whole: false });
    expect(matrix.problems.map(sentenceOf)).toEqual([]);
    expect(matrix.totals.killed).toBe(faults.length);
    const file = { file: 'kill-matrix.json', value: JSON.parse(matrixJson(matrix)) as Json, lineOf: () => 1 };
    checkFormat(contract.formats, 'kill-matrix', file);
    for (const { id } of faults) expect(matrixPage(matrix)).toContain(id);
  });
});

it('lets no impostor pass a MUST check or answer an open point', { timeout: patience }, async () => {
  const results = await performed(
    impostors.map(({ id }, at): Trial => {
      // Silence is waited for longest on pusher, as long as for all the others: that is left to `npm run prove`.
      const surface = id === 'silent' ? 'beam' : (surfaceNames[at % surfaceNames.length] ?? 'emit');
      return {
        subject: { kind: 'impostor', id },
        surface,
        dialect: dialects[surface].at(-1) ?? '',
        secure: false,
      };
    }),
  );
  const matrix = killMatrix({ faults: [], requirements, dialects, results, whole: false });
  expect(matrix.problems.map(sentenceOf)).toEqual([]);
  expect(matrix.totals.impostors).toBe(impostors.length);
  // Where nothing fails either, nothing was asked.
  for (const { trial, failed } of results) expect(failed.length, JSON.stringify(trial)).toBeGreaterThan(0);
});

describe('plumbline prove', () => {
  it('refuses a pattern that matches nothing', async () => {
    const { exit, stderr } = await plumbline(['prove', '--only', 'beam/no-such-fault']);
    expect(stderr).toMatch(/--only beam\/no-such-fault: no fault, impostor or check is called so/);
    expect(exit).toBe(2);
  });

  it('refuses a folder that it cannot write to', async () => {
    const { exit, stderr } = await plumbline(['prove', '--only', 'beam/admits-none', '--out', '/dev/null/x']);
    expect(stderr).toMatch(/--out \/dev\/null\/x: kill-matrix.json cannot be written/);
    expect(exit).toBe(2);
  });
});
