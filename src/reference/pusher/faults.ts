import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Fault } from '../surface-server.ts';
import { authEndpointFaults } from './faults/auth-endpoint.ts';
import { connectionFaults } from './faults/connection.ts';
import { deliveryFaults } from './faults/delivery.ts';
import { featureFaults } from './faults/features.ts';
import { jobFaults } from './faults/jobs.ts';
import { faultsOfRules } from './faults/of-rules.ts';
import { subscriptionFaults } from './faults/subscription.ts';
import { triggerFaults } from './faults/trigger.ts';

/**
 * Every fault of the pusher surface: the written ones, and one for each cell of the rules. `breaks` names
 * one member of each group of requirements.
 */
export function pusherFaults(rules: PusherRules): readonly Fault[] {
  return [
    ...connectionFaults,
    ...subscriptionFaults,
    ...authEndpointFaults,
    ...deliveryFaults,
    ...jobFaults,
    ...triggerFaults,
    ...featureFaults(rules.features),
    ...faultsOfRules(rules),
  ];
}
