import type { Contract } from '../../src/contract/contract.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { mapOf } from '../../src/surfaces/beam/map.ts';
import { address } from '../../src/surfaces/beam/monitors/address.ts';
import { form } from '../../src/surfaces/beam/monitors/form.ts';
import { heartbeat as heartbeatFirst } from '../../src/surfaces/beam/monitors/heartbeat.ts';
import { once } from '../../src/surfaces/beam/monitors/once.ts';
import { firstInFirstOut, streamsInOrder } from '../../src/surfaces/beam/monitors/order.ts';
import { seen } from '../../src/surfaces/beam/monitors/seen.ts';
import { beamSurface } from '../../src/surfaces/beam/surface.ts';
import { flows } from './flows.ts';
import { handshake } from './handshake.ts';
import { heartbeat } from './heartbeat.ts';
import { illegalFraming } from './illegal-framing.ts';
import { isolation } from './isolation.ts';
import { keepAlive } from './keep-alive.ts';
import { operations } from './operations.ts';
import { payload } from './payload.ts';
import { robustness } from './robustness.ts';
import { transport } from './transport.ts';

/** The beam suite for a contract and a dialect: its themes, and the monitors that watch all of them. */
export function beamSuite({ beam }: Contract, dialect: string): Suite {
  const themes = [
    handshake(beam, dialect),
    transport(beam),
    flows(beam, dialect),
    operations(beam, dialect),
    payload(beam),
    isolation(beam, dialect),
    keepAlive(beam),
    heartbeat(beam, dialect),
    robustness(beam, dialect),
    illegalFraming,
  ];
  return {
    surface: beamSurface(beam, dialect),
    map: mapOf(beam.rules),
    discovery: 'beam/first-frames',
    scenes: themes.flatMap((theme) => theme.scenes),
    cases: themes.flatMap((theme) => theme.cases),
    monitors: [
      form(beam, dialect),
      heartbeatFirst(beam.rules, dialect),
      address(beam.rules, dialect),
      once(),
      firstInFirstOut(),
      streamsInOrder(),
      seen(),
    ],
  };
}
