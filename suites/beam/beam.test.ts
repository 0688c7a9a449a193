import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { type RunResult, run } from '../../src/conform/run.ts';
import type { JsonObject } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { beamFaults } from '../../src/reference/beam/faults.ts';
import { startReference } from '../../src/reference/start.ts';
import type { SuiteFactory } from '../../src/suite/surface.ts';
import { targetsOf } from '../../src/target/load.ts';
import { beamSuite } from './index.ts';

const contract = await loadContract();
const { requirements, openPoints, dialects } = contract.beam;
const suites = { beam: beamSuite } as Readonly<Record<'emit' | 'pusher' | 'beam', SuiteFactory>>;
const patience = 120_000;

/** Long enough for a busy machine; a server that never answers is given up after three times. */
const answerMs = 1500;

async function judged(
  entries: readonly JsonObject[],
  options: { readonly jobs?: number; readonly dialect?: string; readonly answerMs?: number } = {},
): Promise<RunResult> {
  const deadlines = { connectMs: 10_000, answerMs: options.answerMs ?? 10_000 };
  const wanted = entries.filter(
    ({ dialect }) => options.dialect === undefined || dialect === options.dialect,
  );
  const targets = await targetsOf(
    wanted.map((entry) => ({ deadlines, ...entry })),
    'a test',
    contract,
  );
  const planned = targets.map((target) => ({ target, dialect: target.dialect }));
  return run(makePlan(contract, planned, suites, { only: [], slow: false }), {
    jobs: options.jobs ?? 16,
    seed: 1,
    multiplier: 1,
    level: 'must',
    slow: false,
    bail: false,
    waitMs: 0,
    repeat: 1,
    version: 'test',
    contractHash: contract.hash,
    command: '',
    reporters: [],
    signal: new AbortController().signal,
  });
}

/** A reference server with these deviations, put through the suite. */
async function judgedReference(
  { faults = [], readings = {}, tls = false }: Partial<Pick<Reference, 'faults' | 'readings' | 'tls'>>,
  options: Parameters<typeof judged>[1] = {},
): Promise<RunResult> {
  const reference = await startReference({ contract, port: 0, surfaces: ['beam'], faults, readings, tls });
  try {
    return await judged(reference.targets(), options);
  } finally {
    await reference.close();
  }
}

type Reference = Parameters<typeof startReference>[0];

const isGood = ({ outcome }: CheckResult): boolean =>
  outcome === 'passed' || outcome === 'ambiguous' || outcome === 'not-applicable';

function brief({ case: id, findings, outcome, reason, requirement, target }: CheckResult): string {
  const [finding] = findings;
  const why = finding ? `${finding.rule}: expected ${finding.expected}, got ${finding.actual}` : reason;
  return `${target} ${id} ${requirement} ${outcome}: ${why}`;
}

const bad = (result: RunResult): string[] => result.checks.filter((check) => !isGood(check)).map(brief);

describe('the reference server', () => {
  it.each([1, 16])(
    'conforms in both dialects, three times in a row, with %i jobs',
    { timeout: patience },
    async (jobs) => {
      for (let round = 0; round < 3; round += 1) {
        const result = await judgedReference({}, { jobs });
        expect(bad(result)).toEqual([]);
        expect(result.verdict).toBe('conformant');
        const resolved = result.outcomes
          .flatMap(({ points }) => points)
          .filter((point) => point.resolved.length === 1);
        expect(resolved).toHaveLength(openPoints.length * Object.keys(dialects).length);
      }
    },
  );

  it('conforms over TLS, where nothing is not applicable but what other dialects ask', {
    timeout: patience,
  }, async () => {
    const result = await judgedReference({ tls: true });
    expect(bad(result)).toEqual([]);
    const passed = result.checks
      .filter(({ outcome }) => outcome === 'passed')
      .map((check) => check.requirement);
    expect(passed).toEqual(expect.arrayContaining(['B9', 'B9i']));
  });

  const readings = openPoints.flatMap(({ id, readings: values }) =>
    values.slice(1).map((value) => [id, value] as const),
  );
  it.each(readings)('conforms with %s = %s', { timeout: patience }, async (id, value) => {
    const result = await judgedReference({ readings: { [id]: value } });
    expect(bad(result)).toEqual([]);
    const [own] = result.outcomes.flatMap(({ points }) =>
      points.filter((point) => point.id === id && point.target === 'beam-document'),
    );
    expect(own?.resolved).toContain(value);
  });
});

describe('every fault fails what it breaks, and nothing else', () => {
  const byId = new Map(requirements.map((row) => [row.id, row]));
  const rows = beamFaults(contract.beam.rules).flatMap((fault) =>
    (fault.dialects ?? Object.keys(dialects)).map((dialect) => [fault.id, dialect, fault] as const),
  );
  it.concurrent.each(rows)('%s in %s', { timeout: patience }, async (id, dialect, { breaks }) => {
    const result = await judgedReference({ faults: [id] }, { dialect, answerMs });
    const failed = new Set(
      result.checks.filter(({ outcome }) => outcome === 'failed').map((one) => one.requirement),
    );
    const asked = breaks.filter((one) => byId.get(one)?.applies.dialects?.includes(dialect) ?? true);
    // A row that includes a broken one breaks with it, and so does the open point that it belongs to.
    const mayFail = (one: string): boolean =>
      asked.includes(one) ||
      (byId.get(one)?.includes.some((part) => asked.includes(part)) ?? false) ||
      asked.some((own) => byId.get(own)?.openPoint?.split('.')[0] === one.split('.')[0]);
    expect({
      missed: asked.filter((one) => !failed.has(one)),
      surplus: result.checks
        .filter((one) => one.outcome === 'failed' && !mayFail(one.requirement))
        .map(brief),
      errors: result.checks.filter(({ outcome }) => outcome === 'error').map(brief),
    }).toEqual({ missed: [], surplus: [], errors: [] });
  });
});

describe('no MUST check passes on a server that knows nothing', () => {
  const answers: Readonly<Record<string, (text: string) => readonly string[]>> = {
    'says nothing': () => [],
    echoes: (text) => [text],
    'answers {}': () => ['{}'],
    'sends heartbeats and echoes': (text) => ['{"type":"ping"}', text],
  };
  it.concurrent.each(
    Object.entries(answers).flatMap(([name, answer]) =>
      Object.keys(dialects).map((dialect) => [name, dialect, answer] as const),
    ),
  )('one that %s, as %s', { timeout: patience }, async (_, dialect, answer) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('message', (data) => {
        for (const text of answer(String(data))) socket.send(text);
      });
    });
    await new Promise((resolve) => server.on('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const target = {
      name: 'impostor',
      surface: 'beam',
      dialect,
      urls: { ws: `ws://127.0.0.1:${port}` },
      tokens: { valid: 'a-good-token', revoked: 'a-former-token' },
      handler: { key: 'a-key-that-is-never-sent' },
      drivers: ['beam-handler'],
    };
    const result = await judged([target], { answerMs: 500 });
    const passed = result.checks.filter(({ level, outcome }) => level === 'MUST' && outcome === 'passed');
    expect(passed.map(brief)).toEqual([]);
    expect(result.exit).not.toBe(0);
  });
});
