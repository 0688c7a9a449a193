import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import { type RunResult, run } from '../../src/conform/run.ts';
import { isObject, type JsonObject, parseJson } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { allFaults } from '../../src/reference/faults.ts';
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

describe('every fault fails what it breaks, and nothing else', () => {
  const byId = new Map(contract.pusher.requirements.map((row) => [row.id, row]));
  const dialectsOf = (id: string): readonly string[] =>
    byId.get(id)?.applies.dialects ?? Object.keys(dialects);
  const groupOf = (id: string): readonly string[] => byId.get(id)?.group ?? [id];
  /** What depends on when events happen to come, so that it is not among what a fault always breaks. */
  const sometimes: Readonly<Record<string, readonly string[]>> = {
    'pusher/delivered-to-other-channel': ['PS10'],
  };
  /** Bad frames take time, one after the other: only the faults that they are for are put to them. */
  const scenesFor = (id: string) => (scene: AnyScene) =>
    id.includes('/dies-of-')
      ? ['pusher/connecting', id.replace('dies-of-', 'hostile-')].includes(scene.id)
      : scene.phase === 'ordinary' ||
        ['pusher/revoked-midway', 'pusher/hostile-forged-update'].includes(scene.id);
  const rows = allFaults(contract)
    .filter(({ surface }) => surface === 'pusher')
    .map((fault) => {
      const [first = ''] = fault.breaks;
      const known = fault.dialects ?? dialectsOf(first);
      return [fault.id, known.includes('dryapi') ? 'dryapi' : 'modelbeam', fault] as const;
    });

  it.concurrent.each(rows)('%s in %s', { timeout: patience }, async (id, dialect, { breaks }) => {
    const result = await judgedReference(
      { faults: [id] },
      { dialect, jobs: 4, answerMs: 3000, scenes: scenesFor(id) },
    );
    const seen = new Set(
      result.checks
        .filter(({ outcome }) => outcome === 'failed')
        .flatMap(({ requirement }) => groupOf(requirement)),
    );
    const asked = breaks.filter((one, at) => at === 0 || dialectsOf(one).includes(dialect));
    const broken = new Set([...breaks, ...(sometimes[id] ?? [])].flatMap(groupOf));
    const mayFail = (one: string): boolean =>
      groupOf(one).some(
        (member) => broken.has(member) || (byId.get(member)?.includes.some((part) => mayFail(part)) ?? false),
      );
    expect({
      missed: asked.filter((one) => !seen.has(one)),
      surplus: result.checks
        .filter((one) => one.outcome === 'failed' && !mayFail(one.requirement))
        .map(brief),
      errors: result.checks
        .filter(({ outcome, reason }) => outcome === 'error' && !reason?.includes('never performed'))
        .map(brief),
    }).toEqual({ missed: [], surplus: [], errors: [] });
  });
});

describe('no MUST check passes on a server that knows nothing', () => {
  const greeting = JSON.stringify({
    event: 'pusher:connection_established',
    data: JSON.stringify({ socket_id: '1.1', activity_timeout: 30 }),
  });
  type Impostor = { readonly greets: boolean; readonly answer: (text: string) => readonly string[] };
  const impostors: Readonly<Record<string, Impostor>> = {
    'says nothing': { greets: false, answer: () => [] },
    echoes: { greets: false, answer: (text) => [text] },
    'greets and echoes': { greets: true, answer: (text) => [text] },
    'accepts every subscription': { greets: true, answer: (text) => answered(text, () => 'granted') },
    'refuses every subscription': { greets: true, answer: (text) => answered(text, () => 'refused') },
  };
  it.concurrent.each(
    Object.entries(impostors).flatMap(([name, impostor]) =>
      Object.keys(dialects).map((dialect) => [name, dialect, impostor] as const),
    ),
  )('one that %s, as %s', { timeout: patience }, async (_, dialect, { greets, answer }) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    server.on('connection', (socket: WebSocket) => {
      socket.on('error', () => {});
      if (greets) socket.send(greeting);
      socket.on('message', (data) => {
        for (const text of answer(String(data))) socket.send(text);
      });
    });
    await new Promise((resolve) => server.on('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const target = {
      name: 'impostor',
      surface: 'pusher',
      dialect,
      role: 'application',
      urls: {
        ws: `ws://127.0.0.1:${port}`,
        auth: `http://127.0.0.1:${port}/broadcasting/auth`,
        trigger: `http://127.0.0.1:${port}`,
        api: `http://127.0.0.1:${port}`,
      },
      app: { id: '1', key: 'some-key', secret: 'a-secret-that-is-never-sent' },
      clients: [
        { id: '42', tenant: 'own', tokens: { api: 'a-good-token', revoked: 'a-former-token' } },
        { id: '43', tenant: 'foreign', tokens: { api: 'a-foreign-token' } },
      ],
      drivers: ['jobs-rest', 'pusher-http'],
      jobs: { submit: { path: '/submit', body: {} }, status: { path: '/status/{request}' } },
    };
    const result = await judged([target], { answerMs: 400 });
    const passed = result.checks.filter(({ level, outcome }) => level === 'MUST' && outcome === 'passed');
    expect(passed.map(brief)).toEqual([]);
    expect(result.exit).not.toBe(0);
  });

  function answered(text: string, decide: () => 'granted' | 'refused'): readonly string[] {
    const message = parseJson(text);
    if (!isObject(message)) return [];
    const { event, data } = message;
    if (event === 'pusher:ping') return ['{"event":"pusher:pong","data":{}}'];
    if (event !== 'pusher:subscribe') return [];
    const channel = isObject(data) ? (data.channel ?? '') : '';
    return [
      JSON.stringify(
        decide() === 'granted'
          ? { event: 'pusher_internal:subscription_succeeded', channel, data: '{}' }
          : { event: 'pusher:subscription_error', channel, data: { status: 401 } },
      ),
    ];
  }
});
