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
  /** The target that it is limited to. */
  readonly target?: string;
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
    ...(target === undefined || target === '*' ? {} : { target }),
    matches: (named) =>
      (target === undefined || target === '*' || target === named.target) &&
      (named.requirement === id || matchSegments(segments, named.case.split('/'))),
  };
}

type Segment = '**' | ((part: string) => boolean);

/** Not a regular expression: a few dozen `*` in one would try every way to share a text out among them. */
function segmentMatcher(segment: string): Segment {
  if (segment === '**') return '**';
  const [first = '', ...others] = segment.split('*');
  const last = others.pop();
  if (last === undefined) return (part) => part === first;
  return (part) => {
    let at = first.length;
    for (const piece of others) {
      const found = part.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return part.startsWith(first) && part.endsWith(last) && at + last.length <= part.length;
  };
}

/** Where a segment does not fit, the latest `**` takes one part more; those before it need never take another. */
function matchSegments(pattern: readonly Segment[], parts: readonly string[]): boolean {
  let [next, at] = [0, 0];
  let latest: { readonly next: number; at: number } | undefined;
  while (at < parts.length) {
    const segment = pattern[next];
    if (segment === '**') {
      next += 1;
      latest = { next, at };
    } else if (segment?.(parts[at] ?? '')) {
      next += 1;
      at += 1;
    } else if (latest) {
      latest.at += 1;
      ({ next, at } = latest);
    } else return false;
  }
  return pattern.slice(next).every((segment) => segment === '**');
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
export function hint(text: string, known: readonly Named[]): string {
  const word = text.split(/[/:]/).at(-1)?.replaceAll('*', '') ?? '';
  const holds = word ? known.find((named) => named.case.includes(word)) : undefined;
  if (holds) return `is it ${holds.case}?`;
  return nearest(text, [...new Set(known.flatMap((named) => [named.case, named.requirement]))]);
}
