import { isObject, type Json, parseJson } from '../contract/json.ts';

/** Beyond these a shape says no more that would tell two failures apart. */
const deepest = 4;
const mostKeys = 24;
const mostItems = 256;
const mostWords = 16;

/**
 * What kind of thing a JSON value is, with nothing in it that changes from run to run: types and keys, no
 * values, and `*` for a key that looks like an id. ASCII only, whatever a server calls its keys.
 */
export function shapeOf(value: Json | undefined, depth = 0): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    if (depth >= deepest) return '[…]';
    return `[${distinct(value.slice(0, mostItems).map((item) => shapeOf(item, depth + 1))).join(' | ')}]`;
  }
  if (!isObject(value)) return typeof value;
  if (depth >= deepest) return '{…}';
  const fields = Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${shapeOf(item, depth + 1)}`);
  const all = distinct(fields);
  return `{${all.slice(0, mostKeys).join(', ')}${all.length > mostKeys ? ', …' : ''}}`;
}

/** The shape of what a server sent as text: that of the JSON it holds, else that it is text, or nothing. */
export function shapeOfText(text: string): string {
  if (text === '') return 'empty';
  const value = parseJson(text);
  return value === undefined ? 'text' : shapeOf(value);
}

/**
 * The shape of words of ours in which values may stand: numbers, quoted texts, ids and lists become `#`, JSON
 * an ellipsis. An HTTP status and a close code stay: they say what kind of answer it was.
 */
export function shapeOfWords(words: string): string {
  const json = /(^|[\s(])[{["]/.exec(words);
  const from = json ? json.index + (json[1]?.length ?? 0) : words.length;
  // Where JSON was cut depends on the values in it, so that no more is read of it than its first character.
  const tail = from >= words.length ? [] : [words[from] === '{' ? '{…}' : words[from] === '[' ? '[…]' : '#'];
  const spoken = words
    .slice(0, from)
    .replace(/'[^']*'|"[^"]*"|\([^)]*\)/g, '#')
    .replace(/\S+(, \S+)+/g, '#')
    .split(/\s+/)
    .filter(Boolean);
  const shaped: string[] = [];
  for (const [at, word] of spoken.entries()) {
    const bare = word.replace(/^[^\w#]+|[^\w#]+$/g, '');
    const before = shaped.at(-1);
    if (/^\d{3,4}$/.test(bare) && /^(status|code|closed|close)$/.test(spoken[at - 1]?.toLowerCase() ?? '')) {
      shaped.push(bare);
    } else if (bare === '' || bare === '#' || /\d/.test(bare) || bare.length > 24 || !isAscii(bare)) {
      if (before !== '#') shaped.push('#');
    } else {
      // One thing or two of it are a difference in number, not in kind.
      shaped.push(before === '#' ? bare.toLowerCase().replace(/s$/, '') : bare.toLowerCase());
    }
  }
  return [...shaped.slice(0, mostWords), ...tail].join(' ') || 'nothing';
}

/** A JSON pointer without what changes from run to run: positions in a list, and keys that look like ids. */
export function stablePointer(pointer: string): string {
  return pointer
    .split('/')
    .map((part) => (/^\d+$/.test(part) || looksLikeAnId(part) ? '*' : ascii(part)))
    .join('/');
}

function keyOf(key: string): string {
  if (looksLikeAnId(key)) return '*';
  return /^[A-Za-z_$][\w$-]*$/.test(key) ? key : `"${ascii(JSON.stringify(key).slice(1, -1))}"`;
}

function looksLikeAnId(key: string): boolean {
  return key.length > 32 || (key.match(/\d/g)?.length ?? 0) >= 3;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Files, editors and terminals disagree about everything else. */
export function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
