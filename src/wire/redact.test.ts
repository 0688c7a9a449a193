import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Forms, redactor } from './redact.ts';

const anything = fc.string({ unit: 'grapheme', maxLength: 30 });
const secrets = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 }),
    fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 40 }),
    fc.base64String({ minLength: 8, maxLength: 44 }),
  )
  .filter((secret) => secret.length >= 4 && !'[redacted]'.includes(secret));

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
const unicode = (text: string): string =>
  text.replace(/[^A-Za-z0-9]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** How a secret may stand in a text. */
const forms: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  'percent-encoded': encodeURIComponent,
  'percent-encoded in lower case': (secret) => lower(encodeURIComponent(secret)),
  'a form value': (secret) => new URLSearchParams({ secret }).toString().slice('secret='.length),
  'JSON-escaped': quoted,
  'JSON-escaped twice': (secret) => quoted(quoted(secret)),
  'JSON-escaped with \\u': unicode,
  'JSON-escaped with slashes, as PHP does': (secret) => quoted(secret).replaceAll('/', '\\/'),
};

describe('redactor', () => {
  it.each(Object.entries(forms))('leaves no secret of four characters or more: %s', (_, form) => {
    fc.assert(
      fc.property(secrets, anything, anything, (secret, before, after) => {
        const shown = form(secret);
        expect(redactor([secret])(`${before}${shown}${after}`)).not.toContain(shown);
      }),
    );
  });

  it.each(['base64', 'base64url'] as const)('leaves no secret in %s, at none of its offsets', (encoding) => {
    fc.assert(
      fc.property(secrets, anything, anything, (secret, before, after) => {
        const shown = Buffer.from(`${before}${secret}${after}`).toString(encoding);
        const clean = redactor([secret])(shown);
        const left = Buffer.from(clean.replaceAll('[redacted]', ''), encoding).toString('utf8');
        expect(clean).toContain('[redacted]');
        expect(left).not.toContain(secret);
      }),
    );
  });

  it('leaves no secret in base64 that is JSON-escaped or percent-encoded in its turn', () => {
    fc.assert(
      fc.property(secrets, anything, (secret, before) => {
        const base64 = Buffer.from(`${before}${secret}`).toString('base64');
        for (const shown of [base64.replaceAll('/', '\\/'), encodeURIComponent(base64)]) {
          expect(redactor([secret])(shown)).toContain('[redacted]');
        }
      }),
    );
  });

  it('leaves none of several secrets, though one begins with another', () => {
    fc.assert(
      fc.property(secrets, anything, (secret, end) => {
        const longer = `${secret}${end}`;
        const clean = redactor([secret, longer])(`${longer} ${secret}`);
        expect(clean).toBe('[redacted] [redacted]');
      }),
    );
  });

  it('leaves no telling piece of a secret where the text was cut', () => {
    const secret = 'emit_own01_read_0123456789abcdef';
    const redact = redactor([secret]);
    for (let kept = 8; kept < secret.length; kept++) {
      const piece = secret.slice(0, kept);
      expect(redact(`dial /?token=${piece}`)).toBe('dial /?token=[redacted]');
      expect(redact(`{"token":"${piece}… (400 characters)`)).toBe('{"token":"[redacted]… (400 characters)');
    }
  });

  it('leaves no secret in hex, nor what was written as a URL or as JSON before it went into hex or base64', () => {
    const secret = 'S3cr3t/+"\\é&';
    const redact = redactor([secret]);
    for (const text of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      const bytes = Buffer.from(text);
      for (const form of [bytes.toString('hex'), bytes.toString('hex').toUpperCase()]) {
        expect(redact(`<${form}>`)).toBe('<[redacted]>');
      }
      const inUrl = Buffer.from(`/x?token=${text}`).toString('base64');
      expect(redact(inUrl)).toMatch(/^.{8,16}\[redacted\].{0,4}$/);
    }
    expect(redact(encodeURIComponent(JSON.stringify(secret)))).toBe('%22[redacted]%22');
  });

  it('leaves no telling piece however often it was escaped before it was cut', () => {
    const secret = 'S3cr3t/+"quoted"\\é&=planted';
    const redact = redactor([secret]);
    let text = secret;
    for (let depth = 0; depth < 5; depth++) {
      for (const form of [text, encodeURIComponent(text)]) {
        for (let kept = 12 + depth * 16; kept < form.length; kept++) {
          expect(redact(`<${form.slice(0, kept)}`)).toMatch(/^<\[redacted\]/);
        }
      }
      text = JSON.stringify(text).slice(1, -1);
    }
  });

  it('leaves a word at the end alone that a secret begins with, unless a cut is told', () => {
    const redact = redactor(['modelbeam-client-42-api-token']);
    expect(redact('not of dialect modelbeam')).toBe('not of dialect modelbeam');
    expect(redact('Bearer modelbeam-client-42')).toBe('Bearer [redacted]');
    expect(redact('Bearer modelbeam-…')).toBe('Bearer [redacted]…');
  });

  it('leaves no secret without its last character, which the harness itself sends', () => {
    const secret = 'emit_own01_read_0123456789abcdef';
    expect(redactor([secret])(`{"token":"${secret.slice(0, -1)}"}`)).toBe('{"token":"[redacted]"}');
  });

  it('takes signatures for the secrets that made them', () => {
    const signature = 'ab'.repeat(32);
    expect(redactor([])(`app-key:${signature}`)).toBe('app-key:[redacted]');
    expect(redactor([])(`?auth_signature=${signature}&x=1`)).toBe('?auth_signature=[redacted]&x=1');
  });

  it('leaves text alone that holds no secret', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(redactor(['a-secret-of-some-length'])(text)).toBe(text);
      }),
    );
  });

  it('leaves the app key alone, which is public', () => {
    const signature = 'cd'.repeat(32);
    expect(redactor(['app-secret'])(`/app/app-key and app-key:${signature}`)).toBe(
      '/app/app-key and app-key:[redacted]',
    );
  });

  it('has nothing to say of texts under four characters: they are no secrets', () => {
    expect(redactor(['', 'a', 'abc'])('abc and a')).toBe('abc and a');
  });
});

describe('base64Forms', () => {
  it('has one that stands in the base64 of whatever holds the secret', () => {
    fc.assert(
      fc.property(secrets, anything, anything, (secret, before, after) => {
        const text = Buffer.from(`${before}${secret}${after}`).toString('base64');
        expect(base64Forms(secret).some((form) => text.includes(form))).toBe(true);
      }),
    );
  });

  it('has none that holds what stands beside the secret', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom('', 'a', 'ab'), fc.constantFrom('y', 'zz'), (secret, a, b) => {
        const [one, other] = [`${a}${secret}`, `${a}${secret}${b}`].map((t) =>
          Buffer.from(t).toString('base64'),
        );
        const found = base64Forms(secret).filter((form) => one?.includes(form));
        expect(found.some((form) => other?.includes(form))).toBe(true);
      }),
    );
  });
});
