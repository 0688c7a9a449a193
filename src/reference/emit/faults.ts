import type { EmitRules } from '../../contract/rules.ts';
import type { Fault } from '../surface-server.ts';
import { accessFaults } from './faults/access.ts';
import { answerFaults } from './faults/answers.ts';
import { audienceFaults } from './faults/audience.ts';
import { faultsOfCells } from './faults/cells.ts';
import { faultsOfDoors } from './faults/doors.ts';
import { orderFaults } from './faults/order.ts';
import { scopeFaults } from './faults/scope.ts';
import { shapeFaults } from './faults/shape.ts';
import { faultsOfVersions } from './faults/versions.ts';

/** Every fault of the emit surface: the written ones, and those for each cell of the rules. */
export function emitFaults(rules: EmitRules): readonly Fault[] {
  return [
    ...accessFaults,
    ...answerFaults,
    ...audienceFaults,
    ...orderFaults,
    ...scopeFaults,
    ...shapeFaults,
    ...faultsOfCells(rules),
    ...faultsOfDoors(rules),
    ...faultsOfVersions(rules),
  ];
}
