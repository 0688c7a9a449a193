import { readText } from '../contract/read-text.ts';

/** Bytes: a run of thousands of cases with all their frames has a few million. */
const largest = 256 * 1024 * 1024;

/** The text of a result or a stream. @throws InputError where it cannot be read, or is no file of that size. */
export function resultText(file: string): Promise<string> {
  return readText(file, file, largest);
}
