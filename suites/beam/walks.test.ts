import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import { watch } from '../../src/suite/monitor.ts';
import type { Job } from '../../src/suite/recording.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { on, written } from '../../src/suite/written-recording.ts';
import type { NewEvent } from '../../src/wire/event.ts';
import { beamSuite } from './index.ts';

let suite: Suite;
beforeAll(async () => {
  suite = beamSuite(await loadContract(), 'document');
}, 180_000);

interface Input {
  readonly peer: 'one' | 'two';
  /** Payloads of a stream; 0: a transform, with one answer. */
  readonly n: number;
}
interface Output {
  readonly peer: string;
  readonly input: number;
  readonly index: number;
}

const idOf = (at: number): string => `bm-walk-${at}-${String(at).padStart(8, '0')}`;

/** What a handler that works on one input after the other makes of these, on the connections they came from. */
const outputsOf = (inputs: readonly Input[]): readonly Output[] =>
  inputs.flatMap(({ peer, n }, input) =>
    Array.from({ length: Math.max(n, 1) }, (_, index) => ({ peer, input, index })),
  );

/** Requirements that the monitors find broken where all inputs were sent first and these outputs came. */
function broken(inputs: readonly Input[], outputs: readonly Output[]): readonly string[] {
  const events: NewEvent[] = [on('one').opened, on('two').opened];
  const jobs: Record<string, Job & { calls: [] }> = {};
  inputs.forEach(({ peer, n }, at) => {
    const id = idOf(at);
    const about = n > 0 ? { op: 'stream', n } : { op: 'transform' };
    jobs[id] = { name: id, id, where: peer, nonce: id, calls: [], from: events.length, about };
    events.push({ kind: 'sent', peer, text: JSON.stringify({ nonce: id, ...about }), binary: false });
  });
  for (const { peer, input, index } of outputs) {
    const streamed = (inputs[input]?.n ?? 0) > 0 ? { index, of: inputs[input]?.n ?? 0 } : {};
    events.push(on(peer).frame(JSON.stringify({ nonce: idOf(input), ...streamed })));
  }
  const recording = written({ events, jobs });
  for (const peer of ['one', 'two'])
    recording.peers[peer] = { name: peer, about: { credential: 'valid', path: 'root' } };
  const found = suite.monitors.flatMap(
    (one) =>
      watch(one, {
        recording,
        dialect: 'document',
        role: 'application',
        jobOf: (frame) => suite.surface.jobOf(recording, frame),
        shared: new Map(),
      }).findings,
  );
  return [...new Set(found.map(({ requirement }) => requirement))].sort();
}

const inputs = fc.array(
  fc.record<Input>({ peer: fc.constantFrom('one', 'two'), n: fc.constantFrom(0, 0, 2, 3, 5) }),
  { minLength: 1, maxLength: 6 },
);

/** Outputs of the two connections in some order of arrival, each connection's own order kept. */
function interleaved(outputs: readonly Output[], order: readonly number[]): readonly Output[] {
  const queues = ['one', 'two'].map((name) => outputs.filter(({ peer }) => peer === name));
  const all: Output[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const output = waiting[(order[turn] ?? 0) % waiting.length]?.shift();
    if (output) all.push(output);
  }
  return all;
}

describe('the monitors of beam', () => {
  it('find nothing where each connection gets its answers in order, however the two interleave', () => {
    fc.assert(
      fc.property(inputs, fc.array(fc.nat(), { maxLength: 30 }), (some, order) => {
        expect(broken(some, interleaved(outputsOf(some), order))).toEqual([]);
      }),
    );
  });

  it('find an output on the other connection, by what kind it is', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (some, place) => {
        const outputs = outputsOf(some);
        const at = place % outputs.length;
        const astray = outputs.map((one, n) =>
          n === at ? { ...one, peer: one.peer === 'one' ? 'two' : 'one' } : one,
        );
        const streamed = (some[outputs[at]?.input ?? 0]?.n ?? 0) > 0;
        expect(broken(some, astray)).toContain(streamed ? 'B7' : 'B6');
      }),
    );
  });

  it('find an output that comes twice, and nothing else', () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (some, place) => {
        const outputs = outputsOf(some);
        const at = place % outputs.length;
        const twice = outputs.flatMap((one, n) => (n === at ? [one, one] : [one]));
        const streamed = (some[outputs[at]?.input ?? 0]?.n ?? 0) > 0;
        expect(broken(some, twice)).toEqual([streamed ? 'B7' : 'B6']);
      }),
    );
  });

  it('find that two answers, or two payloads of a stream, have changed places, and nothing else', () => {
    const streamOr = fc.constantFrom(0, 4);
    fc.assert(
      fc.property(streamOr, fc.nat({ max: 2 }), (n, at) => {
        const some: Input[] = n > 0 ? [{ peer: 'one', n }] : Array(4).fill({ peer: 'one', n: 0 });
        const outputs = [...outputsOf(some)];
        outputs.splice(at, 2, ...outputs.slice(at, at + 2).reverse());
        expect(broken(some, outputs)).toEqual([n > 0 ? 'B7i' : 'B6i']);
      }),
    );
  });
});
