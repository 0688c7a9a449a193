import { expect, it } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import type { Judgement } from '../../src/suite/judgement.ts';
import type { Step } from '../../src/suite/recording.ts';
import { recordingOf } from '../../src/suite/scene-recording.ts';
import { View } from '../../src/suite/view.ts';
import { answersAsked } from './trigger-answers.ts';
import { eventName } from './trigger-rows.ts';

const { rules } = (await loadContract()).pusher;
const row = rules.triggerApi.rows['channels-100'];
const channel = 'plumbline-a-0';

/** What is made of an accepted call of which nothing arrived, by how the subscription had gone. */
function judged(join: Step['outcome']): Judgement {
  const nonce = 'a';
  const recording = recordingOf({
    name: 'one channel',
    scene: 'pusher/trigger-api',
    dialect: 'dryapi',
    nonce,
    canaries: {},
    fails: [],
    passes: [],
    lines: [
      { opens: 'witness' },
      { step: 'join witness' },
      { step: `join ${channel}`, ...(join === 'miss' ? { missed: 'no answer' } : {}) },
      { job: 'published', id: 'p', where: channel },
      {
        call: 'row',
        of: 'published',
        body: { name: eventName('channels-100', nonce), channels: [channel], data: '{}', except: null },
      },
      { step: 'fence witness' },
    ],
  });
  const exchange = {
    kind: 'exchange' as const,
    peer: 'trigger',
    seq: recording.events.length,
    at: 9,
    method: 'POST',
    url: 'http://a.test/apps/1/events',
    requestHeaders: {},
    status: 200,
    headers: {},
    body: '{}',
    json: {},
    ms: 1,
  };
  const n = recording.steps.length + 1;
  const step: Step = {
    n,
    name: 'channels-100',
    verb: 'trigger',
    outcome: 'ok',
    events: [exchange.seq],
    from: exchange.seq,
    to: exchange.seq + 1,
  };
  const whole = { ...recording, events: [...recording.events, exchange], steps: [...recording.steps, step] };
  if (!row) throw new Error('no such row');
  return answersAsked(new View(whole), rules, 'channels-100', row, 'PH7');
}

it('owes an event on a channel whose subscription was confirmed', () => {
  expect(judged('ok')).toMatchObject({ kind: 'failed', findings: [{ rule: 'lost' }] });
});

it('owes nothing on one that was not confirmed in time, which is no fault of the call', () => {
  expect(judged('miss')).toMatchObject({ kind: 'untestable', reason: expect.stringContaining(channel) });
});
