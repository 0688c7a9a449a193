import type { SurfaceName } from '../src/contract/requirement.ts';
import type { SuiteFactory } from '../src/suite/surface.ts';
import { beamSuite } from './beam/index.ts';
import { emitClientSuite, pusherClientSuite } from './clients/index.ts';
import { emitSuite } from './emit/index.ts';
import { pusherSuite } from './pusher/index.ts';

/** The suite of each surface: what the command line hands to the runner. */
export const suites = { beam: beamSuite, emit: emitSuite, pusher: pusherSuite } as Readonly<
  Record<SurfaceName, SuiteFactory>
>;

/** The suite of each surface whose server can be played to a client under test. */
export const clientSuites = { emit: emitClientSuite, pusher: pusherClientSuite } as const satisfies Readonly<
  Partial<Record<SurfaceName, SuiteFactory>>
>;
