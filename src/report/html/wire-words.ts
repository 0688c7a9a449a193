import { isObject, type Json } from '../../contract/json.ts';
import type { WireEvent } from '../../wire/event.ts';

/** How an event is drawn: from us to the target, from it to us, both, or beside the wire. */
export type Way = 'out' | 'in' | 'both' | 'end' | 'beside';

/** What a person reads of an event. */
export interface WireWords {
  readonly way: Way;
  /** One or two words: `dial`, `frame`, `closed by them`. */
  readonly what: string;
  /** What fits on an arrow. */
  readonly label: string;
  /** All that was said. */
  readonly text: string;
}

/** An event in words, for a list and for an arrow. */
export function wireWords(event: WireEvent): WireWords {
  switch (event.kind) {
    case 'dial':
      return { way: 'out', what: 'dial', label: 'dial', text: `${event.url}${headersOf(event.headers)}` };
    case 'opened':
      return { way: 'in', what: 'opened', label: '101', text: `101${headersOf(event.headers)}` };
    case 'refused':
      return {
        ...{ way: 'end', what: 'refused', label: `refused ${event.status}` },
        text: `${event.status}${headersOf(event.headers)}\n\n${event.body}`,
      };
    case 'unreachable':
      return { way: 'end', what: 'no answer', label: event.why, text: `${event.why}: ${event.error}` };
    case 'sent':
      return { way: 'out', what: 'sent', label: labelOf(event.text, event.binary), text: event.text };
    case 'frame':
      return {
        ...{ way: 'in', what: `frame, ${event.bytes} B` },
        label: labelOf(event.text, event.binary, event.message),
        text: event.text,
      };
    case 'ping':
    case 'pong':
      return { way: event.by === 'us' ? 'out' : 'in', what: event.kind, label: event.kind, text: '' };
    case 'closed':
      return {
        ...{ way: 'end', what: `closed by ${event.by}`, label: `closed ${event.code} by ${event.by}` },
        text: [`${event.code} ${event.reason}`, event.error].filter(Boolean).join('\n'),
      };
    case 'exchange':
      return {
        ...{ way: 'both', what: `HTTP, ${event.ms.toFixed(0)} ms` },
        label: `${event.method} ${endOf(event.url)} ${event.status || 'no answer'}`,
        text: exchangeText(event),
      };
    case 'timer':
      return {
        way: 'beside',
        what: 'timer',
        label: `${event.what} ${event.ms} ms`,
        text: `${event.what} (${event.ms} ms)`,
      };
    case 'fact':
      return {
        way: 'beside',
        what: 'fact',
        label: event.name,
        text: `${event.name}: ${JSON.stringify(event.value)}`,
      };
  }
}

function exchangeText(event: Extract<WireEvent, { kind: 'exchange' }>): string {
  const asked = `${event.method} ${event.url}${headersOf(event.requestHeaders)}`;
  const body = event.requestBody === undefined ? '' : `\n\n${event.requestBody}`;
  const why = [event.error, event.timedOut && 'timed out', event.garbled && 'no HTTP']
    .filter(Boolean)
    .join(', ');
  const answered =
    event.status === 0 ? `no answer: ${why}` : `${event.status}${headersOf(event.headers)}\n\n${event.body}`;
  return `${asked}${body}\n\n→ ${answered}`;
}

function headersOf(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `\n${name}: ${value}`)
    .join('');
}

/** The name that a message gives itself, whichever surface it is of; else how it begins. */
function labelOf(text: string, binary: boolean, message?: Json): string {
  if (binary) return 'binary';
  const read = message ?? parsed(text);
  if (isObject(read)) {
    const name = read.type ?? read.event ?? read.status;
    const status =
      read.type !== undefined && typeof read.status === 'string' && read.status !== name
        ? ` · ${read.status}`
        : '';
    if (typeof name === 'string') return `${name}${status}`;
  }
  return text;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** What a path ends with says which call it is; an arrow has no room for the rest. */
function endOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return path.replace(/^.*\/(?=[^/])/, '…/');
}
