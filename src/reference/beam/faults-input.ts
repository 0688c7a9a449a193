import { parseJson } from '../../contract/json.ts';
import { defineFault } from '../define-fault.ts';
import type { Fault } from '../surface-server.ts';
import type { BeamPolicies, Effect, Incoming } from './policies.ts';

const fault = defineFault<BeamPolicies>;

/** What inputs do to a server that was not written for them. */
export const inputFaults: readonly Fault[] = [
  fault('beam/waits-for-a-subscription', {
    breaks: ['B13', 'B6', 'B7'],
    says: 'the first input of a connection is taken for a subscription and never answered',
    bend: ({ decode }) => ({ decode: (message, nth) => (nth === 0 ? undefined : decode(message, nth)) }),
  }),
  fault('beam/one-input-only', {
    breaks: ['B6', 'B7'],
    says: 'a connection answers its first input and no other',
    bend: ({ decode }) => ({ decode: (message, nth) => (nth > 0 ? undefined : decode(message, nth)) }),
  }),
  fault('beam/ascii-only', {
    breaks: ['B6'],
    says: 'an input with a character beyond ASCII is taken for no JSON',
    bend: ({ decode }) => ({
      decode: (message, nth) => (message.data.some((byte) => byte > 127) ? undefined : decode(message, nth)),
    }),
  }),
  fault('beam/its-own-keys-only', {
    breaks: ['B6'],
    says: 'an input with a key that the handler does not know is not handed on',
    bend: ({ decode }) => ({
      decode: (message, nth) => {
        const input = decode(message, nth);
        return input && Object.keys(input).every((key) => /^(nonce|op|n)$/.test(key)) ? input : undefined;
      },
    }),
  }),
  fault('beam/dies-of-bad-json', {
    breaks: ['B15i'],
    says: 'text that is not JSON takes the server down',
    bend: stumbling((message) => !message.binary && parseJson(message.data.toString()) === undefined, {
      kind: 'die',
    }),
  }),
  fault('beam/resets-on-binary', {
    breaks: ['B15i'],
    says: 'a binary input resets the connection',
    bend: stumbling((message) => message.binary, { kind: 'reset' }),
  }),
  fault('beam/hangs-on-other-json', {
    breaks: ['B15i'],
    says: 'JSON that is no object leaves the connection open and dead',
    bend: stumbling((message) => !message.binary && parseJson(message.data.toString()) !== undefined, {
      kind: 'mute',
    }),
  }),
  fault('beam/failure-hangs', {
    breaks: ['B6', 'B15i'],
    says: 'after the handler has failed nothing is answered any more',
    bend: () => ({ fail: () => [{ kind: 'mute' }] }),
  }),
];

function stumbling(when: (message: Incoming) => boolean, effect: Effect) {
  return ({ stumble }: BeamPolicies): Partial<BeamPolicies> => ({
    stumble: (message, endpoint) => (when(message) ? [effect] : stumble(message, endpoint)),
  });
}
