import { Command, CommanderError } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePattern, selection } from '../conform/pattern.ts';
import { InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { fuzzRuns } from '../contract/mutated-file.ts';
import { entryOfUrl, printable } from '../target/from-url.ts';
import { targetsOf } from '../target/load.ts';
import { type ConformOptions, conformCommand, type ServeOptions, serveCommand } from './options.ts';

const options = [
  ...[
    '--target',
    '--surface',
    '--dialect',
    '--only',
    '--level',
    '--jobs',
    '--repeat',
    '--bail',
    '--seed',
    '--slow',
  ],
  ...[
    '--timeout-multiplier',
    '--wait-for-target',
    '--destructive',
    '--reporter',
    '--list',
    '--dry-run',
    '--explain',
  ],
  ...[
    '--example-target',
    '--verbose',
    '--port',
    '--host',
    '--reading',
    '--fault',
    '--flow',
    '--tls',
    '-x',
    '--',
    '-',
  ],
];
const values = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1e9',
    '1e999',
    'NaN',
    'Infinity',
    '0x10',
    '9007199254740993',
    '',
    ' ',
    '=',
    '=a',
    'a=',
    'a=b',
  ),
  fc.constantFrom(
    '__proto__',
    '__proto__=1',
    'emit=__proto__',
    'emit=emit@1',
    'pusher',
    'constructor=x',
    'json=',
    '*',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constant('x'.repeat(100_000)),
);

/** What is left of the arguments: the options, or a refusal. */
async function read(args: readonly string[]): Promise<ConformOptions | ServeOptions | CommanderError> {
  let taken: ConformOptions | ServeOptions | undefined;
  let said = '';
  const say = (text: string): void => {
    said += text;
  };
  const keep = async (given: ConformOptions | ServeOptions): Promise<void> => {
    taken = given;
  };
  const program = new Command('plumbline').exitOverride().configureOutput({ writeOut: say, writeErr: say });
  conformCommand(program, keep);
  serveCommand(program, keep);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    expect(said).not.toBe('');
    return cause;
  }
  if (!taken) throw new Error('neither taken nor refused');
  return taken;
}

describe('arguments of any kind', () => {
  it('are taken for what they are, or refused', async () => {
    const argument = fc.oneof(fc.constantFrom(...options), values);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('conform', 'serve'),
        fc.array(argument, { maxLength: 6 }),
        async (command, args) => {
          const came = await read([command, ...args]);
          expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
          if (came instanceof CommanderError) return;
          if ('jobs' in came) {
            expect(came.jobs).toSatisfy((n: number) => Number.isInteger(n) && n >= 1 && n <= 1024);
            expect(came.repeat).toSatisfy((n: number) => Number.isSafeInteger(n) && n >= 1);
            expect(came.seed).toSatisfy((n: number) => Number.isInteger(n) && n >= 0 && n < 2 ** 32);
            expect(came.timeoutMultiplier).toSatisfy((n: number) => Number.isFinite(n) && n > 0);
          } else expect(came.port).toSatisfy((n: number) => Number.isInteger(n) && n >= 0 && n <= 65_535);
        },
      ),
      { numRuns: fuzzRuns * 4 },
    );
  });
});

describe('--only', () => {
  const named = ['emit/scope/checkpoint/kept', 'emit/always/order', 'pusher/flow/a/b/c/d/e'].map((id) => ({
    target: 'emit',
    case: id,
    requirement: 'E1',
  }));
  const piece = fc.constantFrom(
    '*',
    '**',
    '/',
    ':',
    'emit',
    'e',
    'scope',
    'kept',
    '.',
    '(',
    '[',
    '\\',
    '+',
    'E1',
    '$',
    '^',
  );

  it('of any kind selects, or is refused, and ends', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        (pattern) => {
          try {
            const selects = selection([pattern], named);
            expect(named.some(selects)).toBe(true);
          } catch (cause) {
            expect(cause).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: fuzzRuns * 4 },
    );
  });

  it('means what a slow but simple reading of it means', () => {
    const small = fc.array(fc.constantFrom('*', '**', 'a', 'b', 'a*', '*b', 'a*b'), {
      minLength: 1,
      maxLength: 4,
    });
    const parts = fc.array(fc.constantFrom('a', 'b', 'ab', 'ba', 'aab'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(small, parts, (segments, id) => {
        const simple = (pattern: readonly string[], rest: readonly string[]): boolean => {
          const [head, ...others] = pattern;
          if (head === undefined) return rest.length === 0;
          if (head === '**')
            return simple(others, rest) || (rest.length > 0 && simple(pattern, rest.slice(1)));
          const [first] = rest;
          return (
            first !== undefined &&
            new RegExp(`^${head.replace('*', '.*')}$`).test(first) &&
            simple(others, rest.slice(1))
          );
        };
        const { matches } = parsePattern(segments.join('/'));
        expect(matches({ target: 't', case: id.join('/'), requirement: 'none' })).toBe(simple(segments, id));
      }),
      { numRuns: fuzzRuns * 4 },
    );
  });

  it('with many stars ends at once', () => {
    for (const pattern of [
      `emit/${'*'.repeat(60)}x`,
      `emit/${'a*'.repeat(60)}`,
      `${'**/'.repeat(60)}x`,
      'x'.repeat(100_000),
    ]) {
      expect(() => selection([pattern], named)).toThrow(InputError);
    }
  });
});

describe('--target with a URL of any kind', () => {
  it('is taken, or refused without quoting what may be a secret', async () => {
    const contract = await loadContract();
    const part = fc.oneof(
      fc.constantFrom(
        '/app/',
        '/api/v1/realtime/',
        'spaces/',
        '%',
        '%zz',
        '%00',
        '/',
        '..',
        '?token=',
        '&',
        '#',
        ':',
        '@',
        '[::1',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    );
    const url = fc
      .tuple(fc.constantFrom('ws', 'wss', 'http', 'https', 'ftp', 'WS'), fc.array(part, { maxLength: 8 }))
      .map(([scheme, parts]) => `${scheme}://me:pass-in-url@localhost${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(url, async (where) => {
        const shown = [printable(where)];
        try {
          const entry = entryOfUrl(where, { PLUMBLINE_TOKEN: 'token-in-env' });
          const [target] = await targetsOf([entry], '--target', contract);
          shown.push(JSON.stringify(target?.urls), String(target?.at));
        } catch (cause) {
          expect(cause).toBeInstanceOf(InputError);
          shown.push((cause as InputError).message);
        }
        expect(shown.join('\n')).not.toMatch(/pass-in-url|token-in-env/);
      }),
      { numRuns: fuzzRuns * 2 },
    );
  });
});
