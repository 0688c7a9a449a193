import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redactor } from './redact.ts';
import { redactEncoded } from './redact-encoded.ts';

const secret = 'S3cr3t/of+"quoted"\\é&=planted';
const redact = redactEncoded(redactor([secret]));

const ways: Readonly<Record<string, (text: string) => string>> = {
  json: (text) => JSON.stringify(text),
  percent: encodeURIComponent,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
};
const hex = (text: string): string => Buffer.from(text).toString('hex');

it('finds a secret that was escaped and encoded again and again', () => {
  const escapes = fc.array(fc.constantFrom('json', 'percent'), { maxLength: 4 });
  const encodes = fc.constantFrom('base64', 'base64url');
  fc.assert(
    fc.property(escapes, encodes, escapes, fc.string({ maxLength: 5 }), (first, by, then, around) => {
      const inner = [...first, by].reduce(
        (text, way) => ways[way]?.(text) ?? text,
        `${around}${secret}${around}`,
      );
      const outer = then.reduce((text, way) => ways[way]?.(text) ?? text, `{"a":"${inner}"}`);
      expect(redact(outer)).toContain('[redacted]');
      expect(redact(outer)).not.toContain(inner.slice(8, 24));
    }),
  );
});

it('finds it in hex, and in base64 of base64', () => {
  for (const text of [
    hex(JSON.stringify(JSON.stringify(JSON.stringify(secret)))),
    ways.base64?.(ways.base64(secret)),
  ])
    expect(redact(`it said ${text}.`)).toBe('it said [redacted].');
});

it('leaves other texts as they are', () => {
  for (const text of [
    '/api/v1/realtime/spaces/space-12',
    'pla72f50dba373f99058',
    '01M8CWK6ABD94YPYGT30HE6P7D',
  ])
    expect(redact(text)).toBe(text);
});

it('comes to an end with a megabyte of whatever is hard to look through', () => {
  for (const piece of ['\\', '\\/', '%25', 'a', '/'])
    expect(redact(piece.repeat(2 ** 20 / piece.length))).toHaveLength(
      Math.floor(2 ** 20 / piece.length) * piece.length,
    );
});
