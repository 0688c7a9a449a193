import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Crowd } from './crowd.ts';

it('draws whoever is there and fits, and nobody else', () => {
  const step = fc.record({ adds: fc.boolean(), item: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(step), fc.nat(), (steps, number) => {
      const crowd = new Crowd<number>();
      const there = new Set<number>();
      for (const { adds, item } of steps) {
        if (adds) {
          crowd.add(item);
          there.add(item);
        } else {
          crowd.remove(item);
          there.delete(item);
        }
      }
      for (let item = 0; item < 10; item++) {
        expect(crowd.drawn(number, (one) => one === item)).toBe(there.has(item) ? item : undefined);
      }
      const places = Array.from({ length: there.size }, (_, place) =>
        crowd.drawn(number + place, () => true),
      );
      expect(new Set(places)).toEqual(there);
    }),
  );
});
