import { isObject, type Json } from '../contract/json.ts';
import { base64Forms } from '../wire/redact.ts';

/** Where a planted text came to light, and in which disguise. */
export interface Sighting {
  readonly form: 'plain' | 'escaped' | 'percent-encoded' | 'hex' | 'base64';
  /** Byte or character offset in the frame, where there is one. */
  readonly at: number;
}

/**
 * Looks for a planted text in a frame: as it is, JSON-escaped at any depth, percent-encoded, in hex
 * and in base64 at each of its three offsets.
 */
export function sightingOf(canary: string, text: string, message?: Json): Sighting | undefined {
  const plain = text.indexOf(canary);
  if (plain >= 0) return { form: 'plain', at: plain };
  const decoded = percentDecoded(text);
  const percent = decoded === text ? -1 : decoded.indexOf(canary);
  if (percent >= 0) return { form: 'percent-encoded', at: percent };
  const hex = text.toLowerCase().indexOf(Buffer.from(canary, 'utf8').toString('hex'));
  if (hex >= 0) return { form: 'hex', at: hex };
  for (const form of base64Forms(canary)) {
    const at = text.indexOf(form);
    if (at >= 0) return { form: 'base64', at };
  }
  if (message !== undefined && stringsOf(message).some((part) => part.includes(canary))) {
    return { form: 'escaped', at: -1 };
  }
  return undefined;
}

/** What is no UTF-8 beside a planted text must not hide it. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (part) =>
    Buffer.from(part.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Every string in a message, keys too; strings that are JSON themselves are opened. */
function stringsOf(value: Json, depth = 0): string[] {
  if (typeof value === 'string') {
    const inner = depth < 4 && /^[[{"]/.test(value.trim()) ? tryParse(value) : undefined;
    return inner === undefined ? [value] : [value, ...stringsOf(inner, depth + 1)];
  }
  if (Array.isArray(value)) return value.flatMap((item) => stringsOf(item, depth));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) => [key, ...stringsOf(item, depth)]);
  }
  return [];
}

function tryParse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
