import { describe, expect, it } from 'vitest';
import type { Outcome } from '../suite/judgement.ts';
import { buildMatrix, type ReadResult } from './build-matrix.ts';
import { matrixHtml } from './matrix-html.ts';
import { matrixMarkdown } from './matrix-markdown.ts';
import { cellText } from './words.ts';

type Told = readonly [requirement: string, outcome: Outcome, known?: string, level?: string];

function result(
  name: string,
  told: readonly Told[],
  more: Partial<ReadResult['targets'][number]> = {},
): ReadResult {
  const judged = { dialect: 'document', verdict: 'conformant', exit: 0, knownOnly: false } as const;
  return {
    startedAt: '2026-01-31T12:00:00.000Z',
    targets: [{ name, surface: 'beam', scope: 'full', ...judged, ...more }],
    cases: told.map(([requirement, outcome, known, level = 'MUST']) => ({
      ...{ target: name, surface: 'beam' as const },
      checks: [
        {
          ...{ requirement, level, text: `says ${requirement}`, source: 'Doc, "One"', outcome },
          ...(known === undefined ? {} : { known }),
        },
      ],
    })),
  };
}

const built = (...results: readonly ReadResult[]) =>
  buildMatrix(results.map((one, at) => ({ file: `${at}.json`, result: one })));

describe('a matrix', () => {
  it('has a table for each surface that was judged, and a row for each requirement, in the order of their numbers', () => {
    const [table, ...others] = built(
      result('a', [
        ['B10', 'passed'],
        ['B9', 'passed'],
        ['B9i', 'passed'],
      ]),
    );
    expect(others).toEqual([]);
    expect(table?.rows.map(({ id }) => id)).toEqual(['B9', 'B9i', 'B10']);
  });

  it('has the level of whoever is held to a requirement, where another target was only tried', () => {
    const may = result('a', [['B1', 'untestable', 'it lacks it', 'MAY']]);
    const must = result('b', [['B1', 'passed']]);
    for (const both of [built(may, must), built(must, may)])
      expect(both[0]?.rows).toMatchObject([{ id: 'B1', level: 'MUST' }]);
    expect(built(may)[0]?.rows).toMatchObject([{ id: 'B1', level: 'MAY' }]);
  });

  it.each<[string, readonly Told[], string]>([
    [
      'every check passed',
      [
        ['B1', 'passed'],
        ['B1', 'passed'],
      ],
      '✓ 2',
    ],
    [
      'the worst of several outcomes',
      [
        ['B1', 'passed'],
        ['B1', 'failed'],
        ['B1', 'ambiguous'],
      ],
      '✗ 1 of 3',
    ],
    [
      'what does not apply counts nowhere',
      [
        ['B1', 'not-applicable'],
        ['B1', 'passed'],
      ],
      '✓ 1',
    ],
    ['nothing applies', [['B1', 'not-applicable']], '–'],
    [
      'an unknown failure beside a known one',
      [
        ['B1', 'failed', 'old'],
        ['B1', 'failed'],
      ],
      '✗ 1 of 2',
    ],
    [
      'a known failure is no pass',
      [
        ['B1', 'failed', 'old'],
        ['B1', 'passed'],
      ],
      '✗ known 1 of 2',
    ],
    [
      'an error is worse than a known failure',
      [
        ['B1', 'error'],
        ['B1', 'failed', 'old'],
      ],
      '! 1 of 2',
    ],
    [
      'what could not be tested is no pass',
      [
        ['B1', 'untestable'],
        ['B1', 'passed'],
      ],
      '? 1 of 2',
    ],
    [
      'what was left out is no pass',
      [
        ['B1', 'not-run'],
        ['B1', 'passed'],
      ],
      '· 1 of 2',
    ],
  ])('%s', (_, told, text) => {
    const [table] = built(result('a', told));
    expect(table?.rows.map(({ cells }) => cellText(cells[0]))).toEqual([text]);
  });

  it('leaves a cell empty where a target was not asked', () => {
    const [table] = built(result('a', [['B1', 'passed']]), result('b', [['B2', 'failed']]));
    expect(table?.rows.map(({ cells }) => cells.map(cellText))).toEqual([
      ['✓ 1', ''],
      ['', '✗ 1'],
    ]);
  });

  it('tells targets of one name apart by their files', () => {
    const [table] = built(result('a', []), result('a', []), result('b', []));
    expect(table?.columns.map(({ label }) => label)).toEqual(['a (0.json)', 'a (1.json)', 'b']);
  });

  it('keeps what targets of one name in two files came to apart', () => {
    const [table] = built(result('a', [['B1', 'passed']]), result('a', [['B1', 'failed']]));
    expect(table?.rows[0]?.cells.map(cellText)).toEqual(['✓ 1', '✗ 1']);
  });
});

describe('its pages', () => {
  const hostile = '<script>alert(1)</script> a|b "c" \\ d';
  const tables = built(
    result(hostile, [['B1', 'failed', hostile]], {
      verdict: 'non-conformant',
      knownOnly: true,
      scope: 'partial',
      role: 'relay',
    }),
  );

  it.each([
    ['Markdown', matrixMarkdown(tables)],
    ['HTML', matrixHtml(tables)],
  ])('say in %s what each target came to, and why a failure is known, and run nothing of it', (_, page) => {
    expect(page).toContain('non-conformant (known only, partial) · exit 0');
    expect(page).toContain('document, a relay');
    expect(page).toContain('✗ known 1');
    expect(page).toContain('says B1');
    expect(page).toContain('2026-01-31');
    expect(page).not.toContain('<script>');
  });

  it('keep the columns of a Markdown table, whatever a name holds', () => {
    const lines = matrixMarkdown(tables)
      .split('\n')
      .filter((line) => line.startsWith('| B1 '));
    expect(lines.map((line) => line.split(/(?<!\\)\|/).length)).toEqual([6]);
  });

  it('need nothing from anywhere', () => {
    expect(matrixHtml(tables)).not.toMatch(/(?:src|href)="(?!#)|@import|url\(/);
  });
});
