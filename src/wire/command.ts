import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isObject, type Json, type JsonObject, parseJson } from '../contract/json.ts';
import { deadline } from './deadline.ts';
import type { Exchange } from './event.ts';
import { now, type Transcript } from './transcript.ts';

/** A verb for a command driver, and what it is about. */
export interface CommandRequest {
  readonly verb: string;
  readonly arguments: JsonObject;
  /** Milliseconds until the reply line must be there. */
  readonly ms: number;
}

interface Pending {
  readonly settle: (reply: JsonObject | undefined, error?: string) => void;
}

/** Longest part of a stray line that is quoted, in characters. */
const quoted = 80;

/**
 * A program that performs verbs: one JSON line in (`{"id":1,"verb":"create",…}`), one out
 * (`{"id":1,"ok":true,"result":{…}}`, or `"ok":false` with an `error`), in any order. It is started with the
 * first verb and ended with the run; what it says on stderr is no part of the protocol.
 */
export class CommandClient {
  readonly #run: string;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #last = 0;
  #dead: string | undefined;
  #stray = '';

  /** `run` is a shell command line. */
  constructor(run: string) {
    this.#run = run;
  }

  /**
   * Performs a verb; never rejects. Recorded as an HTTP exchange would be: 200 with the result, or 500 with
   * what the program says went wrong; 0 and an `error` where the program itself broke: it is not there, says
   * nothing in time, or nothing that is a reply.
   */
  async exchange(transcript: Transcript, request: CommandRequest): Promise<Exchange> {
    const began = now();
    const id = ++this.#last;
    const body = JSON.stringify({ id, verb: request.verb, ...request.arguments });
    const asked = await this.#ask(id, body, request.ms);
    const { reply } = asked;
    const error =
      reply && typeof reply.ok !== 'boolean'
        ? 'the reply of the command has no ok: true or false'
        : asked.error;
    const ok = reply?.ok === true;
    const answer: Json = (ok ? reply.result : reply?.error) ?? {};
    return transcript.record({
      kind: 'exchange',
      peer: 'command',
      method: 'COMMAND',
      url: `command:${request.verb}`,
      requestHeaders: {},
      requestBody: body,
      status: error === undefined ? (ok ? 200 : 500) : 0,
      headers: {},
      body: JSON.stringify(answer),
      json: answer,
      ms: now() - began,
      ...(error === undefined ? {} : { error }),
    }) as Exchange;
  }

  /** Ends the program: its input ends, and after a second it is stopped, with all that it has started. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await ended(child);
    stop(child);
  }

  async #ask(id: number, line: string, ms: number): Promise<{ reply?: JsonObject; error?: string }> {
    const child = this.#start();
    if (this.#dead !== undefined) return { error: this.#dead };
    return new Promise((resolve) => {
      const late = (): void => {
        const said = this.#stray === '' ? '' : `; it said ${JSON.stringify(this.#stray)}, which is no reply`;
        settle(undefined, `the command gave no reply within ${ms} ms${said}`);
      };
      const callOff = deadline(ms, late);
      const settle = (reply: JsonObject | undefined, error?: string): void => {
        callOff();
        this.#pending.delete(id);
        resolve({ ...(reply ? { reply } : {}), ...(error === undefined ? {} : { error }) });
      };
      this.#pending.set(id, { settle });
      child.stdin.write(`${line}\n`);
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child) return this.#child;
    // In a group of its own, so that it can be stopped along with whatever it has started.
    const child = spawn(this.#run, { shell: true, stdio: 'pipe', detached: hasGroups });
    this.#child = child;
    const kill = (): void => stop(child);
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const end = (reason: string): void => {
      this.#dead ??= reason;
      for (const { settle } of [...this.#pending.values()]) settle(undefined, reason);
    };
    child.on('error', (error) => end(`the command could not be started: ${error.message}`));
    // Not at its exit, since what it said last may still be on its way.
    child.on('close', (code, signal) => end(`the command ended with ${signal ?? `code ${code}`}`));
    // It may be on its way out: then the code says more, and comes at once.
    child.stdin.on('error', () => setTimeout(() => end('the command closed its input'), 500).unref());
    child.stderr.resume();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = parseJson(line);
      const pending =
        isObject(reply) && typeof reply.id === 'number' ? this.#pending.get(reply.id) : undefined;
      if (isObject(reply) && pending) pending.settle(reply);
      else this.#stray = line.slice(0, quoted);
    });
    return child;
  }
}

/** Resolves once a program that was told that there is nothing more to do has ended. */
async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  await new Promise<void>((resolve) => {
    const patience = setTimeout(() => stop(child), 1000);
    child.once('exit', () => {
      clearTimeout(patience);
      resolve();
    });
    child.stdin.end();
  });
}

const hasGroups = process.platform !== 'win32';

/** Ends a program at once, and what it has started. */
function stop({ pid }: ChildProcessWithoutNullStreams): void {
  if (pid === undefined) return;
  try {
    process.kill(hasGroups ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
