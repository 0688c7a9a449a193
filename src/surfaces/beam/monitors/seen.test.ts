import { expect, it } from 'vitest';
import { on } from '../../../suite/written-recording.ts';
import { passedBy } from '../../../suite/written-watch.ts';
import type { NewEvent } from '../../../wire/event.ts';
import { seen } from './seen.ts';

const client = on('client');
const sent: NewEvent = { kind: 'sent', peer: 'client', text: '{}', binary: false };
const went = (...events: readonly NewEvent[]): readonly string[] => passedBy(seen(), { events });

it('takes down how a connection begins, what answers its inputs, and its end', () => {
  expect(went(client.opened, sent, client.frame('{}'), client.frame('{}'), client.closed(1000))).toEqual([
    'connection/requested/admit × 1',
    'connection/open/input × 2',
    'connection/open/close × 1',
  ]);
});

it('takes what nobody asked for, such as a heartbeat, for no answer', () => {
  expect(went(client.opened, client.frame('{}'))).toEqual(['connection/requested/admit × 1']);
});

it('takes a refusal for the end of a connection that never was', () => {
  expect(went(client.refused(401), client.closed(1006))).toEqual(['connection/requested/refuse × 1']);
});
