import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { Json } from './json.ts';

/** Inputs for each kind of file or message in the tests that attack; PLUMBLINE_FUZZ_RUNS asks for more. */
export const fuzzRuns = Number(process.env.PLUMBLINE_FUZZ_RUNS ?? 60);

/** What stands where something else should. */
const strangers: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 0.5, '', ' ', [], {}, [[]], [null], { a: 1 }, '\u0000', '\ud800', '\u202e'],
  ...[
    '__proto__',
    'constructor',
    '../../etc/passwd',
    'x'.repeat(5000),
    '(a+)+$',
    '[',
    '{{}}',
    '<script>',
    '%',
  ],
  ...[
    `\${`,
    `\${}`,
    `\${NO_SUCH}`,
    `\${A:-b}`,
    `$\${A}`,
    '*a',
    '&a',
    '!!js/function',
    'ws://',
    'ws://u:p@h',
    '#',
  ],
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  deep(90),
  deep(400),
];

const keys = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  'x'.repeat(3000),
  '<<',
  '0',
  'é',
];

/** Whole files that are not what they seem. */
const documents: readonly (string | Buffer)[] = [
  '',
  '\ufeff',
  'null',
  '[]',
  '---\na: 1\n---\nb: 2\n',
  '%YAML 1.1\n---\na: 2001-01-01\n',
  'a: !!binary aGVsbG8=\nb: !!set {x, y}\n',
  '? [a, b]\n: 1\n',
  'a: &a [*a]\n',
  'a: *nowhere\n',
  'a: .nan\nb: .inf\n',
  bomb('targets'),
  bomb('requirements'),
  `a: ${'['.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `a: "${'x'.repeat(1_100_000)}"`,
  Buffer.from('targets: []\n', 'utf16le'),
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('targets: []\n', 'utf16le')]),
  Buffer.from('a: caf\xe9\n', 'latin1'),
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1, 2, 3]),
];

/** Bytes of a file that may once have been a valid one: noise, damaged text, or a tree with parts exchanged. */
export function mutatedFile(valid: readonly string[]): fc.Arbitrary<Buffer> {
  const whole = fc.constantFrom(...valid);
  return fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => Buffer.from(text)),
    },
    { weight: 1, arbitrary: fc.constantFrom(...documents).map((text) => Buffer.from(text)) },
    { weight: 5, arbitrary: whole.chain(damaged) },
    { weight: 12, arbitrary: whole.chain(exchanged) },
  );
}

function damaged(text: string): fc.Arbitrary<Buffer> {
  const lines = text.split('\n');
  const at = fc.nat({ max: text.length });
  const line = fc.nat({ max: lines.length - 1 });
  const insert = fc.constantFrom(
    '\u0000',
    '\t',
    '{',
    ']',
    ': ',
    '- ',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '#',
    '\r',
    '%',
    '<<: ',
  );
  return fc.oneof(
    at.map((end) => Buffer.from(text.slice(0, end))),
    fc
      .tuple(at, fc.nat({ max: 40 }))
      .map(([from, length]) => Buffer.from(text.slice(0, from) + text.slice(from + length))),
    fc.tuple(at, insert).map(([where, what]) => Buffer.from(text.slice(0, where) + what + text.slice(where))),
    line.map((one) => Buffer.from(lines.toSpliced(one, 0, lines[one] ?? '').join('\n'))),
    line.map((one) => Buffer.from(lines.toSpliced(one, 1).join('\n'))),
    fc
      .tuple(line, fc.nat({ max: 5 }))
      .map(([one, by]) => Buffer.from(lines.with(one, ' '.repeat(by) + (lines[one] ?? '')).join('\n'))),
    fc.constantFrom('\r\n', '\r').map((end) => Buffer.from(lines.join(end))),
    fc.constant(Buffer.from(`\ufeff${text}`)),
    fc.constant(Buffer.from(text, 'utf16le')),
    fc
      .tuple(at, fc.integer({ min: 128, max: 255 }))
      .map(([where, byte]) =>
        Buffer.concat([
          Buffer.from(text.slice(0, where)),
          Buffer.from([byte]),
          Buffer.from(text.slice(where)),
        ]),
      ),
  );
}

/** One to three parts of the tree dropped, renamed, doubled, or put in another's place. */
function exchanged(text: string): fc.Arbitrary<Buffer> {
  const tree = parse(text) as Json;
  const places = pathsOf(tree);
  const stranger = fc.oneof(fc.constantFrom(...strangers), fc.jsonValue({ maxDepth: 2 }));
  const edit = fc.record({
    place: fc.constantFrom(...places),
    how: fc.constantFrom('drop', 'replace', 'replace', 'replace', 'add', 'double', 'swap'),
    stranger,
    key: fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 8 })),
    other: fc.constantFrom(...places),
  });
  return fc.tuple(fc.array(edit, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([edits, asJson]) => {
    const copy = structuredClone(tree) as Json;
    for (const { place, how, stranger: what, key, other } of edits) {
      const parent = at(copy, place.slice(0, -1)) as Record<string, unknown> | unknown[] | undefined;
      const last = place.at(-1);
      if (typeof parent !== 'object' || parent === null || last === undefined) continue;
      if (Array.isArray(parent)) {
        const index = Number(last);
        if (how === 'drop') parent.splice(index, 1);
        else if (how === 'double') parent.push(structuredClone(parent[index]));
        else parent[index] = how === 'swap' ? structuredClone(at(copy, other)) : what;
      } else if (how === 'drop') delete parent[last];
      else if (how === 'add') define(parent, key, what);
      else if (how === 'double') define(parent, `${last}2`, parent[last]);
      else define(parent, String(last), how === 'swap' ? structuredClone(at(copy, other)) : what);
    }
    return Buffer.from(
      asJson ? JSON.stringify(copy, null, 1) : stringify(copy, { aliasDuplicateObjects: false }),
    );
  });
}

/** As an own property, whatever it is called. */
function define(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true });
}

type Path = readonly (string | number)[];

function pathsOf(node: Json, path: Path = []): Path[] {
  if (typeof node !== 'object' || node === null) return [path];
  const inner = Object.entries(node).flatMap(([key, value]) => pathsOf(value as Json, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function at(node: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    node,
  );
}

function deep(levels: number): Json {
  let value: Json = 'x';
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}

/** A few lines that stand for a billion values. */
function bomb(key: string): string {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
  for (let n = 1; n < 12; n += 1)
    lines.push(
      `a${n}: &a${n} [${Array(9)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    );
  return `${lines.join('\n')}\n${key}: *a11\n`;
}
