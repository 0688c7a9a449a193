import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Json } from '../contract/json.ts';
import type { Transcript } from './transcript.ts';

/** Under this name stands in a recording what the process itself did: what it printed, and its end. */
export const processPeer = 'client';

/** Of each of the two outputs so many lines are kept, and of a line so many characters. */
const mostLines = 200;
const longestLine = 4000;

/** How long a process may take to end by itself, and then after SIGTERM: milliseconds. */
const patienceMs = 1000;

const hasGroups = process.platform !== 'win32';

/** Those that run now: they end with us, however we end. */
const running = new Set<ChildProcessWithoutNullStreams>();
process.once('exit', () => {
  for (const child of running) signal(child, 'SIGKILL');
});

/** A client under test: a program in a process group of its own, what it prints written into a transcript. */
export class ClientProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #isOver = false;
  #last = '';

  /** Starts a shell command line. What it is told stands in its environment. */
  constructor(transcript: Transcript, command: string, env: Readonly<Record<string, string>>) {
    const fact = (name: string, value: Json): void => {
      transcript.record({ kind: 'fact', peer: processPeer, name, value });
    };
    const child = spawn(command, {
      shell: true,
      stdio: 'pipe',
      detached: hasGroups,
      env: { ...process.env, ...env },
    });
    this.#child = child;
    running.add(child);
    for (const name of ['stdout', 'stderr'] as const) {
      byLine(child[name], (line) => {
        this.#last = line;
        fact(name, line);
      });
    }
    // It may have closed its input, or be gone: neither says anything about what it did before.
    child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      const end = (value: Json): void => {
        if (this.#isOver) return;
        this.#isOver = true;
        running.delete(child);
        fact('exited', value);
        resolve();
      };
      child.on('error', (error) => end({ error: error.message }));
      child.on('exit', (code, killed) => end({ code, signal: killed }));
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The last line that it printed, for a person. */
  get lastLine(): string {
    return this.#last;
  }

  /** Writes a line into its input. */
  tell(line: string): void {
    if (!this.#isOver) this.#child.stdin.write(`${line}\n`);
  }

  /** Ends it: its input ends, then SIGTERM, then SIGKILL to it and to all that it has started. */
  async end(): Promise<void> {
    if (!this.#isOver) this.#child.stdin.end();
    for (const next of ['SIGTERM', 'SIGKILL'] as const) {
      if (await this.#isOverWithin(patienceMs)) break;
      signal(this.#child, next);
    }
    await this.#isOverWithin(patienceMs);
    // What it has started may outlive it.
    signal(this.#child, 'SIGKILL');
    running.delete(this.#child);
  }

  async #isOverWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#ended, late]);
    clearTimeout(timer);
    return this.#isOver;
  }
}

function signal({ pid }: ChildProcessWithoutNullStreams, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(hasGroups ? -pid : pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** Calls back for each line, as far as lines are kept; what has no end is cut, and nothing is ever held for long. */
function byLine(stream: NodeJS.ReadableStream, hear: (line: string) => void): void {
  let rest = '';
  let lines = 0;
  const say = (line: string): void => {
    if (lines++ < mostLines) hear(line.slice(0, longestLine));
  };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (lines >= mostLines) return;
    const parts = (rest + chunk).split('\n');
    rest = (parts.pop() ?? '').slice(0, longestLine);
    for (const part of parts) say(part);
  });
  stream.on('end', () => {
    if (rest !== '') say(rest);
  });
  stream.on('error', () => {});
}
