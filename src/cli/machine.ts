import { arch, availableParallelism, release, type } from 'node:os';

/** What a run runs on, for its reports. */
export function machine(): string {
  return `Node ${process.versions.node}, ${type()} ${release()} ${arch()}, ${availableParallelism()} CPUs`;
}
