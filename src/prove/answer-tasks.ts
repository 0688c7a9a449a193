import { parentPort } from 'node:worker_threads';
import type { Asked, Said } from './threads.ts';

/** In a thread of `Threads`: works on each task as it comes, beside those that are not done yet. */
export function answerTasks<Task, Answer>(perform: (task: Task) => Promise<Answer>): void {
  const port = parentPort;
  if (!port) throw new Error('tasks are given to a worker thread');
  const say = (said: Said<Answer>): void => port.postMessage(said);
  port.on('message', ({ number, task }: Asked<Task>) => {
    perform(task).then(
      (answer) => say({ number, answer }),
      (cause: unknown) =>
        say({ number, error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }),
    );
  });
}
