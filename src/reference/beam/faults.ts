import type { BeamRules } from '../../contract/beam-rules.ts';
import type { Fault } from '../surface-server.ts';
import { channelFaults } from './faults-channel.ts';
import { doorFaults } from './faults-door.ts';
import { heartbeatFaults } from './faults-heartbeat.ts';
import { inputFaults } from './faults-input.ts';
import { outputFaults } from './faults-output.ts';

/** Every fault of the beam surface: those of the door are made from the rules, cell by cell. */
export function beamFaults(rules: BeamRules): readonly Fault[] {
  return [...doorFaults(rules), ...channelFaults, ...inputFaults, ...outputFaults, ...heartbeatFaults];
}
