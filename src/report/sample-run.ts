import type { CaseResult, Footer, Header, Reporter, RunEvent, VerdictEvent } from '../conform/run-event.ts';
import type { Totals, VerdictOf } from '../conform/verdict.ts';
import { type Outcome, outcomes } from '../suite/judgement.ts';
import type { ReportContext, ReporterFactory } from './context.ts';
import type { Output } from './output.ts';

/** What a server may send to take over whatever shows it; for tests. */
export const hostile = '\u001b[2J\u0007<script>&"\'\u0000\ud800]]>\u202e\u0085 \ufffe ‹ü› 💥\nnext\r\ttab';

const noTotals = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;

export function totals(
  must: Partial<Record<Outcome, number>>,
  should: Partial<Record<Outcome, number>> = {},
): Totals {
  return { must: { ...noTotals, ...must }, should: { ...noTotals, ...should }, may: noTotals };
}

export const header: Header = {
  event: 'header',
  format: 'plumbline-result/1',
  tool: { name: 'plumbline', version: '1.2.3', contract: 'abc' },
  startedAt: '2026-01-01T00:00:00.000Z',
  seed: 7,
  command: 'npm run conform -- --target my-server.yaml',
  targets: [
    { name: 'mine', surface: 'emit', dialect: 'emit@1', url: 'ws://localhost:1', at: 'my-server.yaml:2' },
    {
      name: 'relay',
      surface: 'pusher',
      dialect: 'modelbeam',
      role: 'relay',
      url: 'ws://localhost:2',
      at: 'my-server.yaml:20',
    },
  ],
  scenes: 2,
  checks: 9,
};

type Check = CaseResult['checks'][number];

export function check(outcome: Outcome, more: Partial<Check> = {}): Check {
  return {
    requirement: 'E10',
    level: 'MUST',
    text: 'A viewer with jobs:read:progress never sees the result of a job.',
    source: 'emit.run WebSockets, "Scopes"',
    at: 'specs/emit/requirements.yaml:212',
    outcome,
    ...more,
  };
}

export function caseOf(id: string, checks: readonly Check[], more: Partial<CaseResult> = {}): CaseResult {
  return {
    event: 'case',
    id,
    target: 'mine',
    title: 'a progress viewer sees nothing of the data',
    surface: 'emit',
    scene: 'emit/every-type',
    outcome: checks[0]?.outcome ?? 'passed',
    level: 'MUST',
    checks,
    findings: [],
    observations: [],
    transcript: [],
    ...more,
  };
}

/** A case of every outcome, some with content that a server chose. */
export const cases: readonly CaseResult[] = [
  caseOf('emit/passes', [check('passed')]),
  caseOf(
    'emit/leaks',
    [check('failed'), check('failed', { requirement: 'E39' }), check('passed', { requirement: 'E1' })],
    {
      findings: [
        {
          requirement: 'E10',
          rule: 'leak',
          expected: 'no data, or null',
          actual: `data ${hostile}`,
          pointer: '/data',
          frame: 4,
        },
        { requirement: 'E39', rule: 'leak', expected: 'nothing of the data', actual: hostile },
      ],
      transcript: ['  low 12.1 ms  ← {"type":"init"}', `→ low 12.3 ms  ← {"data":"${hostile}"}`],
    },
  ),
  caseOf('emit/known', [check('failed', { known: 'ISSUE-1' })], {
    findings: [{ requirement: 'E10', rule: 'leak', expected: 'a', actual: 'b' }],
  }),
  caseOf('emit/should', [check('failed', { requirement: 'E10i', level: 'SHOULD' })], {
    level: 'SHOULD',
    findings: [{ requirement: 'E10i', rule: 'late', expected: 'soon', actual: 'late' }],
  }),
  caseOf('emit/flaky', [check('passed', { flaky: true, reason: 'flaky: passed 1, failed 1 of 2' })]),
  caseOf('emit/error', [check('error', { reason: `the scene broke: ${hostile}` })]),
  caseOf('emit/untestable', [check('untestable', { reason: 'no driver performs revoke' })]),
  caseOf('emit/untestable-too', [check('untestable', { reason: 'no driver performs revoke' })]),
  caseOf('emit/ambiguous', [
    check('ambiguous', { requirement: 'A21', reason: 'stripped data: null (a document)' }),
  ]),
  caseOf('emit/excluded', [check('excluded', { reason: 'no time' })]),
  caseOf('emit/not-run', [check('not-run', { reason: 'not selected' })]),
  caseOf('emit/not-applicable', [check('not-applicable', { reason: 'asked of wss:// only' })]),
  caseOf('pusher/passes', [check('passed', { requirement: 'P1' })], { target: 'relay', surface: 'pusher' }),
];

const failing: VerdictOf = {
  verdict: 'non-conformant',
  exit: 1,
  reason: '2 gating checks failed',
  knownOnly: false,
  scope: 'partial',
  totals: totals({ failed: 3, passed: 4, error: 1, untestable: 2, 'not-run': 1 }, { failed: 1 }),
};

const conformant: VerdictOf = {
  verdict: 'conformant',
  exit: 0,
  reason: 'nothing that gates failed',
  knownOnly: false,
  scope: 'full',
  totals: totals({ passed: 1 }),
};

export const verdict: VerdictEvent = {
  event: 'verdict',
  ...failing,
  targets: [
    { target: 'mine', ...failing },
    { target: 'relay', ...conformant },
  ],
  openPoints: [
    {
      id: 'A21',
      target: 'mine',
      about: 'stripped data',
      resolved: ['null'],
      sources: ['null: the page on scopes', 'absent: a sample'],
    },
    { id: 'A22', target: 'mine', about: 'the envelope', resolved: [], sources: [] },
  ],
  exercised: [
    {
      target: 'mine',
      surface: 'emit',
      automaton: {
        ...{ of: 'a job', initial: 'pending', states: ['pending', 'running', 'ended'], terminal: ['ended'] },
        steps: [
          { from: 'pending', on: 'poll', to: 'running', event: 'acked', ...reached(3, 'passed', 7, 'E1') },
          {
            from: 'running',
            on: 'progress',
            to: 'running',
            event: 'progress',
            ...reached(2, 'failed', 4, 'E10'),
          },
          { from: 'running', on: 'keepalive', to: 'running', event: null, ...reached(0, undefined, 0) },
          {
            from: 'running',
            on: 'fail',
            to: 'pending',
            event: 'retried',
            ...reached(1, 'untestable', 0, 'E99'),
          },
          {
            from: 'running',
            on: 'complete',
            to: 'ended',
            event: 'completed',
            ...reached(1, 'passed', 1, 'E1'),
          },
          { from: 'pending', on: 'clock', to: 'ended', event: 'dead', ...reached(0, undefined, 0) },
        ],
      },
      scopes: {
        ...{ events: ['progress', 'completed'], scopes: ['full', 'stripped'] },
        cells: [
          { event: 'progress', scope: 'full', data: 'kept', ...reached(1, 'passed', 4, 'E1') },
          { event: 'completed', scope: 'full', data: 'kept', ...reached(1, 'passed', 1, 'E1') },
          { event: 'completed', scope: 'stripped', data: 'null', ...reached(1, 'failed', 1, 'E10', 'E39') },
        ],
      },
    },
  ],
  durationMs: 3141,
};

function reached(cases: number, outcome: Outcome | undefined, seen: number, ...requirements: string[]) {
  return { requirements, cases, ...(outcome === undefined ? {} : { outcome }), seen };
}

export const conformantVerdict: VerdictEvent = {
  ...conformant,
  event: 'verdict',
  targets: [{ target: 'mine', ...conformant }],
  openPoints: [],
  durationMs: 12,
};

/** A verdict on several rounds, held against a baseline of which two entries are no longer right. */
export const staleVerdict: VerdictEvent = {
  ...verdict,
  baseline: {
    file: 'known.yaml',
    entries: 5,
    known: 1,
    notJudged: 1,
    withoutReason: 1,
    stale: [
      {
        ...{ target: 'mine', case: 'emit/passes', requirement: 'E10', rule: 'leak', at: 'known.yaml:3' },
        why: 'passed',
        reason: 'known.yaml:3: emit/passes E10 "leak" of mine: the check has passed',
      },
      {
        ...{ target: 'mine', case: 'emit/leaks', requirement: 'E39', rule: 'leak', at: 'known.yaml:9' },
        why: 'differs',
        reason: `known.yaml:9: emit/leaks E39 "leak" of mine: it fails differently: ${hostile}`,
      },
    ],
  },
  repeat: { rounds: 3, consistent: 13, flaky: 1, unsettled: 1 },
};

/** The end of a run that was not interrupted. */
export const footer: Footer = { event: 'footer', complete: true, cases: cases.length };

/** One run, with every kind of event. */
export const events: readonly RunEvent[] = [
  header,
  { event: 'scene-started', target: 'mine', scene: 'emit/every-type', at: 1 },
  {
    event: 'finding',
    check: {
      target: 'mine',
      case: 'emit/leaks',
      title: hostile,
      surface: 'emit',
      scene: 'emit/every-type',
      requirement: 'E10',
      level: 'MUST',
      text: 'A viewer with jobs:read:progress never sees the result of a job.',
      source: 'emit.run WebSockets, "Scopes"',
      at: 'specs/emit/requirements.yaml:212',
      outcome: 'failed',
      findings: [{ rule: 'leak', expected: 'a', actual: hostile }],
      readings: [],
    },
  },
  { event: 'scene-ended', target: 'mine', scene: 'emit/every-type', at: 2, ending: 'done', done: 1, of: 2 },
  ...cases,
  verdict,
  footer,
];

/** An output that keeps what is written to it. */
export function toMemory(): Output & { readonly text: () => string; readonly ended: () => boolean } {
  let text = '';
  let ended = false;
  return {
    write: async (more) => {
      text += more;
    },
    end: async () => {
      ended = true;
    },
    discard: async () => {},
    text: () => text,
    ended: () => ended,
  };
}

/** How a report is made where nothing else is asked for. */
export const plainContext: Omit<ReportContext, 'out'> = {
  level: 'must',
  verbose: false,
  color: false,
  live: false,
  width: 80,
  place: { cwd: '/repository/tests', root: '/repository', fallback: 'package.json' },
};

/** What a reporter writes when it is told of some events. */
export async function written(
  factory: ReporterFactory,
  told: readonly RunEvent[],
  context: Partial<ReportContext> = {},
): Promise<string> {
  const out = toMemory();
  const reporter: Omit<Reporter, 'name'> = factory({ ...plainContext, out, ...context });
  for (const event of told) await reporter.on(event, { of: () => undefined });
  await reporter.end?.();
  if (!out.ended()) throw new Error('the output was not completed');
  return out.text();
}
