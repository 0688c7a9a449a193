import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Ending } from '../evidence/stage-record.ts';
import type { BulkProcess } from './driver.ts';
import { guardOrphan } from './orphan-guard.ts';

/** How long each step of the way to the end may take. */
export const ladderStepMs = 3000;

/** k6 lets connections end in order at the first; the second is for whoever does not answer. */
const signals = ['SIGINT', 'SIGINT', 'SIGKILL'] as const;

export interface BulkChild {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: string;
  readonly members: number;
  /** What an exit code means, in words; undefined where it means that all is well. */
  readonly meaning: (code: number) => string | undefined;
}

/** Starts a process that holds subscribers, its output in a file. Rejects where it cannot be started. */
export async function startBulkChild(how: BulkChild): Promise<BulkProcess> {
  const log = openSync(how.log, 'a');
  let child: ChildProcess;
  try {
    child = spawn(how.command, how.args, { env: { ...how.env }, stdio: ['ignore', log, log] });
    stepBack(child.pid);
  } finally {
    closeSync(log);
  }
  const exited = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // Signals that fail find a process that has gone; `exit` tells.
  child.on('error', () => {});
  void exited.then(guardOrphan(child.pid ?? 0, ladderStepMs));
  let stopping: Promise<Ending> | undefined;
  const ended = exited.then(async ([code, signal]) => {
    if (stopping) return stopping;
    return endingOf(how, code, signal, signal ? `it was ended by ${signal}` : undefined);
  });
  return {
    pid: child.pid ?? 0,
    members: how.members,
    ended,
    stop: () => {
      stopping ??= climbDown(child, exited, how);
      return stopping;
    },
  };
}

async function climbDown(
  child: ChildProcess,
  exited: Promise<readonly [number | null, NodeJS.Signals | null]>,
  how: BulkChild,
): Promise<Ending> {
  let sent = 0;
  let end = await within(exited, ladderStepMs);
  while (!end && sent < signals.length) {
    child.kill(signals[sent]);
    sent += 1;
    end = await within(exited, ladderStepMs);
  }
  const [code, signal] = end ?? [null, null];
  if (sent === 0) return endingOf(how, code, signal, signal ? `it was ended by ${signal}` : undefined);
  const took = signals.slice(0, sent).join(', ');
  return endingOf(how, code, signal, `it did not end when it was told to, and had to be sent ${took}`);
}

function endingOf(how: BulkChild, code: number | null, signal: string | null, because?: string): Ending {
  // What it said about having been interrupted tells nothing that the signal does not.
  const trouble = because ?? (code === null ? undefined : how.meaning(code));
  return { name: how.name, code, signal, ...(trouble === undefined ? {} : { trouble }) };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Who makes the bulk of the load stands back for who measures it: its own delay is claimed for nothing, and the
 * publisher's or a probe's is. Threads that it starts later are as patient. Where that cannot be had, nothing is lost.
 */
function stepBack(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or is not ours to ask that of.
  }
}
