import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test files that take longest, longest first, of half a minute or more on two idle cores. */
export const longest = [
  'src/hostile/hostile.test.ts',
  'src/cli/prove.test.ts',
  'suites/clients/clients.test.ts',
  'suites/pusher/pusher.test.ts',
  'suites/beam/command-driver.test.ts',
  'suites/pusher/command-driver.test.ts',
  'src/cli/vitest.test.ts',
];

/**
 * Has the longest test files begin first, so that none of them is what all others wait for at the end. Of a fresh
 * checkout vitest knows nothing but how large a file is, and what takes long is not what is large.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return longestFirst(sorted, ({ moduleId }) => moduleId);
  }
}

/** Puts those named in `longest` first, in its order, and leaves the others in theirs. */
export function longestFirst<File>(files: readonly File[], pathOf: (file: File) => string): File[] {
  const rank = (file: File): number => {
    const at = longest.findIndex((name) => pathOf(file).endsWith(`/${name}`));
    return at === -1 ? longest.length : at;
  };
  return [...files].sort((a, b) => rank(a) - rank(b));
}
