import { isAbsolute, join, resolve } from 'node:path';
import { packageRoot } from '../../contract/spec-files.ts';

/**
 * The error of a test. Its stack is where the requirement stands, since no line of code is at fault: vitest shows that
 * line, and an editor opens it.
 */
export function failure(label: string, message: string, at: readonly string[]): Error {
  const error = new Error(message);
  error.name = 'NonConformance';
  const frames = at.map((place) => {
    const [, file = place, line = '1'] = /^(.+):(\d+)$/.exec(place) ?? [];
    return `    at ${label} (${fileOf(file)}:${line}:1)`;
  });
  error.stack = [`${error.name}: ${message}`, ...frames].join('\n');
  return error;
}

/** Specs are relative to the package, and a baseline to where the tests were started. */
function fileOf(file: string): string {
  if (isAbsolute(file)) return file;
  return file.startsWith('specs/') ? join(packageRoot(), file) : resolve(file);
}
