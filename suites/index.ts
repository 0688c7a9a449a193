import type { SurfaceName } from '../src/contract/requirement.ts';
import type { SuiteFactory } from '../src/suite/surface.ts';
import { beamSuite } from './beam/index.ts';
import { emitSuite } from './emit/index.ts';
import { pusherSuite } from './pusher/index.ts';

/** The suite of each surface: what the command line hands to the runner. */
export const suites = { beam: beamSuite, emit: emitSuite, pusher: pusherSuite } as Readonly<
  Record<SurfaceName, SuiteFactory>
>;
