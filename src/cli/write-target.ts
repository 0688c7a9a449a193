import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { InputError } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';

const heading = `# Written by plumbline serve --write-target. Its credentials are those of the reference server: no secrets.
`;

/**
 * Writes a target file in one step, so that whoever waits for it never reads a half.
 * @throws InputError where it cannot be written.
 */
export async function writeTargetFile(file: string, targets: readonly JsonObject[]): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.partial`);
  try {
    await writeFile(beside, heading + stringify({ targets }, { lineWidth: 0, aliasDuplicateObjects: false }));
    await rename(beside, file);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new InputError(`--write-target ${file}: cannot be written: ${(cause as Error).message}`, { cause });
  }
}
