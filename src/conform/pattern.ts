import { InputError } from '../contract/contract.ts';
import { nearest } from '../target/nearest.ts';

/** What `--only` and excludes can name: a case, a requirement, on a target. */
export interface Named {
  readonly target: string;
  readonly case: string;
  readonly requirement: string;
}

/** A parsed `[TARGET:]ID`: segments of a case id with `*` and `**`, or a requirement id. */
export interface Pattern {
  readonly text: string;
  readonly matches: (named: Named) => boolean;
}

/**
 * Parses a pattern. `*` stands for one segment or a part of one, `**` for any number of segments.
 * @throws InputError on an empty pattern.
 */
export function parsePattern(text: string): Pattern {
  const colon = /^([^/:*]+|\*):(.+)$/.exec(text);
  const target = colon?.[1];
  const id = colon?.[2] ?? text;
  if (id.trim() === '') throw new InputError(`--only "${text}": an empty pattern selects nothing`);
  const segments = id.split('/').map(segmentMatcher);
  return {
    text,
    matches: (named) =>
      (target === undefined || target === '*' || target === named.target) &&
      (named.requirement === id || matchSegments(segments, named.case.split('/'))),
  };
}

type Segment = '**' | RegExp;

function segmentMatcher(segment: string): Segment {
  if (segment === '**') return '**';
  const escaped = segment.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}

function matchSegments(pattern: readonly Segment[], parts: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return parts.length === 0;
  if (head === '**') {
    for (let skip = 0; skip <= parts.length; skip++) if (matchSegments(rest, parts.slice(skip))) return true;
    return false;
  }
  const [first, ...others] = parts;
  return first !== undefined && head.test(first) && matchSegments(rest, others);
}

/**
 * A selection of checks by patterns; without any it takes everything.
 * @throws InputError naming each pattern that matches nothing.
 */
export function selection(patterns: readonly string[], known: readonly Named[]): (named: Named) => boolean {
  if (patterns.length === 0) return () => true;
  const parsed = patterns.map(parsePattern);
  for (const pattern of parsed) {
    if (known.some(pattern.matches)) continue;
    throw new InputError(
      `--only ${pattern.text}: matches no check; ${hint(pattern.text, known)} (see --list)`,
    );
  }
  return (named) => parsed.some((pattern) => pattern.matches(named));
}

/** What may have been meant: a case that has the last word in it, else the one that is spelled most alike. */
function hint(text: string, known: readonly Named[]): string {
  const word = text.split(/[/:]/).at(-1)?.replaceAll('*', '') ?? '';
  const holds = word ? known.find((named) => named.case.includes(word)) : undefined;
  if (holds) return `is it ${holds.case}?`;
  return nearest(text, [...new Set(known.flatMap((named) => [named.case, named.requirement]))]);
}
