import { describe, expect, it } from 'vitest';
import { Misses, scene } from './scene.ts';

describe('misses', () => {
  const missed = (times: number): Misses => {
    const misses = new Misses();
    for (let n = 1; n <= times; n++) misses.add('emit: progress', `miss ${n}`);
    return misses;
  };

  it.each([0, 1, 2])('%d times are waited for again', (times) => {
    expect(missed(times).known('emit: progress')).toBeUndefined();
  });

  it.each([3, 4])('%d times are known, by the reason of the first', (times) => {
    expect(missed(times).known('emit: progress')).toBe('miss 1');
  });

  it('of one precondition say nothing of another', () => {
    expect(missed(3).known('emit: completed')).toBeUndefined();
  });

  it('are forgotten once it works after all', () => {
    const misses = missed(3);
    misses.clear('emit: progress');
    misses.add('emit: progress', 'again');
    expect(misses.known('emit: progress')).toBeUndefined();
  });
});

describe('a scene', () => {
  it('is ordinary, and costs one job and two connections, unless it says otherwise', () => {
    expect(scene('emit', 'emit/a', { title: 'a', needs: [] }, async () => {})).toMatchObject({
      phase: 'ordinary',
      cost: { jobs: 1, connections: 2 },
    });
  });

  it('may say of its cost only what is unusual', () => {
    const made = scene('emit', 'emit/a', { title: 'a', needs: [], cost: { jobs: 3 } }, async () => {});
    expect(made.cost).toEqual({ jobs: 3, connections: 2 });
  });
});
