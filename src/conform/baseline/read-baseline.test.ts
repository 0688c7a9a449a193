import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../contract/contract.ts';
import { loadContract } from '../../contract/load.ts';
import { parseYaml } from '../../contract/read-yaml.ts';
import { baselineText } from './a-baseline.ts';
import { entriesOf, proveForm } from './read-baseline.ts';

const { formats } = await loadContract();
const check = { target: 'mine', case: 'emit/a', requirement: 'E1', group: ['E1', 'P1'] };
const known = { targets: ['mine', 'other-surface'], checks: [check] };

function read(text: string) {
  const file = parseYaml(text, 'b.yaml');
  proveForm(file, formats);
  return entriesOf(file, known);
}

const good = baselineText([{ case: 'emit/a', issue: 'https://example.test/1', expires: '2027-01-31' }]);

describe('a baseline file', () => {
  it('is read with the place of every entry', () => {
    expect(read(good)).toEqual({
      file: 'b.yaml',
      slow: false,
      destructive: false,
      entries: [
        {
          ...{ target: 'mine', case: 'emit/a', requirement: 'E1', rule: 'wrong', at: 'b.yaml:3' },
          fingerprint: [{ shape: 'wrong' }],
          ...{ reason: 'it is old', issue: 'https://example.test/1', expires: '2027-01-31' },
        },
      ],
    });
  });

  it('may name any member of a group of requirements', () => {
    expect(read(good.replace('requirement: E1', 'requirement: P1')).entries).toMatchObject([
      { requirement: 'E1' },
    ]);
  });

  it('may have entries of a target that this run is not for', () => {
    const text = baselineText([{ target: 'other-surface', case: 'pusher/anything', requirement: 'P7' }]);
    expect(read(text).entries).toHaveLength(1);
  });

  it.each([
    ['', /^b\.yaml:1: the file must be object$/],
    ['entries: []', /^b\.yaml:1: the file needs the key "format"$/],
    ['format: plumbline-baseline/2\nentries: []', /^b\.yaml:1: format must be "plumbline-baseline\/1"$/],
    [good.replace('reason:', 'raison:'), /^b\.yaml:\d+: entries\.0 /],
    [good.replace('2027-01-31', '2027-02-31'), /^b\.yaml:11: entries\.0\.expires must match format "date"$/],
    [good.replace('2027-01-31', 'soon'), /^b\.yaml:11: /],
    [good.replace('https://example.test/1', 'JIRA 1'), /^b\.yaml:10: entries\.0\.issue/],
    [
      good.replace('target: mine', 'target: mien'),
      /^b\.yaml:3: there is no target "mien"; there is: mine, other-surface$/,
    ],
    [good.replace('emit/a', 'emit/b'), /^b\.yaml:4: there is no case emit\/b; did you mean emit\/a\?$/],
    [good.replace('E1', 'E2'), /^b\.yaml:5: emit\/a does not judge E2; it judges E1$/],
    [
      `${good}${good.split('\n').slice(2).join('\n')}`,
      /^b\.yaml:12: this failure has an entry already, at b\.yaml:3/,
    ],
    [`${good}  - [`, /^b\.yaml:\d+: not valid YAML: /],
  ])('is refused by file and line: %#', (text, message) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (cause) {
      thrown = cause;
    }
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).not.toContain('\n');
  });

  it('is read or refused in one clear message, whatever is in it', () => {
    const lines = good.split('\n');
    const junk = fc.oneof(fc.string(), fc.constantFrom('*a', '&a', '- ', '{', '}', '[', '\t', '"', '|', '%'));
    const bent = fc.oneof(
      fc.tuple(fc.nat(lines.length - 1), junk).map(([at, text]) => lines.with(at, text).join('\n')),
      fc
        .tuple(fc.nat(good.length), fc.string())
        .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1)),
      fc.json().map((json) => `format: plumbline-baseline/1\nentries: ${json}`),
    );
    fc.assert(
      fc.property(bent, (text) => {
        try {
          read(text);
        } catch (cause) {
          expect(cause).toBeInstanceOf(InputError);
          expect((cause as Error).message).toMatch(/^b\.yaml/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
