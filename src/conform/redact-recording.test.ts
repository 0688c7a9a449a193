import fc from 'fast-check';
import { expect, it } from 'vitest';
import { on, written } from '../suite/written-recording.ts';
import { redactor } from '../wire/redact.ts';
import { redacted, redactRecording } from './redact-recording.ts';

const viewer = on('viewer');
/** A recording in which a text stands wherever a server can put one. */
const saying = (text: string) =>
  written({
    ending: { kind: 'stopped', reason: `no answer to ${text}` },
    steps: [{ name: 'await', outcome: 'miss', reason: `it said ${text}` }],
    events: [
      { kind: 'dial', peer: 'viewer', url: `ws://h/?token=${text}`, headers: { authorization: text } },
      { kind: 'opened', peer: 'viewer', headers: { [text]: text } },
      viewer.frame(JSON.stringify({ [text]: [text], text, name: text, source: text })),
      viewer.refused(403, text),
      viewer.unreachable('network', text),
      { kind: 'closed', peer: 'viewer', by: 'them', code: 1000, reason: text },
      { kind: 'fact', peer: 'viewer', name: 'proof', value: { said: text } },
    ],
  });

it('takes secrets out of every text and every key, whatever the key is called', () => {
  const shown = JSON.stringify(redactRecording(saying('s3cret-token'), redactor(['s3cret-token'])));
  expect(shown).not.toContain('s3cret');
  expect(shown.split('[redacted]').length).toBeGreaterThan(12);
});

it('keeps the form of events, whatever the secrets are', () => {
  const words = fc.constantFrom('frame', 'viewer', 'them', 'kind', 'closed', 'stopped', 'await', 'text');
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string())), (secrets) => {
      const { events, ending, peers } = redactRecording(saying('x'), redactor(secrets));
      expect(events.map(({ kind, peer, seq }) => [kind, peer, seq])).toEqual(
        saying('x').events.map(({ kind, peer, seq }) => [kind, peer, seq]),
      );
      expect(ending.kind).toBe('stopped');
      expect(Object.keys(peers)).toEqual(['viewer']);
    }),
  );
});

it('leaves a recording without secrets as it is', () => {
  expect(redactRecording(saying('x'), redactor(['another-secret']))).toEqual(saying('x'));
});

it('redacts what is asked for, and that once', () => {
  let times = 0;
  const all = { of: (_: string, scene: string) => (scene === 'a' ? recording : undefined) };
  const recording = saying('s3cret-token');
  const { of } = redacted(all, (text) => {
    times += 1;
    return text;
  });
  expect(times).toBe(0);
  const first = of('mine', 'a');
  const after = times;
  expect(after).toBeGreaterThan(0);
  expect(of('mine', 'a')).toBe(first);
  expect(times).toBe(after);
  expect(of('mine', 'b')).toBeUndefined();
});
