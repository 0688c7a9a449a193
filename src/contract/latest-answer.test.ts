import { expect, it } from 'vitest';
import { keepingLatest } from './latest-answer.ts';

it('answers every text as the function does, and asks it once for the same text in a row', () => {
  const asked: string[] = [];
  const lengthOf = keepingLatest((text) => {
    asked.push(text);
    return text.length;
  });
  expect(['a', 'a', 'bb', 'bb', 'a', ''].map(lengthOf)).toEqual([1, 1, 2, 2, 1, 0]);
  expect(asked).toEqual(['a', 'bb', 'a', '']);
});
