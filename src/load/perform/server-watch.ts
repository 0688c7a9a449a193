import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isObject, parseJson } from '../../contract/json.ts';

/** What a server takes of its machine. */
export interface ServerUse {
  /** Cores. */
  readonly cpu?: number;
  /** Resident memory in bytes. */
  readonly rss?: number;
}

/** After a failure the command is not run again before so many milliseconds. */
const pauseMs = 1000;
/** A sample that is older says nothing of now. */
const freshMs = 5000;

const hasGroups = process.platform !== 'win32';

/**
 * Watches a server by a command of its user's (`observe.command`), which prints a JSON line for each sample:
 * `{"rss": bytes, "cpu": cores}`, either of which may be left out, or `cpuSeconds`, the processor time so far, instead of
 * `cpu`. One that ends after its line is run again.
 */
export class ServerWatch {
  /** Why there is nothing to see, for people; undefined: nothing is wrong. */
  trouble: string | undefined;
  readonly #command: string;
  readonly #now: () => number;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #last: { readonly use: ServerUse; readonly at: number } | undefined;
  #counted: { readonly seconds: number; readonly at: number } | undefined;

  /** `command` is a shell command line; `now` gives milliseconds. */
  constructor(command: string, now: () => number) {
    this.#command = command;
    this.#now = now;
    this.#run();
  }

  /** What was printed last; empty where that is too old, or nothing was. */
  get use(): ServerUse {
    return this.#last && this.#now() - this.#last.at <= freshMs ? this.#last.use : {};
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#kill();
  }

  #run(): void {
    const child = spawn(this.#command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: hasGroups,
    });
    this.#child = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-200);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
    child.once('error', (cause) => this.#ended(cause.message));
    child.once('close', (code) => {
      const why = said.trim().split('\n').at(-1) ?? '';
      this.#ended(
        code === 0 ? undefined : `it ended with ${code ?? 'a signal'}${why === '' ? '' : `: ${why}`}`,
      );
    });
  }

  #ended(trouble: string | undefined): void {
    if (this.#isOver || !this.#child) return;
    this.#child = undefined;
    if (trouble !== undefined) this.trouble = trouble;
    this.#timer = setTimeout(() => this.#run(), pauseMs);
  }

  #take(line: string): void {
    const at = this.#now();
    const value = parseJson(line);
    const { rss, cpu, cpuSeconds } = isObject(value) ? value : {};
    const use: ServerUse = {
      ...(isAmount(rss) ? { rss } : {}),
      ...(isAmount(cpu) ? { cpu } : isAmount(cpuSeconds) ? this.#since(cpuSeconds, at) : {}),
    };
    if (!isAmount(rss) && !isAmount(cpu) && !isAmount(cpuSeconds)) {
      this.trouble = `it printed ${JSON.stringify(line.slice(0, 80))}, and not {"rss": bytes, "cpu": cores}`;
      return;
    }
    this.trouble = undefined;
    this.#last = { use, at };
  }

  #since(seconds: number, at: number): ServerUse {
    const before = this.#counted;
    this.#counted = { seconds, at };
    if (!before || at <= before.at || seconds < before.seconds) return {};
    return { cpu: (seconds - before.seconds) / ((at - before.at) / 1000) };
  }

  #kill(): void {
    const pid = this.#child?.pid;
    this.#child = undefined;
    if (pid === undefined) return;
    try {
      process.kill(hasGroups ? -pid : pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
