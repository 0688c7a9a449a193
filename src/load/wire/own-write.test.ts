import { expect, it } from 'vitest';
import { ownWriteOf, stampDigits, stampPrefix } from './own-write.ts';

it('reads the moment of a write, in milliseconds', () => {
  const stamp = String(123_456_789).padStart(stampDigits, '0');
  expect(ownWriteOf(`{"type":"progress",${stampPrefix}${stamp}","data":{}}`)).toBe(123_456.789);
});

it('says that there is none where there is none', () => {
  expect(ownWriteOf('{"type":"progress","data":{}}')).toBeNaN();
});
