import { spawn } from 'node:child_process';

/** Told that all is over, it goes; where its input ends without a word, nobody is left to end the other process. */
const script = `
read -r word && exit 0
for signal in INT INT KILL; do
  asked=0
  while [ "$asked" -lt "$2" ]; do
    kill -0 "$1" 2>/dev/null || exit 0
    sleep 0.1
    asked=$((asked + 1))
  done
  kill -s "$signal" "$1" 2>/dev/null
done
`;

/**
 * Sees to it that a process ends although whoever started it was killed: first by itself, then by SIGINT, SIGINT and
 * SIGKILL, `stepMs` after each other. k6 needs that: with a peer that answers no close it stays for ever, and neither an
 * end of the iteration nor `exec.test.abort` changes that (k6 1.8.1).
 *
 * The guard is a shell that reads a pipe of this process, which the kernel closes however this process ends. The result
 * is to be called once the other process has ended. Where there is no shell, nothing is guarded.
 */
export function guardOrphan(pid: number, stepMs: number): () => void {
  // In a session of its own, so that Ctrl-C is for this process, which knows what to do in which order.
  const guard = spawn('sh', ['-c', script, 'plumbline-guard', String(pid), String(Math.ceil(stepMs / 100))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => {});
  // There is none where this process has no descriptors left.
  guard.stdin?.on('error', () => {});
  guard.unref();
  return () => guard.stdin?.end('over\n');
}
