import { expect, it } from 'vitest';
import { jobById } from './job-by-id.ts';
import type { Call, Job } from './recording.ts';

const job = (name: string, id: string): Job & { calls: Call[] } => ({
  ...{ name, id, where: 'space-1', nonce: '', calls: [], from: 0, about: {} },
});

it('finds a job by its id, the first of two', () => {
  const jobs = { a: job('a', '1'), b: job('b', '2'), again: job('again', '1') };
  expect(jobById({ jobs }, '1')).toBe(jobs.a);
  expect(jobById({ jobs }, '2')).toBe(jobs.b);
  expect([jobById({ jobs }, '3'), jobById({ jobs }, undefined)]).toEqual([undefined, undefined]);
});

it('finds a job that was made after it was first asked for', () => {
  const jobs: Record<string, Job & { calls: Call[] }> = { a: job('a', '1') };
  expect(jobById({ jobs }, '2')).toBeUndefined();
  jobs.b = job('b', '2');
  expect(jobById({ jobs }, '2')).toBe(jobs.b);
});

it('does not find a job whose name another one has taken', () => {
  const jobs: Record<string, Job & { calls: Call[] }> = { a: job('a', '1') };
  expect(jobById({ jobs }, '1')).toBe(jobs.a);
  jobs.a = job('a', '2');
  expect(jobById({ jobs }, '1')).toBeUndefined();
});
