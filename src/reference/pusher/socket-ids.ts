import { randomInt } from 'node:crypto';

/** Socket ids, each of which is given once: a count makes them unique, a random half hard to guess. */
export function socketIds(): () => string {
  let count = randomInt(1_000, 1_000_000);
  return () => {
    count += 1;
    return `${count}.${randomInt(1, 2 ** 40)}`;
  };
}
