import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { faults } from '../../scripts/clients/faults.js';
import { makePlan } from '../../src/conform/plan.ts';
import { type RunResult, run } from '../../src/conform/run.ts';
import { loadContract } from '../../src/contract/load.ts';
import { packageRoot } from '../../src/contract/spec-files.ts';
import { type ClientSurface, clientTarget } from '../../src/target/from-command.ts';
import { clientSuites, suites } from '../index.ts';

const contract = await loadContract();
const groupOf = new Map(contract.pusher.requirements.map(({ id, group }) => [id, group]));
const wellBehaved = `${process.execPath} ${join(packageRoot(), 'scripts/clients/well-behaved.js')}`;

/** All of it for each fault takes minutes of processor time: `PLUMBLINE_CLIENT_FAULTS=whole npx vitest run suites/clients`. */
const isWhole = process.env.PLUMBLINE_CLIENT_FAULTS === 'whole';

interface Asked {
  /** What the run calls it. */
  readonly name: string;
  readonly surface?: ClientSurface;
  readonly command: string;
  readonly dialect?: string;
  /** Ids and patterns; none: all of it. */
  readonly only?: readonly string[];
}

/** Judges clients in one run, since most of it is waiting. */
async function judged(
  asked: readonly Asked[],
  { slow = false, multiplier = 1 }: { readonly slow?: boolean; readonly multiplier?: number } = {},
): Promise<RunResult> {
  const targets = asked.map(({ name, command, surface, dialect = 'dryapi' }) => ({
    target: { ...clientTarget(command, dialect, surface), name },
    dialect,
  }));
  const only = asked.flatMap(({ name, only: some = ['**'] }) => some.map((pattern) => `${name}:${pattern}`));
  return run(makePlan(contract, targets, { ...suites, ...clientSuites }, { only, slow }), {
    ...{ jobs: 48, seed: 1, multiplier, level: 'should', slow, bail: false, waitMs: 0, repeat: 1 },
    ...{ version: 'test', contractHash: contract.hash, command: '', reporters: [] },
    signal: new AbortController().signal,
  });
}

/** Ids of the requirements that a client has failed. */
function failures({ checks }: RunResult, name: string): string[] {
  const failed = checks.filter(({ outcome, target }) => outcome === 'failed' && target === name);
  return [...new Set(failed.map(({ requirement }) => requirement))];
}

function exitOf({ targets }: RunResult, name: string): number | undefined {
  return targets.find(({ target }) => target === name)?.exit;
}

const isOneOf = (id: string, breaks: readonly string[]): boolean =>
  breaks.some((broken) => groupOf.get(broken)?.includes(id));

/** Those of some requirements that bear a check in a dialect: only these can be selected. */
function known(ids: readonly string[], dialect: string): string[] {
  const target = clientTarget(wellBehaved, dialect);
  const all = { ...suites, ...clientSuites };
  const [plan] = makePlan(contract, [{ target, dialect }], all, { only: [], slow: true });
  const bearing = (plan?.checks ?? []).map(({ requirement }) => requirement);
  return [...new Set(bearing.filter((id) => isOneOf(id, ids)))];
}

describe('a client that does all that is asked of it', () => {
  it.each(['modelbeam', 'dryapi'])('is conformant, as %s', { timeout: 120_000 }, async (dialect) => {
    const { checks, exit, verdict } = await judged([{ name: 'good', command: wellBehaved, dialect }]);
    const others = checks.filter(({ outcome }) => !['passed', 'not-applicable', 'not-run'].includes(outcome));
    expect(others.map(({ case: id, outcome, reason }) => `${id} ${outcome} ${reason}`)).toEqual([]);
    expect({ exit, verdict }).toEqual({ exit: 0, verdict: 'conformant' });
  });
});

describe('a client with a fault', () => {
  const due = Object.entries(faults).filter(([, { slow }]) => isWhole || !slow);
  let result: RunResult;
  beforeAll(async () => {
    result = await judged(
      due.map(([name, { breaks, dialect = 'dryapi' }]) => ({
        ...{ name, dialect, command: `${wellBehaved} --fault ${name}` },
        ...(isWhole ? {} : { only: [...known(breaks, dialect), 'pusher-client/keep-alive/pong'] }),
      })),
      { slow: isWhole },
    );
  }, 600_000);

  it.each(due)(
    '%s fails the checks of what it breaks, and no other',
    (name, { breaks, dialect = 'dryapi' }) => {
      const failed = failures(result, name);
      expect(failed.filter((id) => !isOneOf(id, breaks))).toEqual([]);
      const asked = breaks.filter((id) => known([id], dialect).length > 0);
      expect(asked.filter((id) => !failed.some((one) => isOneOf(one, [id])))).toEqual([]);
      expect(exitOf(result, name)).toBe(1);
    },
  );

  it('is there for every check of a client', () => {
    const asked = Object.keys(contract.pusher.dialects).flatMap((dialect) => {
      const { cases, monitors } = clientSuites.pusher(contract, dialect);
      return [
        ...cases.flatMap(({ checks }) => Object.keys(checks)),
        ...monitors.flatMap(({ checks }) => checks),
      ];
    });
    const broken = Object.values(faults).flatMap(({ breaks }) => breaks);
    // The same judge for another level, in the other dialect.
    const alike: Readonly<Record<string, string>> = { D40: 'M25' };
    expect([...new Set(asked)].filter((id) => !isOneOf(alike[id] ?? id, broken))).toEqual([]);
  });
});

describe('a client that watches a job', () => {
  const watcher = `${process.execPath} ${join(packageRoot(), 'scripts/clients/job-watcher.js')}`;
  const ws = 'const{WebSocket}=require("ws");const w=new WebSocket(process.env.PLUMBLINE_STREAM_URL);';
  const inline = (code: string): string => `${process.execPath} -e '${ws}${code}'`;

  it.each([
    ['closes', watcher, { failed: [], passed: 2 }],
    [
      'ends at the end',
      inline('w.on("message",m=>/completed|dead/.test(m)&&process.exit())'),
      { failed: [], passed: 2 },
    ],
    ['stays', `${watcher} --fault stays`, { failed: ['E45'], passed: 0 }],
    ['leaves at once', inline('w.on("open",()=>w.close())'), { failed: [], passed: 0 }],
    ['has another token', inline('').replace('STREAM_URL', 'STREAM_URL+"x"'), { failed: [], passed: 0 }],
  ])('and %s', { timeout: 60_000 }, async (_how, command, expected) => {
    const result = await judged([{ name: 'watcher', command, surface: 'emit', dialect: 'emit@1' }], {
      multiplier: 0.5,
    });
    const passed = result.checks.filter(({ outcome }) => outcome === 'passed').length;
    expect({ failed: failures(result, 'watcher'), passed }).toEqual(expected);
  });
});

describe('what is no client', () => {
  const node = (code: string): string => `${process.execPath} -e '${code}'`;
  const dial = 'const n=require("net").connect(process.env.PLUMBLINE_PORT,process.env.PLUMBLINE_HOST);';
  const absent = {
    'ends-at-once': { command: 'exit 7', reason: 'ended before it dialled in' },
    'no-command': { command: 'there-is-no-such-command', reason: 'ended before it dialled in' },
    noise: {
      command: node(`${dial}n.write(Buffer.alloc(4096,7));n.on("error",()=>{})`),
      reason: 'ended before it dialled in',
    },
    cat: { command: 'cat', reason: 'never dialled in' },
  };
  const ws = `const{WebSocket}=require("ws");const e=process.env;const w=new WebSocket("ws://"+e.PLUMBLINE_HOST+":"+e.PLUMBLINE_PORT+"/app/"+e.PLUMBLINE_APP_KEY);w.on("error",()=>{});`;
  const present = {
    silent: node(ws),
    echo: node(`${ws}w.on("message",m=>w.send(String(m)))`),
    babble: node(`${ws}w.on("open",()=>setInterval(()=>w.send(Math.random().toString(36)),50))`),
    forger: node(
      `${ws}w.on("message",m=>w.send(JSON.stringify({event:"pusher:subscribe",data:{channel:e.PLUMBLINE_CHANNEL,auth:e.PLUMBLINE_APP_KEY+":"+"0".repeat(64)}})))`,
    ),
  };
  let result: RunResult;
  beforeAll(async () => {
    const commands = Object.entries(absent).map(([name, { command }]) => [name, command] as const);
    const all = [...commands, ...Object.entries(present)].map(([name, command]) => ({ name, command }));
    result = await judged(all, { multiplier: 0.4 });
  }, 300_000);

  it.each(Object.entries(absent))('%s is not there, and nothing is held against it', (name, { reason }) => {
    expect(exitOf(result, name)).toBe(3);
    expect(failures(result, name)).toEqual([]);
    const [first] = result.checks.filter(({ outcome, target }) => outcome === 'error' && target === name);
    expect(first?.reason).toContain(reason);
  });

  it.each(Object.keys(present))('%s passes no check, and fails', (name) => {
    const of = result.checks.filter(({ target }) => target === name);
    expect(of.filter(({ outcome }) => outcome === 'passed')).toEqual([]);
    expect(failures(result, name)).toContain('D54');
    expect(exitOf(result, name)).toBe(1);
  });
});
