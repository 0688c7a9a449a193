import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStale, newestInput } from './freshness.js';

describe('a build is stale', () => {
  let root: string;
  const long = new Date('2020-01-01');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'plumbline-freshness-'));
    mkdirSync(join(root, 'src'));
    mkdirSync(join(root, 'dist'));
    write('src/frame.ts');
    write('src/frame.test.ts');
    utimesSync(join(root, 'src'), long, long);
    write('dist/cli.js');
    writeFileSync(join(root, 'dist/.stamp'), JSON.stringify({ newestInput: newestInput(root) }));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, modified = long): void {
    writeFileSync(join(root, file), '');
    utimesSync(join(root, file), modified, modified);
  }

  it('not when nothing changed', () => {
    expect(isStale(root)).toBe(false);
  });

  it('when a source changed', () => {
    write('src/frame.ts', new Date('2020-01-02'));
    expect(isStale(root)).toBe(true);
  });

  it('when a source was removed', () => {
    rmSync(join(root, 'src/frame.ts'));
    expect(isStale(root)).toBe(true);
  });

  it('not when only a test changed', () => {
    write('src/frame.test.ts', new Date('2020-01-02'));
    expect(isStale(root)).toBe(false);
  });

  it('when there is no build', () => {
    rmSync(join(root, 'dist'), { recursive: true });
    expect(isStale(root)).toBe(true);
  });
});
