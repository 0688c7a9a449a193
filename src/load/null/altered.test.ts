import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MarkerReader, markerOf } from '../wire/marker.ts';
import { newSession } from '../wire/session.ts';
import { sessionReader } from '../wire/sessions.ts';
import { altered } from './altered.ts';
import { stampedHead } from './stamped-frame.ts';

const mark = fc.record({
  run: fc.integer({ min: 0, max: 0xffff_ffff }),
  channel: fc.integer({ min: 0, max: 0xffff }),
  number: fc.integer({ min: 0, max: 0xffff }),
});

it('changes a payload in one letter, and leaves legible which publish it was', () => {
  fc.assert(
    fc.property(
      mark,
      fc.integer({ min: 0, max: 10 }),
      fc.boolean(),
      fc.string(),
      fc.boolean(),
      (made, place, isEmit, other, longer) => {
        const payload = { id: markerOf(made), progress: place * 10, other };
        const data = isEmit ? payload : JSON.stringify(payload);
        const message = `${stampedHead}${JSON.stringify({ type: 'progress', data }).slice(1)}`;
        const reader = sessionReader(isEmit ? 'emit' : 'pusher', made.run);
        const seqIn = (text: string): number => {
          expect(reader.read(text, { ...newSession(), ready: true })).toBe('delivery');
          return reader.seq;
        };
        const marker = new MarkerReader();
        const result = altered(message, marker.find(message), longer);
        expect(result.length).toBe(message.length + (longer ? 1 : 0));
        expect(result).not.toBe(message);
        expect(result.startsWith(stampedHead)).toBe(true);
        expect(JSON.parse(result)).not.toEqual(JSON.parse(message));
        expect(seqIn(result)).toBe(seqIn(message));
      },
    ),
  );
});
