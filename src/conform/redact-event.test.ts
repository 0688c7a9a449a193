import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redactor } from '../wire/redact.ts';
import { redactEvent } from './redact-event.ts';

const event = {
  event: 'case',
  id: 'emit/handshake/job/none',
  outcome: 'failed',
  checks: [{ requirement: 'E2', reason: 'it was admitted with s3cret-token' }],
  transcript: ['dial ws://localhost/?token=s3cret-token', '← 101'],
  complete: true,
};

it('takes secrets out of every text, however deep', () => {
  const clean = redactEvent(event, redactor(['s3cret-token']));
  expect(JSON.stringify(clean)).not.toContain('s3cret');
});

it('keeps the form of an event, whatever the secrets are', () => {
  const words = fc.constantFrom('true', 'case', 'failed', 'outcome', '":"', '"},', 'emit', '[redacted]');
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string())), (secrets) => {
      const clean = redactEvent(event, redactor(secrets));
      const { id, outcome, complete, transcript } = clean;
      expect(clean.event).toBe('case');
      expect({ id, outcome, complete }).toEqual({ id: event.id, outcome: 'failed', complete: true });
      expect(transcript).toHaveLength(2);
    }),
  );
});

it('leaves an event without secrets as it is', () => {
  expect(redactEvent(event, redactor(['another']))).toEqual(event);
});
