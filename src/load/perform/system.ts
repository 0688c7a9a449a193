import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { now } from '../clock.ts';
import type { SystemSample } from '../evidence/stage-record.ts';
import type { ServerUse } from './server-watch.ts';

/** Ticks of /proc per second; on every Linux that Node runs on. */
const ticksPerSecond = 100;
const pageBytes = 4096;

/** Watches processes and the machine by /proc, a sample a second. Where there is no /proc nothing is observed. */
export class SystemWatch {
  readonly samples: SystemSample[] = [];
  readonly #pids: () => Readonly<Record<string, number>>;
  readonly #before = new Map<string, { readonly pid: number; readonly ticks: number }>();
  #at = now();
  #machine = machineTicks();
  #stalled = stalledMicros();
  readonly #connections: () => number;
  readonly #server: () => ServerUse;

  /** `server`: what is known of it where none of the processes is it. */
  constructor(
    pids: () => Readonly<Record<string, number>>,
    connections: () => number,
    server: () => ServerUse = () => ({}),
  ) {
    this.#pids = pids;
    this.#connections = connections;
    this.#server = server;
  }

  sample(): void {
    const at = now();
    const seconds = (at - this.#at) / 1000;
    this.#at = at;
    const cpu: Record<string, number> = {};
    const rss: Record<string, number> = {};
    for (const [name, pid] of Object.entries(this.#pids())) {
      const state = stateOf(pid);
      if (!state) continue;
      const before = this.#before.get(name);
      this.#before.set(name, { pid, ticks: state.ticks });
      rss[name] = state.rss;
      if (before?.pid === pid && seconds > 0)
        cpu[name] = (state.ticks - before.ticks) / ticksPerSecond / seconds;
    }
    const server = this.#server();
    if (server.cpu !== undefined) cpu.server = server.cpu;
    if (server.rss !== undefined) rss.server = server.rss;
    const machine = machineTicks();
    const total = machine.total - this.#machine.total;
    const busy = total > 0 ? 1 - (machine.idle - this.#machine.idle) / total : Number.NaN;
    this.#machine = machine;
    const stalled = stalledMicros();
    const pressure = seconds > 0 ? Math.min(100, (stalled - this.#stalled) / 1e4 / seconds) : Number.NaN;
    this.#stalled = stalled;
    this.samples.push({ at, cpu, rss, busy, pressure, connections: this.#connections() });
  }
}

/** CPU ticks and resident bytes of a process; undefined where it is gone or cannot be seen. */
function stateOf(pid: number): { readonly ticks: number; readonly rss: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    ticks: Number(fields[11]) + Number(fields[12]),
    rss: Number(fields[21]) * pageBytes,
  };
}

function machineTicks(): { readonly total: number; readonly idle: number } {
  let total = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { total, idle };
}

/**
 * Microseconds in which something waited for a CPU, since the machine was started; NaN where the kernel does not say. Its
 * averages over ten seconds would say of a short trial what was before it.
 */
function stalledMicros(): number {
  const found = /some .*total=([0-9]+)/.exec(read('/proc/pressure/cpu') ?? '');
  return found ? Number(found[1]) : Number.NaN;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
