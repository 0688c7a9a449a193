import type { Redactor } from './redact.ts';

const mark = '[redacted]';

/**
 * What may be base64, of either alphabet and escaped or not, or hex: long enough to hold what is telling. How often it is
 * escaped has a bound, so that a megabyte of backslashes is looked through in no time as well.
 */
const encoded = /(?:[A-Za-z0-9+/_-]|\\{1,64}\/|\\{1,64}u002[bf]|%(?:25)*2[bf]){11,}(?:=|%(?:25)*3d){0,2}/gi;

/** Encodings within encodings that are looked through. */
const deepest = 3;

/**
 * A redactor that also looks into what is encoded: a server may send a secret back escaped, encoded and escaped again, in
 * more ways than can be listed. What decodes to a text with a secret in it goes as a whole. It costs more, and is for
 * whole recordings; the short texts of events are redacted without it.
 */
export function redactEncoded(redact: Redactor): Redactor {
  const look = (text: string, depth: number): string => {
    const clean = redact(
      text.replace(encoded, (run) => {
        const holds = decodings(run).some(
          (inner) => (depth < deepest ? look(inner, depth + 1) : redact(inner)) !== inner,
        );
        return holds ? mark : run;
      }),
    );
    // A percent sign that was itself encoded, however often.
    const flat = clean.replace(/%(?:25)+(?=[0-9a-f]{2})/gi, '%');
    const redacted = redact(flat);
    return redacted === flat ? clean : redacted;
  };
  return (text) => look(text, 1);
}

/** All that a run may stand for; where in it base64 begins is not known, so each of four places is tried. */
function decodings(run: string): string[] {
  const plain = run
    .replace(/\\{1,64}u002b|%(?:25)*2b/gi, '+')
    .replace(/\\{1,64}u002f|%(?:25)*2f/gi, '/')
    .replace(/[\\=]|%(?:25)*3d/gi, '');
  const texts = [0, 1, 2, 3].map((from) => Buffer.from(plain.slice(from), 'base64').toString('utf8'));
  for (const hex of plain.match(/[0-9a-f]{16,}/gi) ?? [])
    texts.push(...[0, 1].map((from) => Buffer.from(hex.slice(from), 'hex').toString('utf8')));
  return texts;
}
