import type { BeamRules } from '../../contract/beam-rules.ts';
import { defineFault } from '../define-fault.ts';
import type { Fault } from '../surface-server.ts';
import { credentialOf } from './door.ts';
import type { BeamPolicies } from './policies.ts';

const fault = defineFault<BeamPolicies>;

/** Wrong decisions about who gets in: one for each cell of the door, and those of its form. */
export function doorFaults(rules: BeamRules): readonly Fault[] {
  const cells = Object.entries(rules.door.refuses).map(([credential, { refused, dialects }]) => {
    const [first = '', ...more] = refused;
    return fault(`beam/admits-${credential}`, {
      breaks: [first, ...more],
      says: `the door lets in ${rules.credentials[credential]?.says ?? credential}`,
      ...(dialects ? { dialects } : {}),
      bend: ({ admit }) => ({
        admit: (shown, keys) => credentialOf(shown, keys) === credential || admit(shown, keys),
      }),
    });
  });
  return [...cells, ...formFaults];
}

const formFaults: readonly Fault[] = [
  fault('beam/admits-nobody', {
    breaks: ['B10', 'B2'],
    says: 'the door turns a good token away',
    bend: () => ({ admit: () => false }),
  }),
  fault('beam/nobody-over-tls', {
    breaks: ['B9', 'B10', 'B2'],
    says: 'the door turns a good token away that comes over TLS',
    secure: true,
    bend: ({ admit }) => ({ admit: (presented, keys) => !presented.secure && admit(presented, keys) }),
  }),
  fault('beam/query-token-refused', {
    breaks: ['BH3', 'A16'],
    says: 'a token in the query does not count',
    dialects: ['beta9'],
    bend: ({ admit }) => ({ admit: (shown, keys) => shown.header !== undefined && admit(shown, keys) }),
  }),
  fault('beam/opens-then-closes', {
    breaks: ['B10'],
    says: 'a bad token gets 101 and then a close instead of a refusal',
    bend: () => ({ refuse: () => ({ kind: 'opened', frames: [], code: 1008 }) }),
  }),
  fault('beam/speaks-before-authentication', {
    breaks: ['B17', 'B10'],
    says: 'a client with a bad token is greeted before it is turned away',
    bend: () => ({ refuse: () => ({ kind: 'opened', frames: ['{"hello":"who are you?"}'], code: 1008 }) }),
  }),
  fault('beam/speaks-before-the-upgrade', {
    breaks: ['B17', 'B10', 'B2'],
    says: 'something is sent before the answer to an upgrade that is granted',
    bend: ({ handshake }) => ({ handshake: (lines) => ['{"hello":"wait for it"}', ...handshake(lines)] }),
  }),
  fault('beam/refuses-with-400', {
    breaks: ['B10i', 'BH4'],
    says: 'a refusal bears the status 400',
    bend: () => ({ refuse: () => ({ kind: 'answer', status: 400 }) }),
  }),
  fault('beam/refuses-with-403', {
    breaks: ['BH4', 'A17'],
    says: 'a refusal bears the status 403 where beta9 has 401',
    dialects: ['beta9'],
    bend: () => ({ refuse: () => ({ kind: 'answer', status: 403 }) }),
  }),
];
