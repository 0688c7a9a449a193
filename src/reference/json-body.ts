import { type Json, parseJson } from '../contract/json.ts';

/** A request body as JSON: its value, or what is wrong with it. Both absent: there was no body. */
export interface Body {
  readonly value?: Json;
  readonly problem?: string;
}

/** Levels of nesting that are taken: deeper JSON can be parsed, but not written again without recursion. */
const deepest = 200;

export function readBody(text: string): Body {
  if (text.trim() === '') return {};
  if (depthOf(text) > deepest) return { problem: `the body is nested deeper than ${deepest} levels` };
  const value = parseJson(text);
  return value === undefined ? { problem: 'the body is not valid JSON' } : { value };
}

function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') most = Math.max(most, ++depth);
    else if (char === '}' || char === ']') depth -= 1;
  }
  return most;
}
