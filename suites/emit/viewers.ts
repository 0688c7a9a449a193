import { isObject } from '../../src/contract/json.ts';
import { type Case, judge, judgeEach } from '../../src/suite/case.ts';
import { all, failed, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobOf, messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';

const burst = 100;
const crowd = 12;

/** A worker in a hurry: a hundred progress calls without waiting, and somebody who joins in their midst. */
const inAHurry = scene<EmitVerbs>(
  'emit',
  'emit/burst',
  {
    title: 'a burst of a hundred progress calls',
    needs: ['jobs', 'token:read', 'token:progress'],
    cost: { jobs: 1, connections: 4 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('full', 'job');
    await emit.watch('low', 'job', { credential: 'progress' });
    await emit.watchSpace('space');
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    const calls = (async () => {
      for (let n = 1; n <= burst; n++) {
        await emit.call('job', 'progress', { percent: n, message: `step ${n}`, nonce: emit.nonce, n });
      }
    })();
    await emit.await('burst has begun', ['full'], 'job', 'progress');
    await emit.watch('joiner', 'job');
    await calls;
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('end', ['full', 'low', 'space', 'joiner'], 'job', 'completed', { owns: 'E33' });
  },
);

/** Everybody watches the same job. */
const inACrowd = scene<EmitVerbs>(
  'emit',
  'emit/crowd',
  {
    title: `${crowd} viewers of one job`,
    needs: ['jobs', 'verb:checkpoint', 'token:read', 'token:progress'],
    cost: { jobs: 1, connections: 2 * crowd },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    const full = Array.from({ length: crowd }, (_, at) => `full ${at + 1}`);
    const low = Array.from({ length: crowd }, (_, at) => `low ${at + 1}`);
    await Promise.all([
      ...full.map((peer) => emit.watch(peer, 'job')),
      ...low.map((peer) => emit.watch(peer, 'job', { credential: 'progress' })),
    ]);
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    for (let n = 1; n <= 10; n++)
      await emit.act(
        'job',
        'progress',
        { percent: n, message: `step ${n}`, nonce: emit.nonce, n },
        `progress ${n}`,
      );
    await emit.act('job', 'checkpoint', { nonce: emit.nonce });
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('end', [...full, ...low], 'job', 'completed');
  },
);

/** Somebody leaves, misses something, and comes back. */
const comeBack = scene<EmitVerbs>(
  'emit',
  'emit/come-back',
  {
    title: 'a viewer leaves, misses something, and comes back',
    needs: ['jobs', 'token:read'],
    cost: { jobs: 1, connections: 3 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('stays', 'job');
    await emit.watch('leaves', 'job');
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    await emit.cut('leaves');
    await emit.act('job', 'progress', { percent: 30, message: 'missed', nonce: emit.nonce, n: 1 }, 'missed');
    await emit.await('missed event', ['stays'], 'job', 'progress');
    await emit.watch('returns', 'job');
    await emit.act('job', 'progress', { percent: 60, message: 'seen', nonce: emit.nonce, n: 2 }, 'seen');
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('end', ['stays', 'returns'], 'job', 'completed', { owns: 'E33' });
  },
);

function progressOf(view: View, peer: string): readonly Frame[] {
  // A space stream stays open until the drain, and shows the jobs of later scenes too.
  const { id } = view.job('job');
  return view.frames(peer, (frame) => typeOf(frame) === 'progress' && jobOf(view.recording, frame) === id);
}

function numbersOf(view: View, peer: string): number[] {
  return progressOf(view, peer).flatMap((frame) => {
    const data = messageOf(frame)?.data;
    return isObject(data) && typeof data.n === 'number' ? [data.n] : [];
  });
}

/** Events that came without their number: their data is another rule's business, that they came is not. */
function unnumbered(view: View, peer: string): number {
  return progressOf(view, peer).length - numbersOf(view, peer).length;
}

/** Numbers of the calls that the server has accepted: the others it may have taken or not, and it owes nothing for them. */
function acceptedOf(view: View): readonly number[] {
  return view
    .job('job')
    .calls.flatMap(({ verb, accepted, body }) =>
      verb === 'progress' && accepted && isObject(body) && typeof body.n === 'number' ? [body.n] : [],
    );
}

function hasAll(view: View, peer: string): Judgement {
  view.step('end');
  const accepted = acceptedOf(view);
  if (accepted.length === 0) return untestable('no progress call was accepted');
  const numbers = new Set(numbersOf(view, peer));
  const missing = accepted.filter((n) => !numbers.has(n));
  return missing.length <= unnumbered(view, peer)
    ? passed([peer])
    : failed({
        rule: 'lost',
        expected: `${accepted.length} progress events`,
        actual: `${numbers.size}; missing ${missing.slice(0, 8).join(', ')}`,
      });
}

/** From its first live event on, a joiner has each of them; its init stands for all before. */
function joinsWithoutGap(view: View): Judgement {
  view.step('end');
  const numbers = new Set(numbersOf(view, 'joiner'));
  if (numbers.size === 0) return untestable('the joiner came after the burst');
  const first = Math.min(...numbers);
  const missing = acceptedOf(view).filter((n) => n >= first && !numbers.has(n));
  return missing.length === 0
    ? passed(['joiner'])
    : failed({
        rule: 'gap',
        expected: 'every event after the init, once',
        actual: `from ${first} to ${Math.max(...numbers)} of ${burst}; missing ${missing.slice(0, 8).join(', ')}`,
      });
}

function inOrder(view: View, peer: string): Judgement {
  view.step('end');
  // One that comes twice is another rule's business.
  const numbers = [...new Set(numbersOf(view, peer))];
  const at = numbers.findIndex((n, index) => index > 0 && n <= (numbers[index - 1] ?? 0));
  if (numbers.length === 0) return untestable('no progress event');
  return at < 0
    ? passed([peer])
    : failed({
        rule: 'order',
        expected: `${(numbers[at - 1] ?? 0) + 1} or later`,
        actual: String(numbers[at]),
      });
}

function sameForAll(view: View, scope: string): Judgement {
  view.step('complete job');
  const peers = Array.from({ length: crowd }, (_, at) => `${scope} ${at + 1}`);
  const [first, ...others] = peers;
  // Who was not let in, or was told so late, is another rule's business.
  for (const peer of peers) {
    if (view.maybeStep(`init ${peer}`)?.outcome !== 'ok')
      return untestable(`${peer} did not watch from the start`);
  }
  const text = (peer: string): string =>
    view
      .frames(
        peer,
        (frame) => typeOf(frame) !== 'init' && jobOf(view.recording, frame) === view.job('job').id,
      )
      .map((frame) => frame.text)
      .join('\n');
  const expected = text(first ?? '');
  const odd = others.find((peer) => text(peer) !== expected);
  return odd === undefined
    ? passed(peers)
    : failed({
        rule: 'differs',
        expected: `what ${first} saw`,
        actual: `${odd} saw something else`,
        frame: view.frames(odd).at(-1)?.seq ?? 0,
      });
}

export const viewers: { scenes: Scene<EmitVerbs>[]; cases: Case[] } = {
  scenes: [inAHurry, inACrowd, comeBack],
  cases: [
    ...judgeEach(inAHurry, ['full', 'low'], (peer) => ({
      id: `emit/burst/${peer}`,
      title: `a ${peer === 'full' ? 'reader' : 'progress viewer'} gets each of a hundred progress calls, in order`,
      checks: { E31: (view: View) => hasAll(view, peer), E31i: (view: View) => inOrder(view, peer) },
    })),
    judge(inAHurry, 'emit/burst/space', 'the space stream carries each of a hundred progress calls', {
      E40: (view) => hasAll(view, 'space'),
    }),
    judge(inAHurry, 'emit/burst/joiner', 'who joins in the midst of a burst misses nothing after its init', {
      E22: joinsWithoutGap,
    }),
    ...judgeEach(inACrowd, ['full', 'low'], (scope) => ({
      id: `emit/crowd/${scope}`,
      title: `all ${scope === 'full' ? 'readers' : 'progress viewers'} of a job see the same events in the same order`,
      checks: { E47: (view: View) => sameForAll(view, scope) },
    })),
    judge(
      comeBack,
      'emit/come-back/no-replay',
      'who comes back gets the present state and no replay of what it missed',
      {
        E22: (view): Judgement => {
          view.step('end');
          view.step('missed event');
          const numbers = numbersOf(view, 'returns');
          if (numbers.includes(1))
            return failed({
              rule: 'replayed',
              expected: 'progress 2 alone',
              actual: `progress ${numbers.join(', ')}`,
            });
          if (unnumbered(view, 'returns') > 0)
            return untestable('its progress event does not say which it is');
          return numbers.includes(2)
            ? passed(['returns', 'stays'])
            : failed({ rule: 'lost', expected: 'progress 2', actual: 'none' });
        },
        E21: (view): Judgement => {
          view.step('init returns');
          const status = view.frames('returns').map(messageOf)[0]?.status;
          return status === 'running'
            ? passed(['returns'])
            : failed({ rule: 'stale', expected: 'status running', actual: String(status) });
        },
      },
    ),
    judge(comeBack, 'emit/come-back/the-one-who-stayed', 'who stays gets everything, whatever others do', {
      E22: (view): Judgement => {
        view.step('end');
        const numbers = numbersOf(view, 'stays');
        if (unnumbered(view, 'stays') > 0) return untestable('its progress events do not say which they are');
        return all([
          numbers.includes(1) && numbers.includes(2)
            ? passed(['stays'])
            : failed({ rule: 'lost', expected: 'progress 1 and 2', actual: numbers.join(', ') }),
        ]);
      },
    }),
  ],
};
