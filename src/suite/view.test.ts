import { describe, expect, it } from 'vitest';
import { type StepMissing, View } from './view.ts';
import { on, type Written, written } from './written-recording.ts';

/** What a case reads that is not there. */
function missing(recording: Written, read: (view: View) => unknown): StepMissing {
  try {
    read(new View(written(recording)));
  } catch (cause) {
    return cause as StepMissing;
  }
  throw new Error('it was there');
}

const missed = { name: 'end', outcome: 'miss', owns: 'E33', reason: 'no completed event', from: 7 } as const;

describe('a step', () => {
  it('is given by its name', () => {
    expect(new View(written({ steps: [{ name: 'end' }] })).step('end')).toMatchObject({ name: 'end' });
  });

  it('is the first of that name, if a scene has it twice', () => {
    const view = new View(
      written({
        steps: [
          { name: 'end', verb: 'first' },
          { name: 'end', verb: 'second' },
        ],
      }),
    );
    expect([view.step('end').verb, view.maybeStep('end')?.verb]).toEqual(['first', 'first']);
  });

  it('that was missed names its owner, its reason and where it began', () => {
    expect(missing({ steps: [missed] }, (view) => view.step('end'))).toMatchObject({
      name: 'StepMissing',
      step: 'end',
      owns: 'E33',
      reason: 'no completed event',
      at: 7,
    });
  });

  it('that was never reached is owned by nobody, and the first miss is to blame', () => {
    const earlier = { name: 'poll', outcome: 'miss', owns: 'E29', reason: 'nothing was handed out' } as const;
    const found = missing({ steps: [earlier] }, (view) => view.step('end'));
    expect(found).toMatchObject({ step: 'end', owns: undefined });
    expect(found.reason).toBe('not reached: poll: nothing was handed out');
  });

  it('that was never reached has the first of several misses to blame', () => {
    const misses = ['poll', 'ack'].map((name) => ({ ...missed, name, reason: `${name} hung` }));
    expect(missing({ steps: misses }, (view) => view.step('end')).reason).toBe(
      'not reached: poll: poll hung',
    );
  });

  it('that was never reached in a scene that ended well was just never reached', () => {
    expect(missing({}, (view) => view.step('end')).reason).toBe('not reached');
  });

  it.each(['stopped', 'threw'] as const)(
    'that was never reached in a scene that %s has its reason',
    (kind) => {
      const ending = { kind, reason: 'the target went away' };
      expect(missing({ ending }, (view) => view.step('end')).reason).toBe(
        'not reached: the target went away',
      );
    },
  );

  it('may be asked for though it was missed or never reached', () => {
    const view = new View(written({ steps: [missed] }));
    expect([view.maybeStep('end')?.outcome, view.maybeStep('no such')]).toEqual(['miss', undefined]);
  });
});

it('gives what is there', () => {
  const job = { name: 'mine', id: '1', where: 'here', nonce: 'n', calls: [], from: 0, about: {} };
  const view = new View(
    written({ jobs: { mine: job }, canaries: { result: 'canary-1' }, peers: ['viewer'], nonce: 'n' }),
  );
  expect([view.job('mine'), view.canary('result'), view.peer('viewer').name, view.nonce]).toEqual([
    job,
    'canary-1',
    'viewer',
    'n',
  ]);
  expect([view.has('viewer'), view.has('nobody')]).toEqual([true, false]);
});

describe('what is not there', () => {
  it('is missing for the reason of the step that should have brought it', () => {
    const step = { ...missed, name: 'job mine', owns: 'E20' };
    expect(missing({ steps: [step] }, (view) => view.job('mine'))).toMatchObject({ owns: 'E20', at: 7 });
  });

  it('is not missing for the reason of a step that went well, or of another one', () => {
    const went = { name: 'job mine', owns: 'E20' };
    const other = { ...missed, name: 'job other', owns: 'E21' };
    const again = { ...missed, name: 'job mine', owns: 'E22' };
    expect(
      missing({ steps: [went, other, again, { ...again, owns: 'E23' }] }, (view) => view.job('mine')),
    ).toMatchObject({ owns: 'E22' });
    expect(missing({ steps: [went, other] }, (view) => view.job('mine'))).toMatchObject({ owns: undefined });
  });

  it.each([
    ['a job', (view: View) => view.job('mine')],
    ['a connection', (view: View) => view.peer('viewer')],
    ['an answer', (view: View) => view.answer('viewer')],
    ['a canary', (view: View) => view.canary('result')],
  ])('is %s', (_, read) => {
    expect(missing({}, read)).toMatchObject({ name: 'StepMissing', owns: undefined });
  });

  it('is the answer of a connection that was dialled and heard nothing', () => {
    expect(missing({ peers: ['viewer'] }, (view) => view.answer('viewer')).step).toBe('peer viewer');
  });
});

describe('events', () => {
  const viewer = on('viewer');
  const view = new View(
    written({ events: [viewer.opened, on('other').frame('1'), viewer.frame('2'), viewer.pong] }),
  );

  it('are those of one connection, in order', () => {
    expect(view.of('viewer').map(({ kind }) => kind)).toEqual(['opened', 'frame', 'pong']);
  });

  it('are frames that match', () => {
    expect(view.frames('viewer', ({ message }) => message === 2)).toHaveLength(1);
    expect(view.frames('viewer', ({ message }) => message === 1)).toHaveLength(0);
  });

  it('are all frames, where nothing is asked of them', () => {
    expect(view.frames('viewer').map(({ text }) => text)).toEqual(['2']);
  });

  it('are found by their position, if they are frames', () => {
    expect([view.frameAt(1)?.text, view.frameAt(3), view.frameAt(99)]).toEqual(['1', undefined, undefined]);
  });

  it('hold the answer to the upgrade', () => {
    expect([view.answer('viewer').kind, view.refusal('viewer')]).toEqual(['opened', undefined]);
  });

  it.each([
    ['opened', viewer.opened],
    ['refused', viewer.refused(403)],
    ['unreachable', viewer.unreachable('silent')],
  ])('hold the last answer, where a busy target was asked again: %s', (kind, answer) => {
    const again = new View(written({ events: [viewer.refused(503), answer, viewer.closed(1000)] }));
    expect(again.answer('viewer').kind).toBe(kind);
  });
});
