import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { type RunResult, run } from '../../src/conform/run.ts';
import type { JsonObject } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { startReference } from '../../src/reference/start.ts';
import type { AnyScene } from '../../src/suite/scene.ts';
import type { SuiteFactory } from '../../src/suite/surface.ts';
import type { PusherTarget } from '../../src/target/target.ts';
import { pusherSuite } from './index.ts';

const contract = await loadContract();
const { openPoints, dialects } = contract.pusher;
const suites = { pusher: pusherSuite } as unknown as Readonly<
  Record<'emit' | 'pusher' | 'beam', SuiteFactory>
>;
const patience = 180_000;

interface Options {
  readonly jobs?: number;
  readonly dialect?: string;
  readonly answerMs?: number;
  /** The scenes to perform; what is read from others is then of no interest. */
  readonly scenes?: (scene: AnyScene) => boolean;
  /** Parts of the target entries that are replaced; undefined takes one away. */
  readonly entry?: JsonObject;
}

async function judged(entries: readonly JsonObject[], options: Options = {}): Promise<RunResult> {
  const targets = entries
    .filter(({ dialect }) => options.dialect === undefined || dialect === options.dialect)
    .map((entry) => ({
      headers: {},
      secrets: [],
      tls: {},
      capabilities: [],
      deadlines: { connectMs: 20_000, answerMs: options.answerMs ?? 10_000 },
      warmupMs: 0,
      dedicated: true,
      limits: {},
      excludes: [],
      pins: {},
      clients: [],
      at: 'embedded',
      ...entry,
      ...options.entry,
    })) as unknown as PusherTarget[];
  const planned = targets.map((target) => ({ target, dialect: target.dialect }));
  const { scenes = () => true } = options;
  const plans = makePlan(contract, planned, suites, { only: [], slow: false });
  return run(
    plans.map((plan) => ({ ...plan, scenes: plan.scenes.filter(scenes) })),
    {
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
    },
  );
}

type Reference = Parameters<typeof startReference>[0];

/** A reference server with these deviations, put through the suite. */
async function judgedReference(
  deviations: Partial<Pick<Reference, 'faults' | 'readings' | 'tls'>> = {},
  options: Options = {},
): Promise<RunResult> {
  const reference = await startReference({ contract, port: 0, surfaces: ['pusher'], ...deviations });
  try {
    return await judged(reference.targets(), options);
  } finally {
    await reference.close();
  }
}

const isGood = ({ outcome }: CheckResult): boolean =>
  outcome === 'passed' || outcome === 'ambiguous' || outcome === 'not-applicable';

function brief({ case: id, findings, outcome, reason, requirement, target }: CheckResult): string {
  const [finding] = findings;
  const why = finding ? `${finding.rule}: expected ${finding.expected}, got ${finding.actual}` : reason;
  return `${target} ${id} ${requirement} ${outcome}: ${why}`;
}

const bad = (result: RunResult): string[] => result.checks.filter((check) => !isGood(check)).map(brief);
const failed = (result: RunResult): string[] =>
  result.checks.filter(({ outcome }) => outcome === 'failed').map(brief);

describe('the reference server', () => {
  it.each([1, 16])(
    'conforms as both applications, three times in a row, with %i jobs',
    { timeout: patience },
    async (jobs) => {
      for (let round = 0; round < 3; round += 1) {
        const result = await judgedReference({}, { jobs });
        expect(bad(result)).toEqual([]);
        expect(result.verdict).toBe('conformant');
        for (const dialect of Object.keys(dialects)) {
          const due = openPoints.filter((point) => point.dialects?.includes(dialect) ?? true);
          const outcome = result.outcomes.find(({ points }) =>
            points.some(({ target }) => target === dialect),
          );
          const resolved = outcome?.points.filter((point) => point.resolved.length > 0) ?? [];
          expect(resolved.map(({ id }) => id).sort()).toEqual(due.map(({ id }) => id).sort());
        }
      }
    },
  );

  it('conforms over TLS', { timeout: patience }, async () => {
    const result = await judgedReference({ tls: true });
    expect(bad(result)).toEqual([]);
    const passed = result.checks.filter(({ outcome }) => outcome === 'passed');
    expect(passed.map(({ requirement }) => requirement)).toEqual(
      expect.arrayContaining(['M4', 'D47', 'M12i']),
    );
  });

  const readings = openPoints.flatMap(({ id, readings: values, dialects: own }) =>
    values.slice(1).map((value) => [id, value, own?.[0] ?? 'dryapi'] as const),
  );
  it.each(readings)('conforms with %s = %s', { timeout: patience }, async (id, value, dialect) => {
    const result = await judgedReference({ readings: { [id]: value } }, { dialect, jobs: 8 });
    // Who is never pinged is pinged in no way at all.
    const unanswered = value === 'stays-open' ? 'A11.ping' : '';
    const left = result.checks.filter((check) => !isGood(check) && check.requirement !== unanswered);
    expect(left.map(brief)).toEqual([]);
    const [point] = result.outcomes.flatMap(({ points }) => points.filter((one) => one.id === id));
    expect(point?.resolved).toContain(value);
  });

  it('conforms within twelve jobs', { timeout: patience }, async () => {
    const result = await judgedReference({}, { dialect: 'dryapi', entry: { limits: { jobs: 12 } } });
    expect(result.verdict).toBe('conformant');
    const dropped = result.checks.filter(({ outcome }) => outcome === 'untestable');
    expect(dropped.filter(({ level }) => level === 'MUST').map(brief)).toEqual([]);
    expect(dropped.length).toBeGreaterThan(0);
  });
});

describe('the same server as another target', () => {
  const entryOf = async (change: (entry: JsonObject) => JsonObject): Promise<RunResult> => {
    const reference = await startReference({ contract, port: 0, surfaces: ['pusher'] });
    try {
      const entries = reference.targets().filter(({ dialect }) => dialect === 'dryapi');
      return await judged(entries.map(change));
    } finally {
      await reference.close();
    }
  };
  const without = (entry: JsonObject, ...keys: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
  const urlsOf = ({ urls }: JsonObject): JsonObject => urls as JsonObject;

  it('conforms as a relay that has a secret and no auth endpoint', { timeout: patience }, async () => {
    const result = await entryOf((entry) => ({
      ...without(entry, 'jobs', 'clients', 'control'),
      role: 'relay',
      drivers: ['pusher-http'],
      urls: without(urlsOf(entry), 'auth', 'api'),
    }));
    const must = result.checks.filter(({ level, outcome }) => level === 'MUST' && outcome !== 'not-run');
    expect(must.filter((check) => !isGood(check)).map(brief)).toEqual([]);
    expect(failed(result)).toEqual([]);
    expect(result.verdict).toBe('conformant');
    const payloads = must.filter(({ requirement }) => ['D25', 'D32', 'D49', 'D43'].includes(requirement));
    expect(payloads.every(({ outcome }) => outcome === 'not-applicable')).toBe(true);
  });

  it('is judged without its secret through its auth endpoint', { timeout: patience }, async () => {
    const result = await entryOf((entry) => ({
      ...without(entry, 'app'),
      app: without(entry.app as JsonObject, 'secret'),
      drivers: ['jobs-rest'],
      urls: without(urlsOf(entry), 'trigger'),
    }));
    expect(failed(result)).toEqual([]);
    const passed = new Set(
      result.checks.filter(({ outcome }) => outcome === 'passed').map(({ requirement }) => requirement),
    );
    for (const id of ['D53', 'D16', 'D49', 'D43', 'D48', 'D17', 'D36', 'PS5']) expect(passed).toContain(id);
  });

  it('is judged by its auth endpoint alone', { timeout: patience }, async () => {
    const result = await entryOf((entry) => ({
      ...without(entry, 'jobs', 'control'),
      drivers: ['none'],
      urls: { auth: urlsOf(entry).auth ?? null },
    }));
    expect(failed(result)).toEqual([]);
    const passed = new Set(
      result.checks.filter(({ outcome }) => outcome === 'passed').map(({ requirement }) => requirement),
    );
    for (const id of ['D45', 'D46', 'D7', 'D48', 'D17', 'D36', 'D37', 'D42', 'PA2', 'PA3'])
      expect(passed).toContain(id);
    const rest = result.checks.filter((check) => !isGood(check));
    expect(rest.every(({ outcome, reason }) => outcome === 'untestable' && (reason ?? '') !== '')).toBe(true);
  });

  it('says what an application without an auth endpoint leaves untested', { timeout: patience }, async () => {
    const result = await entryOf((entry) => ({ ...entry, urls: without(urlsOf(entry), 'auth') }));
    expect(failed(result)).toEqual([]);
    const [granted] = result.checks.filter(({ case: id }) => id === 'pusher/auth-endpoint/form/right');
    expect(granted).toMatchObject({
      outcome: 'untestable',
      reason: expect.stringContaining('no auth endpoint'),
    });
  });
});
