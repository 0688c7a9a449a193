import { InputError } from '../../contract/contract.ts';
import { type SurfaceName, surfaceNames } from '../../contract/requirement.ts';
import type { ConformOptions } from '../options.ts';

type Same = Pick<
  ConformOptions,
  | 'dialect'
  | 'level'
  | 'jobs'
  | 'repeat'
  | 'seed'
  | 'timeoutMultiplier'
  | 'waitForTarget'
  | 'slow'
  | 'destructive'
  | 'baseline'
>;

/** Options of `conformanceTests`; they mean what those of `plumbline conform` mean. */
export interface ConformanceOptions extends Partial<Same> {
  /** What the group of tests is called. @default conformance */
  readonly name?: string;
  /** Only these surfaces. @default all, of which a server that has one is skipped for the others */
  readonly surface?: SurfaceName | readonly SurfaceName[];
  /** Only these: `[TARGET:]CASE`, with `*` and `**`, or a requirement. */
  readonly only?: string | readonly string[];
  /** Reports to write beside: `json=reports/conform.json`. */
  readonly reporter?: string | readonly string[];
  /** Where the surface is on a server object; it names the surface, as the path of a URL does. @default / */
  readonly path?: string;
}

const largestSeed = 2 ** 32 - 1;

const defaults = {
  dialect: {},
  level: 'must',
  jobs: 32,
  repeat: 1,
  timeoutMultiplier: 1,
  waitForTarget: 0,
  slow: false,
  destructive: false,
  optional: false,
} as const satisfies Partial<ConformOptions>;

const known = [...Object.keys(defaults), 'seed', 'baseline', 'name', 'surface', 'only', 'reporter', 'path'];

/**
 * The options of a run.
 * @throws InputError for one that there is not: a misspelt `only` would ask for everything.
 */
export function conformOptions(options: ConformanceOptions): ConformOptions {
  const odd = Object.keys(options).find((name) => !known.includes(name));
  if (odd !== undefined)
    throw new InputError(`conformanceTests: no option ${odd}; there is: ${known.join(', ')}`);
  const { name: _name, path: _path, surface, only, reporter, ...same } = options;
  const surfaces = listed(surface);
  const stranger = surfaces.find((one) => !surfaceNames.includes(one));
  if (stranger !== undefined)
    throw new InputError(`conformanceTests: no surface ${stranger}; there is: ${surfaceNames.join(', ')}`);
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined));
  return {
    ...defaults,
    seed: Math.floor(Math.random() * largestSeed),
    ...given,
    surface: surfaces,
    only: listed(only),
    reporter: listed(reporter),
    ...{ bail: false, updateBaseline: false, list: false, dryRun: false, verbose: false },
  };
}

function listed<One extends string>(value: One | readonly One[] | undefined): readonly One[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
