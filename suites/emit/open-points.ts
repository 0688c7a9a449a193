import { type Case, judge } from '../../src/suite/case.ts';
import { type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import { refused } from '../../src/suite/twin.ts';
import type { View } from '../../src/suite/view.ts';
import { typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';

/** Scenes for what the document leaves open: they bring about that the target shows its reading. */
const executionTimeout = scene<EmitVerbs>(
  'emit',
  'emit/execution-timeout',
  {
    title: 'a running job of which nothing is heard',
    needs: ['jobs', 'token:read', 'control'],
    cost: { jobs: 1, connections: 1 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 1, timeoutSeconds: 1 });
    await emit.watch('viewer', 'job');
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    const from = emit.position;
    await emit.act('job', 'progress', { percent: 1, message: 'the last sign', nonce: emit.nonce, n: 1 });
    await emit.await('proof', ['viewer'], 'job', 'progress', { from });
    await emit.clock('job', 1);
    // The pong comes after whatever the clock has brought about.
    await emit.ping('viewer', 'fence');
  },
);

/** The space is leased, so nobody else misses the token meanwhile; it is given back before the scene ends. */
const revokedMidway = scene<EmitVerbs>(
  'emit',
  'emit/revoked-midway',
  {
    title: 'a token is revoked while its stream is open',
    needs: ['jobs', 'token:read', 'token:progress', 'revoke'],
    cost: { jobs: 1, connections: 2 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('viewer', 'job', { credential: 'progress' });
    await emit.watch('witness', 'job');
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    const from = emit.position;
    await emit.act('job', 'progress', { percent: 1, message: 'before', nonce: emit.nonce, n: 1 });
    await emit.await('proof', ['viewer', 'witness'], 'job', 'progress', { from });
    await emit.revoke('own', 'progress');
    await emit.act('job', 'progress', { percent: 2, message: 'after', nonce: emit.nonce, n: 2 });
    await emit.ping('viewer', 'fence');
    await emit.attempt('again', 'job', 'progress', { job: 'job' });
    await emit.restore('own', 'progress');
  },
);

function revokedReading(view: View): Judgement {
  view.step('proof');
  const fence = view.maybeStep('fence');
  if (!fence) return untestable('the revocation was not taken');
  const closed = view.of('viewer').find((event) => event.kind === 'closed' && event.by === 'them');
  const value = closed ? 'closes' : 'stays-open';
  return passed(['witness'], { readings: [{ point: 'A37', value, frame: closed?.seq ?? fence.from }] });
}

function executionReading(view: View): Judgement {
  const proof = view.step('proof').events[0] ?? 0;
  // Nothing can follow the end of the connection, which a dead job may bring about (A31).
  const closed = view.of('viewer').find((event) => event.kind === 'closed' && event.by === 'them');
  const hungUp = view.maybeStep('fence')?.outcome === 'miss' && closed !== undefined;
  const end = hungUp ? closed.seq : view.step('fence').to;
  const after = view.frames('viewer', (frame) => frame.seq > proof && frame.seq < end);
  const type = after.map(typeOf)[0];
  const value = type === 'retried' || type === 'dead' ? type : type === undefined ? 'nothing' : undefined;
  if (value === undefined) return untestable(`the clock brought a ${type} event`);
  return passed(['viewer'], { readings: [{ point: 'A34', value, frame: after[0]?.seq ?? 0 }] });
}

export const openPoints: { scenes: Scene<EmitVerbs>[]; cases: Case[] } = {
  scenes: [executionTimeout, revokedMidway],
  cases: [
    judge(
      executionTimeout,
      'emit/clock/execution-timeout',
      'a running job of which nothing is heard fails or goes on, and says so',
      { E22i: executionReading },
      { applies: { offers: ['control'] } },
    ),
    judge(
      revokedMidway,
      'emit/handshake/job/revoked-midway',
      'a token that is revoked opens no further stream, whatever becomes of the open one',
      {
        E2: (view) => refused(view, { attempt: 'again', twin: 'viewer' }),
        E22i: revokedReading,
      },
      // Tokens that were revoked before are tried at the handshake.
      { applies: { offers: ['revoke'] } },
    ),
  ],
};
