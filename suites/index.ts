import type { SurfaceName } from '../src/contract/requirement.ts';
import type { SuiteFactory } from '../src/suite/surface.ts';
import { emitSuite } from './emit/index.ts';

/** The suite of each surface: what the command line hands to the runner. */
export const suites = { emit: emitSuite } as Readonly<Record<SurfaceName, SuiteFactory>>;
