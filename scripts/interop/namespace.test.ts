import { describe, expect, it } from 'vitest';
import { CannotRun } from './cannot-run.js';
import { proveIsolated, usableWay } from './namespace.js';

describe('a network of its own', () => {
  it('is made in the first way that works', () => {
    expect(usableWay([['false'], ['nowhere-at-all'], ['true']])).toEqual(['true']);
  });

  it('that cannot be made is told of, with every way that was tried', () => {
    const tried = () =>
      usableWay([['sh', '-c', 'echo Operation not permitted >&2; exit 1'], ['nowhere-at-all']]);
    expect(tried).toThrow(CannotRun);
    expect(tried).toThrow(/no real server is started/);
    expect(tried).toThrow(/ {2}sh -c .*: Operation not permitted\n {2}nowhere-at-all: .*ENOENT/);
  });

  it('is not what a program finds itself in that is started by hand', () => {
    expect(proveIsolated).toThrow(CannotRun);
    expect(proveIsolated).toThrow('use npm run interop');
  });
});
