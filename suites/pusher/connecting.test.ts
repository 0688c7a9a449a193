import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import type { Judgement } from '../../src/suite/judgement.ts';
import { View } from '../../src/suite/view.ts';
import { on, written } from '../../src/suite/written-recording.ts';
import type { NewEvent } from '../../src/wire/event.ts';
import { pusherSuite } from './index.ts';

const { cases } = pusherSuite(await loadContract(), 'modelbeam');
const asked = on('connection protocol-99');
const right = on('connection right');
const greeting =
  '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.1\\",\\"activity_timeout\\":30}"}';
const twin = [right.opened, right.frame(greeting)];

/** What becomes of a connection with a protocol of the future, beside a right one. */
function judged(requirement: string, ...events: readonly NewEvent[]): Judgement | undefined {
  const one = cases.find(({ id }) => id === 'pusher/connecting/protocol-99');
  return one?.checks[requirement]?.(new View(written({ events: [...twin, ...events] })));
}

const rules = (judgement: Judgement | undefined): readonly string[] | undefined =>
  judgement?.kind === 'failed' ? judgement.findings.map(({ rule }) => rule) : undefined;

describe('a connection that is to be refused', () => {
  it('is, by a close with its code', () => {
    expect(judged('PX2', asked.opened, asked.closed(4007))).toMatchObject({ kind: 'passed' });
  });

  it('is not by a close with another code', () => {
    expect(rules(judged('PX2', asked.opened, asked.closed(4100)))).toEqual(['close-code']);
  });

  it('has failed once it is greeted, whatever ends it later: an idle connection is closed as well', () => {
    const admitted = [asked.opened, asked.frame(greeting)];
    expect(rules(judged('PX2', ...admitted))).toEqual(['admitted']);
    expect(rules(judged('PX2', ...admitted, asked.closed(4201)))).toEqual(['admitted']);
    expect(rules(judged('PX2', ...admitted, asked.closed(4007)))).toEqual(['admitted']);
  });

  it.each(['PX15', 'PX15i', 'PX19i'])(
    'is not asked how it was closed where it was greeted (%s)',
    (requirement) => {
      const greeted = judged(requirement, asked.opened, asked.frame(greeting), asked.closed(4201));
      expect(greeted).toMatchObject({ kind: 'not-applicable', reason: 'it was not refused at all' });
      expect(judged(requirement, asked.refused(400))).toMatchObject({ kind: 'not-applicable' });
    },
  );
});
