import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { packageRoot } from '../contract/spec-files.ts';
import type { SuiteFactory } from '../suite/surface.ts';
import { coverageOf, type SurfaceCoverage } from './coverage.ts';

let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
}, 180_000);

async function suiteOf(surface: SurfaceName): Promise<SuiteFactory> {
  const module: Record<string, SuiteFactory> = await import(pathToFileURL(indexOf(surface)).href);
  const factory = module[`${surface}Suite`];
  if (!factory) throw new Error(`suites/${surface}/index.ts exports no ${surface}Suite`);
  return factory;
}

/** A row about a client is asked for by these, or says why not. */
async function clientSuites(): Promise<Readonly<Partial<Record<SurfaceName, SuiteFactory>>>> {
  const module = await import(pathToFileURL(join(packageRoot(), 'suites', 'index.ts')).href);
  return module.clientSuites;
}

const indexOf = (surface: SurfaceName): string => join(packageRoot(), 'suites', surface, 'index.ts');

describe.each(surfaceNames.filter((surface) => existsSync(indexOf(surface))))(
  'the suite of %s',
  (surface) => {
    let coverage: SurfaceCoverage;
    beforeAll(async () => {
      const [made] = coverageOf(contract, { [surface]: await suiteOf(surface) }, await clientSuites());
      if (!made) throw new Error(`no coverage of ${surface}`);
      coverage = made;
    });

    it('asks for every requirement, or says why not', () => {
      const holes = coverage.requirements.filter((row) => row.kind === 'hole');
      expect(holes.map(({ requirement }) => `${requirement.source.at} ${requirement.id}`)).toEqual([]);
    });

    it('asks for nothing that no document asks for, or that is said not to be tested', () => {
      expect(coverage.strays).toEqual([]);
    });

    it('covers every cell of the rules', () => {
      const holes = coverage.cells.filter(({ missing }) => missing.length > 0);
      expect(holes.map(({ word, missing }) => `${word} (${missing.join(', ')})`)).toEqual([]);
    });

    it('asks for all that a cell stands for, where it covers one', () => {
      const holes = coverage.cells.filter(({ unasked }) => unasked.length > 0);
      expect(holes.map(({ word, unasked }) => `${word}: ${unasked.join(', ')}`)).toEqual([]);
    });
  },
);

describe('coverage', () => {
  const emit = (change: (suite: Suite) => Suite, ofClients = clientRows()): SurfaceCoverage => {
    const checks = Object.fromEntries(ofClients.map((id) => [id, () => undefined]));
    const clients = { cases: [{ id: 'client', checks }], monitors: [] };
    const [made] = coverageOf(
      contract,
      { emit: () => change(whole()) as never },
      { emit: () => clients as never },
    );
    if (!made) throw new Error('no coverage of emit');
    return made;
  };
  const clientRows = (): string[] =>
    contract.emit.requirements
      .filter(
        ({ side, level, notTested }) => side === 'client' && level !== 'INFO' && notTested === undefined,
      )
      .map(({ id }) => id);
  interface Suite {
    readonly cases: readonly {
      readonly id: string;
      readonly checks: object;
      readonly covers?: readonly string[];
    }[];
    readonly monitors: readonly { readonly id: string; readonly checks: readonly string[] }[];
  }
  /** A suite of one case that names all there is. */
  const whole = (): Suite => {
    const rows = contract.emit.requirements.filter(
      (row) => row.notTested === undefined && row.level !== 'INFO',
    );
    const asked = rows.filter(({ side }) => side !== 'client' && side !== 'document');
    const [cells] = coverageOf(contract, { emit: () => ({ cases: [], monitors: [] }) as never });
    return {
      cases: [
        {
          id: 'all',
          checks: Object.fromEntries(asked.map(({ id }) => [id, () => undefined])),
          covers: cells?.cells.map(({ word }) => word) ?? [],
        },
      ],
      monitors: [],
    };
  };
  const without = (suite: Suite, id: string): Suite => ({
    ...suite,
    cases: suite.cases.map((one) => ({
      ...one,
      checks: Object.fromEntries(Object.entries(one.checks).filter(([key]) => key !== id)),
    })),
  });
  const kindOf = (coverage: SurfaceCoverage, id: string): string | undefined =>
    coverage.requirements.find(({ requirement }) => requirement.id === id)?.kind;

  it('is whole where everything is named', () => {
    const coverage = emit((suite) => suite);
    expect(coverage.requirements.filter(({ kind }) => kind === 'hole')).toEqual([]);
    expect(coverage.cells.filter(({ missing }) => missing.length > 0)).toEqual([]);
    expect(coverage.strays).toEqual([]);
  });

  it('has a hole where nothing names a requirement', () => {
    const coverage = emit((suite) => without(suite, 'E33'));
    expect(kindOf(coverage, 'E33')).toBe('hole');
    expect(kindOf(coverage, 'E30')).toBe('checked');
  });

  it('asks the suite of clients for what binds a client, and for nothing else', () => {
    const coverage = emit((suite) => suite, ['E33']);
    expect(coverage.requirements.filter(({ kind }) => kind === 'hole')).toMatchObject(
      clientRows().map((id) => ({ requirement: { id }, dialects: ['emit@1', 'emit@2', 'emit@3'] })),
    );
    expect(coverage.strays).toMatchObject([
      { case: 'client', requirement: 'E33', reason: 'it binds the server' },
    ]);
  });

  it('counts a monitor as well as a case', () => {
    const coverage = emit((suite) => ({
      ...without(suite, 'E33'),
      monitors: [{ id: 'always', checks: ['E33'] }],
    }));
    expect(kindOf(coverage, 'E33')).toBe('checked');
  });

  it('has a hole where no case covers a cell', () => {
    const coverage = emit(({ cases, monitors }) => ({
      cases: cases.map(({ covers = [], ...one }) => ({
        ...one,
        covers: covers.filter((word) => word !== 'scope/dead/stripped'),
      })),
      monitors,
    }));
    expect(coverage.cells.filter(({ missing }) => missing.length > 0)).toMatchObject([
      {
        word: 'scope/dead/stripped',
        missing: ['emit@1', 'emit@2', 'emit@3'],
        path: ['events', 'dead', 'data', 'stripped'],
      },
    ]);
  });

  it('has a hole where a case covers a cell and leaves out what it stands for', () => {
    const coverage = emit((suite) => without(suite, 'E11'));
    expect(coverage.cells.filter(({ unasked }) => unasked.length > 0)).toMatchObject([
      { word: 'scope/dead/stripped', unasked: ['E11'] },
    ]);
  });

  it('names a check of no requirement', () => {
    const coverage = emit((suite) => ({ ...suite, monitors: [{ id: 'always', checks: ['E999'] }] }));
    expect(coverage.strays).toEqual([{ case: 'always', requirement: 'E999', reason: 'no such requirement' }]);
  });

  it('names a check of a requirement that binds somebody else', () => {
    const row = contract.emit.requirements.find(({ side }) => side === 'client' || side === 'document');
    const coverage = emit((suite) => ({ ...suite, monitors: [{ id: 'always', checks: [row?.id ?? ''] }] }));
    expect(coverage.strays).toMatchObject([{ case: 'always', reason: `it binds the ${row?.side}` }]);
  });

  it('counts a group through any of its members', () => {
    const row = contract.pusher.requirements.find(({ group }) => group.length > 1);
    const other = row?.group.find((id) => id !== row.id) ?? '';
    const suite = { cases: [{ id: 'one', checks: { [other]: () => undefined } }], monitors: [] };
    const [coverage] = coverageOf(contract, { pusher: () => suite as never });
    expect(coverage && kindOf(coverage, row?.id ?? '')).toBe('checked');
  });

  it('asks for a requirement in every dialect that it speaks to', () => {
    const suite = (dialect: string) => ({
      cases: dialect === 'beta9' ? [{ id: 'one', checks: { B6: () => undefined } }] : [],
      monitors: [],
    });
    const [coverage] = coverageOf(contract, { beam: (_, dialect) => suite(dialect) as never });
    expect(coverage?.requirements.find(({ requirement }) => requirement.id === 'B6')).toMatchObject({
      kind: 'hole',
      dialects: ['document'],
    });
  });
});
