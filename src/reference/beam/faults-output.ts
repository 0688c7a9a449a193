import { isObject, type Json } from '../../contract/json.ts';
import { defineFault } from '../define-fault.ts';
import type { Fault } from '../surface-server.ts';
import type { BeamPolicies, Outgoing, Peer } from './policies.ts';

const fault = defineFault<BeamPolicies>;

/** Outputs of the wrong form, number, order or address. */
export const outputFaults: readonly Fault[] = [
  fault('beam/output-as-array', {
    breaks: ['B16'],
    says: 'an output is wrapped in an array',
    bend: ({ encode }) => ({ encode: (output) => encode([output]) }),
  }),
  fault('beam/output-as-text', {
    breaks: ['B8'],
    says: 'an output is printed as Python prints it, which is no JSON',
    bend: ({ encode }) => ({
      encode: (output) => {
        const { binary, data } = encode(output);
        return { data: data.toString().replaceAll('"', "'"), binary };
      },
    }),
  }),
  fault('beam/output-as-binary', {
    breaks: ['B8i', 'BH5'],
    says: 'outputs travel in binary frames',
    bend: ({ encode }) => ({
      encode: (output) => ({ data: Buffer.from(encode(output).data), binary: true }),
    }),
  }),
  fault('beam/output-elsewhere', {
    breaks: ['B6', 'B7'],
    says: 'an output goes to another connection of the endpoint, if there is one',
    bend: ({ address }) => ({
      address: (own, everybody) => everybody.find((peer) => peer !== own) ?? address(own, everybody),
    }),
  }),
  fault('beam/output-to-everybody', {
    breaks: ['B6', 'B7'],
    says: 'an output goes to every connection of the endpoint',
    bend: ({ address }) => ({
      address: (own, everybody) => ({
        send(message) {
          address(own, everybody).send(message);
          for (const peer of everybody) if (peer !== own) peer.send(message);
        },
      }),
    }),
  }),
  fault('beam/answers-twice', {
    breaks: ['B6'],
    says: 'the answer to a transform is sent twice',
    bend: ({ order }) => ({
      order: (outputs) => {
        const [only, ...others] = order(outputs);
        return isObject(only) && only.index === undefined ? [only, only, ...others] : outputs;
      },
    }),
  }),
  fault('beam/output-when-asked', {
    breaks: ['B14', 'B6', 'B7'],
    says: 'an output is held back until the client sends something more',
    bend: ({ address }) => {
      const held = new WeakMap<Peer, Outgoing>();
      return {
        address: (own, everybody) => ({
          send(message) {
            const before = held.get(own);
            held.set(own, message);
            if (before) address(own, everybody).send(before);
          },
        }),
      };
    },
  }),
  fault('beam/answers-out-of-order', {
    breaks: ['B6i'],
    says: 'of two answers that are ready at once the second leaves first',
    bend: ({ address }) => {
      const held = new WeakMap<Peer, Outgoing>();
      return {
        address: (own, everybody) => ({
          send(message) {
            const peer = address(own, everybody);
            if (message.data.includes('"index"')) return peer.send(message);
            const before = held.get(own);
            held.delete(own);
            if (before) {
              peer.send(message);
              return peer.send(before);
            }
            held.set(own, message);
            setTimeout(() => {
              if (held.get(own) !== message) return;
              held.delete(own);
              peer.send(message);
            }, 20).unref();
          },
        }),
      };
    },
  }),
  fault('beam/stream-out-of-order', {
    breaks: ['B7i'],
    says: 'the payloads of a stream leave last one first',
    bend: ordering((outputs) => outputs.toReversed()),
  }),
  fault('beam/stream-drops-one', {
    breaks: ['B7'],
    says: 'one payload of a stream is lost',
    bend: ordering((outputs) => outputs.filter((_, at) => at !== 1)),
  }),
  fault('beam/stream-doubles-one', {
    breaks: ['B7'],
    says: 'one payload of a stream is sent twice',
    bend: ordering((outputs) => outputs.flatMap((output, at) => (at === 1 ? [output, output] : [output]))),
  }),
  fault('beam/stream-truncated', {
    breaks: ['B7'],
    says: 'a stream ends before its last payload',
    bend: ordering((outputs) => outputs.slice(0, -1)),
  }),
  fault('beam/stream-in-one-frame', {
    breaks: ['B7', 'B16'],
    says: 'the payloads of a stream are collected into one array',
    bend: ordering((outputs) => [outputs]),
  }),
];

/** Bends the outputs of streams alone: those that are more than one. */
function ordering(change: (outputs: readonly Json[]) => readonly Json[]) {
  return ({ order }: BeamPolicies): Partial<BeamPolicies> => ({
    order: (outputs) => (outputs.length > 1 ? change(order(outputs)) : order(outputs)),
  });
}
