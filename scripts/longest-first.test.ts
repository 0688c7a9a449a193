import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../src/contract/spec-files.ts';
import { longest, longestFirst } from './longest-first.ts';

it('puts what takes longest first, and leaves the rest in its order', () => {
  const [first = '', second = ''] = longest;
  const files = ['/x/b.test.ts', `/x/${second}`, '/x/a.test.ts', `/x/${first}`];
  expect(longestFirst(files, (path) => path)).toEqual([
    `/x/${first}`,
    `/x/${second}`,
    '/x/b.test.ts',
    '/x/a.test.ts',
  ]);
});

it.each(longest)('%s is there', (name) => {
  expect(existsSync(join(packageRoot(), name))).toBe(true);
});
