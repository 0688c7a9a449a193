import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64Forms, redactor } from './redact.ts';

const secrets = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 30 }),
    fc.base64String({ minLength: 8, maxLength: 40 }),
  )
  .filter((secret) => secret.length >= 8 && !'[redacted]'.includes(secret));

const forms: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  encodeURIComponent,
  (secret) => Buffer.from(secret).toString('base64'),
  (secret) => Buffer.from(`x${secret}y`).toString('base64'),
  (secret) => Buffer.from(`xy${secret}z`).toString('base64url'),
  (secret) => JSON.stringify({ inner: secret }),
];

it('leaves JSON that can be parsed, and no secret in any of its texts, wherever it stood and in what form', () => {
  // Letters that a key may be made of and that no form of a secret is cut by.
  const beside = fc.string({ unit: fc.constantFrom(...' <>,;'), maxLength: 6 });
  fc.assert(
    fc.property(
      secrets,
      fc.constantFrom(...forms),
      beside,
      beside,
      fc.jsonValue(),
      (secret, form, a, b, other) => {
        const value = { other, list: [[`${a}${form(secret)}${b}`]], [`${a} ${form(secret)}`]: 1 };
        const clean = redactor([secret])(JSON.stringify(value));
        const parsed: unknown = JSON.parse(clean);
        expect(clean).toContain('[redacted]');
        const texts = JSON.stringify(parsed);
        for (const left of [
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret),
          ...base64Forms(secret),
        ])
          expect(texts.includes(left) && left.length >= 8 && !JSON.stringify(other).includes(left)).toBe(
            false,
          );
      },
    ),
    { numRuns: 500 },
  );
});
