import { describe, expect, it } from 'vitest';
import { redactor } from '../../wire/redact.ts';
import { emptyRecord } from '../perform/recorder.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { redactRecord } from './redact-record.ts';

describe('what others have worded', () => {
  it('bears no secret, and is otherwise as it was', () => {
    const secret = 'a-very-secret-token';
    const said = `no ${secret} here`;
    const record = emptyRecord({} as LoadPlan, 'k6');
    record.unreachable = said;
    record.broken.push(said, 'k6 was lost');
    record.marks.push({ at: 1, what: `observe.command: ${said}` });
    record.changed.push({ seat: 1, channel: 2, seq: 3, text: encodeURIComponent(said) });
    record.endings.push({ name: 'k6', code: 1, signal: null, trouble: said });
    record.endings.push({ name: 'probes', code: 0, signal: null });
    redactRecord(record, redactor([secret]));
    expect(JSON.stringify(record)).not.toContain(secret);
    expect(record.broken).toEqual(['no [redacted] here', 'k6 was lost']);
    expect(record.marks).toEqual([{ at: 1, what: 'observe.command: no [redacted] here' }]);
    expect(record.endings[1]).toEqual({ name: 'probes', code: 0, signal: null });
  });
});
