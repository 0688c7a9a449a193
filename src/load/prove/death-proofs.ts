import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NullFaults } from '../null/options.ts';
import { startNullTarget } from '../perform/null-target.ts';
import { readLoad } from '../report/read-load.ts';
import { RunFiles } from '../run/run-files.ts';
import { runLoad } from '../run/run-load.ts';
import { shapeOf } from './attempt.ts';
import { isThere, offspringOf } from './offspring.ts';
import { plainRun } from './plain-run.ts';
import { type Bench, holds, lookAgain, type Proof, type Row, same } from './proof.ts';

/** How long processes may take to notice that whoever gave them orders is gone. */
const noticeMs = 15_000;

const victims = ['publisher', 'probes', 'sentinel', 'generator'] as const;

/** Whichever process is killed, the others end, the run says so, and what it knew until then can be read. */
export const deathProof: Proof = {
  id: 'killed processes',
  says: 'whichever process is killed, the others end by themselves and what was known can be read',
  perform: async (bench) => {
    const rows: Row[] = [];
    const main = bench.drivers.find(({ name }) => name === 'node') ?? bench.drivers[0];
    if (!main) return rows;
    for (const victim of victims) {
      for (const driver of victim === 'generator' ? bench.drivers : [main]) {
        const what = `kill -9 ${victim} · ${driver.name}`;
        bench.say(what);
        rows.push(...(await lookAgain(bench, what, () => victimRows(bench, driver, victim))));
      }
    }
    for (const driver of bench.drivers) {
      for (const faults of [{}, { deafToClose: true }]) {
        const where = { proof: coordinatorProof(faults), surface: 'pusher', driver: driver.name } as const;
        const what = `${where.proof} · ${driver.name}`;
        bench.say(what);
        rows.push(...(await lookAgain(bench, what, () => coordinatorRows(bench, where, faults))));
      }
    }
    return rows;
  },
};

type Driver = Bench['drivers'][number];

async function victimRows(
  bench: Bench,
  driver: Driver,
  victim: (typeof victims)[number],
): Promise<readonly Row[]> {
  const where = { proof: `kill -9 ${victim}`, surface: 'pusher', driver: driver.name } as const;
  const server = await startNullTarget(bench.contract);
  const folder = await mkdtemp(join(bench.folder, 'killed-'));
  const files = new RunFiles(folder);
  const seen = new Map<number, string>();
  let isKilled = false;
  try {
    const result = await runLoad({
      ...plainRun(bench, driver, server.target('pusher'), folder),
      stages: [shapeOf({ pace: [{ rate: 50, publishes: 400 }] })],
      files,
      listener: {
        ...{ phase: () => {}, stageStarted: () => {}, stageEnded: () => {} },
        progress: (_stage, { record }, pids) => {
          for (const [name, pid] of Object.entries(pids)) if (name !== 'coordinator') seen.set(pid, name);
          // Not before a second of it is written.
          if (isKilled || !(record.startAt > 0) || record.publishes.length < 50) return;
          isKilled = true;
          process.kill(pids[victim] ?? 0, 'SIGKILL');
        },
      },
    });
    files.close();
    const left = [...seen].filter(([pid]) => isThere(pid)).map(([, name]) => name);
    return [
      same(where, 'processes that are left', '', left.join(', ')),
      same(where, 'verdict', 'incomplete, exit 3', `${result.verdict}, exit ${result.exit}`),
      holds(where, 'the reason names it', victim, result.reason, result.reason.includes(nameOf(victim))),
      ...(await readableRows(bench, where, folder)),
    ];
  } finally {
    await server.close();
  }
}

function nameOf(victim: (typeof victims)[number]): string {
  return victim === 'generator' ? 'bulk' : victim;
}

function coordinatorProof({ deafToClose }: NullFaults): string {
  return `kill -9 coordinator${deafToClose ? ' of a deaf server' : ''}`;
}

/** The coordinator in a process of its own: nobody is left then to end the others, or to write anything. */
export async function coordinatorRows(
  bench: Pick<Bench, 'contract' | 'folder' | 'coordinator'>,
  where: { readonly proof: string; readonly surface: 'pusher'; readonly driver: Driver['name'] },
  faults: NullFaults,
): Promise<readonly Row[]> {
  const server = await startNullTarget(bench.contract, { faults });
  const folder = await mkdtemp(join(bench.folder, 'killed-'));
  await writeFile(join(folder, 'target.json'), JSON.stringify({ targets: [server.written('pusher')] }));
  const { command, args } = bench.coordinator(folder, where.driver);
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let others: readonly number[] = [];
  try {
    const isWritten = await until(async () => (await windowsIn(folder)) >= 2, 60_000);
    others = offspringOf(child.pid ?? 0);
    child.kill('SIGKILL');
    const isOver = await until(async () => !others.some(isThere), noticeMs);
    return [
      same(where, 'seconds that were written before', 'at least 2', isWritten ? 'at least 2' : 'fewer'),
      holds(where, 'processes beside it', 'at least 4', String(others.length), others.length >= 4),
      same(where, 'processes that are left', '', isOver ? '' : others.filter(isThere).join(', ')),
      ...(await readableRows(bench, where, folder)),
    ];
  } finally {
    child.kill('SIGKILL');
    // The row has said that they were left; they shall not stay for ever.
    for (const pid of others) if (isThere(pid)) process.kill(pid, 'SIGKILL');
    await server.close();
  }
}

/** What `report --partial` reads, and each publish that was told of. */
async function readableRows(
  bench: Pick<Bench, 'contract'>,
  where: Pick<Row, 'proof' | 'surface' | 'driver'>,
  folder: string,
): Promise<readonly Row[]> {
  const text = await readFile(join(folder, 'events.ndjson'), 'utf8');
  const result = readLoad('events.ndjson', text, bench.contract.formats, true);
  const publishes = (await readFile(join(folder, 'publishes.ndjson'), 'utf8')).split('\n').filter(Boolean);
  const torn = publishes.filter((line, at) => !isJson(line) && at < publishes.length - 1);
  const windows = result.stages.reduce((sum, stage) => sum + stage.windows.length, 0);
  return [
    same(
      where,
      'verdict of what was written',
      'incomplete, exit 3',
      `${result.verdict}, exit ${result.exit}`,
    ),
    holds(where, 'seconds in it', 'at least 1', String(windows), windows >= 1),
    holds(where, 'publishes in it', 'at least 1', String(publishes.length), publishes.length >= 1),
    same(where, 'publishes that cannot be read', 0, torn.length),
  ];
}

async function windowsIn(folder: string): Promise<number> {
  const file = join(folder, 'events.ndjson');
  if (!existsSync(file)) return 0;
  return (await readFile(file, 'utf8')).split('"event":"window"').length - 1;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Whether it became so in time; asked ten times a second. */
async function until(isSo: () => Promise<boolean>, ms: number): Promise<boolean> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) return false;
    await sleep(100);
  }
  return true;
}
