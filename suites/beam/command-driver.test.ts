import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CheckResult } from '../../src/conform/check-result.ts';
import { makePlan } from '../../src/conform/plan.ts';
import type { RunResult } from '../../src/conform/run.ts';
import { runPlans } from '../../src/conform/run-toy.ts';
import { loadContract } from '../../src/contract/load.ts';
import { startReference } from '../../src/reference/start.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { BeamTarget } from '../../src/target/target.ts';
import { suites } from '../index.ts';

const contract = await loadContract();
const patience = 120_000;
let folder: string;
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-command-'));
  return () => rm(folder, { recursive: true, force: true });
});

/** A program of a few lines around one function, which makes a result of `q.body`, or throws. */
async function programOf(answer: string): Promise<string> {
  const file = join(folder, `driver-${serial++}.cjs`);
  await writeFile(
    file,
    `const { createHmac, createHash } = require('node:crypto');
    const answer = ${answer};
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const q = JSON.parse(line);
      try { console.log(JSON.stringify({ id: q.id, ok: true, result: answer(q.body) })); }
      catch (error) { console.log(JSON.stringify({ id: q.id, ok: false, error: error.message })); }
    });`,
  );
  return `node ${file}`;
}

/** Knows what the handler of the reference server makes of an input; here by its key. */
const knowing = (key: string): string => `({ nonce, op, n }) => {
  const proof = createHmac('sha256', ${JSON.stringify(key)}).update(nonce).digest('hex');
  const outputs = { transform: [{ nonce, proof }], fail: [],
    stream: Array.from({ length: n ?? 0 }, (_, index) => ({ proof, index })) };
  return { send: JSON.stringify({ nonce, op, n }), outputs: outputs[op] };
}`;

const commanded = (target: BeamTarget, run: string, verbs: readonly string[] = ['input']): BeamTarget => {
  const { handler: _, ...rest } = target;
  return { ...rest, drivers: ['command'], command: { run, verbs } };
};

async function judged(target: BeamTarget, ...only: readonly string[]): Promise<RunResult> {
  const plans = makePlan(contract, [{ target, dialect: target.dialect }], suites, { only, slow: false });
  return runPlans(plans, { multiplier: 1, jobs: 8 });
}

/** The reference server, broken in some ways or in none, and its key. */
async function withReference<T>(
  faults: readonly string[],
  use: (target: BeamTarget, key: string) => Promise<T>,
): Promise<T> {
  const reference = await startReference({ contract, port: 0, surfaces: ['beam'], faults: [...faults] });
  try {
    const [target] = (await targetsOf(reference.targets(), 'embedded', contract)) as BeamTarget[];
    if (!target?.handler) throw new Error('no beam target');
    const deadlines = { connectMs: 10_000, answerMs: 2000 };
    return await use({ ...target, deadlines }, target.handler.key);
  } finally {
    await reference.close();
  }
}

const key = (check: CheckResult): string => `${check.case} ${check.requirement}`;
const failures = ({ checks }: RunResult): string[] =>
  checks.filter(({ outcome }) => outcome === 'failed').map(key);
const said = ({ checks }: RunResult, prefix: string): string[] => [
  ...new Set(
    checks
      .filter(
        (check) => check.case.startsWith(prefix) && !['not-run', 'not-applicable'].includes(check.outcome),
      )
      .map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome}: ${reason}`)),
  ),
];

describe('an endpoint whose handler a command speaks for', () => {
  it('passes all that it passes by our handler, but for what only that one knows', {
    timeout: patience,
  }, async () => {
    await withReference([], async (target, secret) => {
      const byHandler = await judged(target);
      const result = await judged(commanded(target, await programOf(knowing(secret))));
      const passed = new Set(byHandler.checks.filter(({ outcome }) => outcome === 'passed').map(key));
      const left = result.checks.filter((check) => passed.has(key(check)) && check.outcome !== 'passed');
      expect(left.map((check) => `${key(check)}: ${check.outcome}: ${check.reason}`)).toEqual([
        'beam/robustness/unicode B6: untestable: no driver beam-handler: only of that handler it is known what it makes of this',
        'beam/robustness/further-keys B6: untestable: no driver beam-handler: only of that handler it is known what it makes of this',
      ]);
      expect(failures(result)).toEqual([]);
    });
  });

  it('names the operation that the command lacks', { timeout: patience }, async () => {
    await withReference([], async (target, secret) => {
      const some = commanded(target, await programOf(knowing(secret)), ['input:transform']);
      const result = await judged(some, 'beam/operation/**', 'beam/flow/failure-then-life/**');
      expect(said(result, 'beam/operation/transform/')).toEqual(['passed']);
      expect(said(result, 'beam/operation/stream/')).toEqual(['untestable: no driver performs input:stream']);
      expect(said(result, 'beam/flow/failure-then-life/')).toEqual([
        'untestable: no driver performs input:fail',
      ]);
      expect(result.exit).toBe(4);
    });
  });

  it.each([
    ['beam/output-elsewhere', 'B6'],
    ['beam/output-as-array', 'B16'],
    ['beam/stream-drops-one', 'B7'],
    ['beam/stream-in-one-frame', 'B7'],
    ['beam/stream-out-of-order', 'B7i'],
    ['beam/waits-for-a-subscription', 'B13'],
  ])('is caught at %s, which breaks %s', { timeout: patience }, async (fault, requirement) => {
    await withReference([fault], async (target, secret) => {
      const only = ['beam/operation/**', 'beam/flow/two-connections-isolated/**'];
      const result = await judged(commanded(target, await programOf(knowing(secret))), ...only);
      const failed = result.checks.filter(({ outcome }) => outcome === 'failed');
      expect(failed.map((check) => check.requirement)).toContain(requirement);
    });
  });
});

describe('a handler that is not ours at all', () => {
  /** Upper-cases words, and says each back in plain text with its length. */
  const serving = async <T>(
    reply: (socket: WebSocket, text: string) => void,
    use: (url: string) => Promise<T>,
  ) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => socket.on('message', (data) => reply(socket, String(data))));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      return await use(`ws://127.0.0.1:${port}/`);
    } finally {
      for (const client of server.clients) client.terminate();
      server.close();
    }
  };
  const upper = `({ nonce, op }) => {
    if (op !== 'transform') throw new Error('it only transforms');
    return { send: 'say ' + nonce, outputs: ['SAID ' + nonce.toUpperCase()] };
  }`;
  const target = async (url: string, answer: string): Promise<BeamTarget> => {
    const [made] = await targetsOf(
      [
        {
          name: 'theirs',
          surface: 'beam',
          dialect: 'document',
          urls: { ws: url },
          tokens: { valid: 'a-valid-token' },
          deadlines: { answerMs: 1500 },
          command: { run: await programOf(answer), verbs: ['input:transform'] },
        },
      ],
      'a test',
      contract,
    );
    if (made?.surface !== 'beam') throw new Error('no beam target');
    return made;
  };
  const only = ['beam/operation/transform/**', 'beam/flow/one-after-another/**'];

  it('is judged by its own answers, and not by the form of what it never said was JSON', async () => {
    await serving(
      (socket, text) => socket.send(text.replace('say ', 'SAID ').toUpperCase()),
      async (url) => {
        const result = await judged(await target(url, upper), ...only);
        expect(failures(result)).toEqual([]);
        expect(said(result, 'beam/flow/one-after-another/')).toEqual(['passed']);
        expect(said(result, 'beam/operation/transform/form')).toEqual([
          'untestable: there was no output to be judged',
        ]);
      },
    );
  });

  it('is failed where it stops answering what it answered before', { timeout: patience }, async () => {
    await serving(
      (socket, text) => {
        const count = Object.assign(socket, { count: ((socket as { count?: number }).count ?? 0) + 1 }).count;
        if (count !== 2) socket.send(text.replace('say ', 'SAID ').toUpperCase());
      },
      async (url) => {
        const result = await judged(await target(url, upper), 'beam/flow/one-after-another/single-viewer/**');
        expect(failures(result)).toEqual(['beam/flow/one-after-another/single-viewer/2-output B6']);
      },
    );
  });

  it.each<[string, (socket: WebSocket, text: string) => void]>([
    ['echoes', (socket, text) => socket.send(text)],
    ['says nothing', () => {}],
    ['says the same to everybody', (socket) => socket.send('SAID HELLO, WHOEVER YOU ARE')],
  ])(
    'passes nothing and fails nothing of its answers where it %s',
    { timeout: patience },
    async (_, reply) => {
      await serving(reply, async (url) => {
        const result = await judged(await target(url, upper), ...only);
        expect(result.checks.filter(({ outcome }) => outcome === 'passed').map(key)).toEqual([]);
        expect(failures(result)).toEqual([]);
        expect(result.exit).toBe(4);
      });
    },
  );
});

describe('a command that is broken', () => {
  it.each([
    ['dies', '() => process.exit(3)', 'input: the command ended with code 3'],
    ['hangs', '() => { for (;;) {} }', 'input: the command gave no reply within 2000 ms'],
    ['says nothing of use', '() => ({})', 'input: the result of the command has no text to send: {}'],
    [
      'foretells an echo',
      '({ nonce }) => ({ send: "say " + nonce, outputs: [nonce] })',
      'input: the result of the command foretells of output 0 what stands in the input itself',
    ],
    [
      'foretells the same of all',
      '({ nonce }) => ({ send: nonce, outputs: ["whatever you say, sir"] })',
      'input: the result of the command foretells of output 0 what it has foretold before',
    ],
  ])(
    '%s: an error, and nothing is held against the target',
    { timeout: patience },
    async (_, answer, reason) => {
      await withReference([], async (target) => {
        const broken = commanded(target, await programOf(answer));
        const result = await judged(broken, 'beam/flow/many-inputs/single-viewer/**');
        const [only, ...more] = said(result, 'beam/flow/many-inputs/');
        expect(more).toEqual([]);
        expect(only).toContain(`error: ${reason}`);
        expect(failures(result)).toEqual([]);
        expect(result.exit).toBe(3);
      });
    },
  );

  it('leaves untested what it says it cannot write', { timeout: patience }, async () => {
    await withReference([], async (target) => {
      const refusing = commanded(target, await programOf('() => { throw new Error("no such operation"); }'));
      const result = await judged(refusing, 'beam/flow/one-input/single-viewer/**');
      expect(said(result, 'beam/flow/one-input/')[0]).toMatch(
        /^untestable: .*the command could not input: no such operation/,
      );
      expect(result.exit).toBe(4);
    });
  });
});
