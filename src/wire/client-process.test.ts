import { afterEach, expect, it } from 'vitest';
import { ClientProcess, processPeer } from './client-process.ts';
import type { Fact } from './event.ts';
import { Transcript } from './transcript.ts';

const transcripts: Transcript[] = [];
const processes: ClientProcess[] = [];

afterEach(async () => {
  await Promise.all(processes.splice(0).map((child) => child.end()));
});

function start(code: string, env: Readonly<Record<string, string>> = {}): ClientProcess {
  const transcript = new Transcript();
  transcripts.unshift(transcript);
  const child = new ClientProcess(transcript, `${process.execPath} -e '${code}'`, env);
  processes.push(child);
  return child;
}

/** What the process that was started last has printed, or its end. */
function facts(name: string): Fact[] {
  const events = transcripts[0]?.events ?? [];
  return events.filter(
    (one): one is Fact => one.kind === 'fact' && one.peer === processPeer && one.name === name,
  );
}

async function seen(name: string, count = 1): Promise<Fact[]> {
  await transcripts[0]?.next(() => facts(name).length >= count, { ms: 10_000 });
  return facts(name);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('is told by its environment and its input, and what it prints is written down line by line', async () => {
  const child = start(
    'console.log(process.env.WHERE);process.stdin.on("data",d=>{console.log("heard "+d);process.exit(3)})',
    { WHERE: 'here' },
  );
  await seen('stdout');
  child.tell('leave');
  expect((await seen('exited')).map(({ value }) => value)).toEqual([{ code: 3, signal: null }]);
  await child.end();
  expect(facts('stdout').map(({ value }) => value)).toEqual(['here', 'heard leave', '']);
  expect(child.isOver).toBe(true);
});

it('ends with its input, if it knows that', async () => {
  const child = start('process.stdin.on("end",()=>process.exit(5)).resume();console.log(1)');
  await seen('stdout');
  await child.end();
  expect(facts('exited').map(({ value }) => value)).toEqual([{ code: 5, signal: null }]);
});

it('is ended though it ignores whatever it is told, and so is what it has started', async () => {
  const grandchild = 'setInterval(()=>{},1000)';
  const child = start(
    `process.on("SIGTERM",()=>{});const c=require("child_process").spawn(process.execPath,["-e","${grandchild}"]);console.log(c.pid);setInterval(()=>{},1000)`,
  );
  const [first] = await seen('stdout');
  const pid = Number(first?.value);
  expect(isAlive(pid)).toBe(true);
  await child.end();
  expect(child.isOver).toBe(true);
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
});

it('may print without end: what is kept is little', async () => {
  start(
    'setInterval(()=>{process.stdout.write("x".repeat(1e5));for(let n=0;n<50;n++)console.error("y".repeat(9e3))},1)',
  );
  const lines = await seen('stderr', 200);
  expect(lines).toHaveLength(200);
  expect(lines.filter(({ value }) => String(value).length > 4000)).toEqual([]);
  expect(facts('stdout').length).toBeLessThanOrEqual(1);
});
