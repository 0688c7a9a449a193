import { readdirSync, readFileSync } from 'node:fs';

/** Processes that a process has started, by /proc. */
export function offspringOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stateOf(pid)?.parent === parent);
}

/** Whether a process runs. One that has ended and that nobody has asked about does not. */
export function isThere(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state.state !== 'Z';
}

function stateOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
