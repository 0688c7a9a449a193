import { defineFault } from '../define-fault.ts';
import type { Fault } from '../surface-server.ts';
import type { BeamPolicies } from './policies.ts';

const fault = defineFault<BeamPolicies>;
const dialects = ['beta9'];

/** Heartbeats that do not come, come when they should not, or are none. */
export const heartbeatFaults: readonly Fault[] = [
  fault('beam/no-heartbeat', {
    breaks: ['BH1', 'BH2', 'A18.heartbeat'],
    says: 'there are no heartbeats',
    dialects,
    bend: () => ({ heartbeat: () => undefined }),
  }),
  fault('beam/late-first-heartbeat', {
    breaks: ['BH1'],
    says: 'the first heartbeat comes five seconds after the upgrade',
    dialects,
    bend: ({ heartbeat }) => ({
      heartbeat: (rule) => {
        const kept = heartbeat(rule);
        return kept && { ...kept, first: false };
      },
    }),
  }),
  fault('beam/one-heartbeat-only', {
    breaks: ['BH2'],
    says: 'no heartbeat follows the first one',
    dialects,
    bend: every(2 ** 31),
  }),
  fault('beam/hasty-heartbeats', {
    breaks: ['BH2'],
    says: 'a heartbeat comes every 50 ms',
    dialects,
    bend: every(50),
  }),
  fault('beam/greets-before-the-heartbeat', {
    breaks: ['BH1'],
    says: 'another message comes before the first heartbeat',
    dialects,
    bend: () => ({ greet: () => [{ data: '{"type":"welcome"}', binary: false }] }),
  }),
  fault('beam/heartbeat-as-binary', {
    breaks: ['BH5', 'B8i'],
    says: 'heartbeats travel in binary frames',
    dialects,
    bend: ({ beat }) => ({ beat: (match) => ({ data: Buffer.from(beat(match).data), binary: true }) }),
  }),
];

function every(everyMs: number) {
  return ({ heartbeat }: BeamPolicies): Partial<BeamPolicies> => ({
    heartbeat: (rule) => {
      const kept = heartbeat(rule);
      return kept && { ...kept, everyMs };
    },
  });
}
