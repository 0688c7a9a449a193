/** Replaces secrets in text, in whatever form the text has them. */
export type Redactor = (text: string) => string;

const mark = '[redacted]';

/** Shorter than this, a piece of a secret is no secret. */
const telling = 8;

/**
 * Makes a redactor for a list of secrets: plain, percent-encoded, JSON-escaped (however often) and in base64
 * at each of its three offsets or in hex, these in turn escaped or encoded. Where a text was cut in the midst of a
 * secret, the piece goes as well. So do signatures (64 hex digits after a colon or in `auth_signature=`),
 * since they stand for the secret that made them.
 */
export function redactor(secrets: readonly string[]): Redactor {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= 4);
  // The harness itself sends some without their last character, to see them refused.
  const sent = long.flatMap((secret) => (secret.length > telling ? [secret, secret.slice(0, -1)] : [secret]));
  const forms = new Set(
    sent.flatMap((secret) => [
      secret,
      ...encodedBefore(secret).flatMap((text) => [...base64Forms(text), ...hexForms(text)]),
    ]),
  );
  const withoutPieceAtTheEnd = pieceRemover([...forms]);
  const pattern = forms.size > 0 ? new RegExp(anyOf([...forms].map(charsInAnyForm)), 'g') : undefined;
  return (text) => {
    const plain = withoutPieceAtTheEnd(pattern ? text.replace(pattern, mark) : text);
    return plain.replace(/(:|auth_signature=|sha256=)[0-9a-f]{64}\b/g, `$1${mark}`);
  };
}

/** What a secret looks like inside base64, wherever it begins in a group of three bytes. */
export function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const head = offset === 0 ? 0 : offset + 1;
    const tail = (offset + bytes.length) % 3 === 0 ? 0 : 1;
    const form = text.slice(head, text.length - tail);
    if (form.length >= 4) {
      forms.push(form);
      const url = form.replaceAll('+', '-').replaceAll('/', '_');
      if (url !== form) forms.push(url);
    }
  }
  return forms;
}

/**
 * A pattern for any of some texts, as long a one as there is. What begins alike is tried once: a target may
 * have a hundred tokens that differ in their last characters only.
 */
function anyOf(texts: readonly (readonly string[])[], from = 0): string {
  const byFirst = new Map<string, (readonly string[])[]>();
  let mayEnd = false;
  for (const text of texts) {
    const first = text[from];
    if (first === undefined) {
      mayEnd = true;
      continue;
    }
    const alike = byFirst.get(first);
    if (alike) alike.push(text);
    else byFirst.set(first, [text]);
  }
  const branches = [...byFirst].map(([first, alike]) => first + anyOf(alike, from + 1));
  if (branches.length === 0) return '';
  if (branches.length === 1 && !mayEnd) return branches[0] ?? '';
  return `(?:${branches.join('|')})${mayEnd ? '?' : ''}`;
}

/** A pattern for each character of a text, of which the special ones may be escaped or encoded. */
function charsInAnyForm(text: string): string[] {
  return Array.from(text, (char) => (/[A-Za-z0-9]/.test(char) ? char : charInAnyForm(char)));
}

function charInAnyForm(char: string): string {
  const units = [...Array(char.length).keys()].map((at) => char.charCodeAt(at).toString(16).padStart(4, '0'));
  const bytes = [...Buffer.from(char, 'utf8')].map((byte) => byte.toString(16).padStart(2, '0'));
  const quoted = JSON.stringify(char).slice(1, -1);
  const named = /^\\[a-z]$/.test(quoted) ? [`${backslash}+${quoted.charAt(1)}`] : [];
  const forms = [
    // In pairs where there are any: one that is left over escapes what comes after.
    char === '\\' ? `(?:(?:${backslash}{2})+|${backslash})` : `${backslash}*${escapeRegExp(char)}`,
    units.map((unit) => `${backslash}+u${anyCase(unit)}`).join(''),
    `${char === '\\' ? '' : `${backslash}*`}${bytes.map((byte) => `%${anyCase(byte)}`).join('')}`,
    ...(char === ' ' ? ['\\+'] : []),
    ...named,
  ];
  return `(?:${forms.join('|')})`;
}

/** What escapes, which may be percent-encoded in its turn. */
const backslash = '(?:\\\\|%5[cC])';

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * Findings and excerpts are kept short: the cut may go through a secret. Where no ellipsis says that there was a
 * cut, a whole word at the end is taken for a word: `modelbeam`, though a token begins with `modelbeam-`.
 */
function pieceRemover(forms: readonly string[]): (text: string) => string {
  const bare = [...new Set(forms.map((form) => bareOf(form).text))];
  const byHead = new Map<string, string[]>();
  for (const form of bare) {
    const head = form.slice(0, telling);
    byHead.set(head, [...(byHead.get(head) ?? []), form]);
  }
  const longest = Math.max(0, ...bare.map(({ length }) => length));
  return (text) => {
    const cut = text.lastIndexOf('…');
    const end = cut < 0 ? text.length : cut;
    // What is escaped or encoded takes more room than what it stands for.
    const from = Math.max(0, end - 12 * longest);
    const tail = bareOf(text.slice(from, end).replace(cutOff, ''));
    for (let at = Math.max(0, tail.text.length - longest); at <= tail.text.length - telling; at += 1) {
      const alike = byHead.get(tail.text.slice(at, at + telling));
      if (!alike) continue;
      const piece = tail.text.slice(at);
      const isPiece = (form: string): boolean =>
        form.startsWith(piece) && (cut >= 0 || !isWordOf(form, piece));
      if (alike.some(isPiece)) return `${text.slice(0, from + tail.indexOf(at))}${mark}${text.slice(end)}`;
    }
    return text;
  };
}

/** A text without what escapes and with what is encoded put back, and where in the text each character was. */
interface Bare {
  /** One character for each byte of UTF-8. */
  readonly text: string;
  readonly indexOf: (at: number) => number;
}

/** What the cut has left of something that was escaped or encoded. */
const cutOff = /(?:%[0-9a-f]?|\\u[0-9a-f]{0,3})$/i;
const encoded = /((?:\\+u[0-9a-f]{4})+)|((?:%[0-9a-f]{2})+)|\\|[^\\%]|%/giu;

function bareOf(text: string): Bare {
  if (!/[\\%\u0080-\uffff]/.test(text)) return { text, indexOf: (at) => at };
  let bare = '';
  const places: number[] = [];
  for (const match of text.matchAll(encoded)) {
    const [all, units, bytes] = match;
    const part = bytes === undefined ? latin(units === undefined ? all : unescaped(units)) : unquoted(bytes);
    for (const char of part) {
      if (char === '\\') continue;
      bare += char;
      places.push(match.index);
    }
  }
  return { text: bare, indexOf: (at) => places[at] ?? text.length };
}

const latin = (text: string): string => Buffer.from(text).toString('latin1');
const unquoted = (bytes: string): string => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('latin1');
const unescaped = (units: string): string =>
  String.fromCharCode(...(units.match(/[0-9a-f]{4}/gi) ?? []).map((unit) => Number.parseInt(unit, 16)));

/** True where a text starts with a word that ends there: `modelbeam` of `modelbeam-token`. */
function isWordOf(text: string, word: string): boolean {
  return /^[a-z]+$/i.test(word) && /^[^a-z0-9]/i.test(text.slice(word.length));
}

/** A secret as it may have been written before it went into base64 or hex: a URL, or JSON, or JSON in JSON. */
function encodedBefore(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, percentEncoded(secret), once, JSON.stringify(once).slice(1, -1)])];
}

function hexForms(secret: string): string[] {
  const hex = Buffer.from(secret, 'utf8').toString('hex');
  return [hex, hex.toUpperCase()];
}

/** As a URL has it; half a surrogate pair, which none can hold, as it is. */
function percentEncoded(secret: string): string {
  return /\p{Surrogate}/u.test(secret) ? secret : encodeURIComponent(secret);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
