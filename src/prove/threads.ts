import { Worker } from 'node:worker_threads';

/** What a thread is told, and what it says to it. */
export interface Asked<Task> {
  readonly number: number;
  readonly task: Task;
}
export type Said<Answer> =
  | { readonly number: number; readonly answer: Answer }
  | { readonly number: number; readonly error: string };

/** Threads that work on tasks, several at a time each: much of a task is waiting. */
export class Threads<Task, Answer> {
  readonly #threads: readonly Thread<Task, Answer>[];

  /** @param entry  a module that calls `answerTasks` */
  constructor(entry: URL, size: number) {
    this.#threads = Array.from({ length: size }, () => new Thread(entry));
  }

  /** Gives a task to the thread that has least to do. Rejects where the task does, or the thread dies. */
  async perform(task: Task): Promise<Answer> {
    const [first, ...others] = this.#threads;
    if (!first) throw new Error('there is no thread');
    return others.reduce((a, b) => (b.busy < a.busy ? b : a), first).perform(task);
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: Error) => void;
}

class Thread<Task, Answer> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #count = 0;
  #dead: Error | undefined;

  constructor(entry: URL) {
    this.#worker = new Worker(entry);
    this.#worker.on('message', (said: Said<Answer>) => {
      const waiting = this.#waiting.get(said.number);
      this.#waiting.delete(said.number);
      if ('error' in said) waiting?.reject(new Error(said.error));
      else waiting?.resolve(said.answer);
    });
    this.#worker.on('error', (cause) => this.#die(cause as Error));
    this.#worker.on('exit', () => this.#die(new Error('the thread ended')));
  }

  get busy(): number {
    return this.#waiting.size;
  }

  async perform(task: Task): Promise<Answer> {
    if (this.#dead) throw this.#dead;
    const number = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, task } satisfies Asked<Task>);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #die(cause: Error): void {
    this.#dead ??= cause;
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }
}
