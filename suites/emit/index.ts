import type { Contract } from '../../src/contract/contract.ts';
import { emitIn } from '../../src/contract/emit-dialect.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { mapOf } from '../../src/surfaces/emit/map.ts';
import { completeness } from '../../src/surfaces/emit/monitors/completeness.ts';
import { connected as connectedFirst } from '../../src/surfaces/emit/monitors/connected.ts';
import { identity } from '../../src/surfaces/emit/monitors/identity.ts';
import { leaks } from '../../src/surfaces/emit/monitors/leaks.ts';
import { letsIn } from '../../src/surfaces/emit/monitors/lets-in.ts';
import {
  attemptsCount,
  firstIsInit,
  followsTheAutomaton,
  nothingAfterTheEnd,
} from '../../src/surfaces/emit/monitors/order.ts';
import { readings } from '../../src/surfaces/emit/monitors/readings.ts';
import { schema } from '../../src/surfaces/emit/monitors/schema.ts';
import { seen } from '../../src/surfaces/emit/monitors/seen.ts';
import { clockAgrees, timeGoesOn } from '../../src/surfaces/emit/monitors/time.ts';
import { withheld } from '../../src/surfaces/emit/monitors/withheld.ts';
import { emitSurface } from '../../src/surfaces/emit/surface.ts';
import { clock } from './clock.ts';
import { flows } from './flows.ts';
import { handshake } from './handshake.ts';
import { initialState } from './initial-state.ts';
import { isolation } from './isolation.ts';
import { lastProgress } from './last-progress.ts';
import { openPoints } from './open-points.ts';
import { payload } from './payload.ts';
import { rest } from './rest.ts';
import { robustness } from './robustness.ts';
import { scope } from './scope.ts';
import { viewers } from './viewers.ts';
import { versionCases, whichVersion } from './which-version.ts';

/** The emit suite for a contract and a dialect: its themes, and the monitors that watch all of them. */
export function emitSuite(contract: Contract, dialect: string): Suite {
  const emit = emitIn(contract.emit, dialect);
  const themes = [
    flows(emit),
    handshake(emit),
    scope(emit),
    initialState(emit),
    lastProgress(emit),
    isolation,
    payload,
    rest(emit),
    viewers,
    robustness,
    openPoints,
    clock,
  ];
  return {
    surface: emitSurface(emit),
    map: mapOf(emit.rules),
    discovery: whichVersion.id,
    probe: { scene: whichVersion, cases: versionCases(emit) },
    scenes: themes.flatMap((theme) => theme.scenes),
    cases: themes.flatMap((theme) => theme.cases),
    monitors: [
      schema(emit, dialect),
      ...withheld(emit.rules),
      ...connectedFirst(emit),
      firstIsInit(),
      followsTheAutomaton(emit.rules),
      nothingAfterTheEnd(emit.rules),
      attemptsCount(),
      identity(),
      leaks(emit.rules),
      letsIn(emit.rules),
      timeGoesOn(),
      clockAgrees(),
      completeness(emit.rules),
      readings(emit.rules),
      seen(emit.rules),
    ],
  };
}
