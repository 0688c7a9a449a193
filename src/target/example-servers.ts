import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../contract/spec-files.ts';

const folder = (): string => join(packageRoot(), 'examples', 'targets');

/** Servers that others make, and that there is a target file for: the names of the files in `examples/targets`. */
export function exampleServers(): readonly string[] {
  return readdirSync(folder())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(/\.yaml$/, ''))
    .sort();
}

/** The target file for such a server, with what must be configured there, and what cannot be tested and why. */
export function exampleServer(name: string): string {
  return readFileSync(join(folder(), `${name}.yaml`), 'utf8');
}
