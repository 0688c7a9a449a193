import { type Json, sameJson } from '../../src/contract/json.ts';
import { type Case, judgeEach } from '../../src/suite/case.ts';
import { all, failed, instead, type Judgement, passed, show } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobOf, messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';

/** Payloads that are easily harmed on the way. Each keeps percent and message, which later versions ask for. */
const payloads: Readonly<Record<string, Json>> = {
  nested: { a: { b: { c: [{ d: [[], {}, [null]] }] } }, empty: {}, list: [1, [2, [3]]] },
  'non-ascii': { text: 'Grüße, 世界, שלום, 👩‍🚀', combining: 'e\u0301', schlüssel: 'ключ' },
  escapes: {
    text: 'quote " backslash \\ slash / tab \t newline \n null \u0000 bell \u0007',
    html: '<script>&amp;</script>',
    separators: '\u2028\u2029',
  },
  numbers: {
    zero: 0,
    negative: -1,
    fraction: 0.1,
    small: 1e-7,
    large: 9007199254740991,
    exponent: 1.5e300,
    half: 45.5,
  },
  types: {
    yes: true,
    no: false,
    nothing: null,
    emptyText: '',
    emptyList: [],
    looksLikeNumber: '45.50',
    looksLikeNull: 'null',
  },
  names: {
    type: 'not-the-type',
    status: 'not-the-status',
    data: { data: { data: 1 } },
    jobId: 'not-the-id',
    __proto__x: 1,
    constructor: 'c',
  },
  large: { text: 'x'.repeat(32_768), list: Array.from({ length: 500 }, (_, n) => n) },
};

const carriers = ['progress', 'checkpoint'] as const;

const roundTrip = scene<EmitVerbs>(
  'emit',
  'emit/payloads',
  {
    title: 'payloads that are easily harmed',
    needs: ['jobs', 'verb:checkpoint', 'token:read', 'token:progress'],
    cost: { jobs: 1, connections: 3 },
  },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('full', 'job');
    await emit.watch('low', 'job', { credential: 'progress' });
    await emit.watchSpace('space');
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    let n = 0;
    for (const [name, payload] of Object.entries(payloads)) {
      n += 1;
      const body = { ...(payload as object), percent: n, message: name, nonce: emit.nonce, n };
      const from = emit.position;
      for (const verb of carriers) await emit.act('job', verb, body, `${verb} ${name}`);
      await emit.await(`progress event ${name}`, ['full', 'low', 'space'], 'job', 'progress', {
        from,
        owns: 'E31',
      });
      await emit.await(`checkpoint event ${name}`, ['full', 'space'], 'job', 'checkpoint', {
        from,
        owns: 'E32',
      });
    }
    const from = emit.position;
    await emit.act('job', 'complete', {
      ...(payloads.nested as object),
      text: (payloads['non-ascii'] as { text: string }).text,
      nonce: emit.nonce,
    });
    await emit.await('end', ['full', 'low', 'space'], 'job', 'completed', { from, owns: 'E33' });
  },
);

function arrives(
  view: View,
  verb: (typeof carriers)[number],
  name: string,
  peers: readonly string[],
): Judgement {
  view.step(`${verb} ${name}`);
  view.step(`${verb} event ${name}`);
  const call = view
    .job('job')
    .calls.find((one) => one.verb === verb && (one.body as { message?: Json }).message === name);
  return all(
    peers.map((peer) => {
      const frames = view.frames(
        peer,
        (frame) => typeOf(frame) === verb && jobOf(view.recording, frame) === view.job('job').id,
      );
      const same = frames.find((frame) => sameJson(messageOf(frame)?.data, call?.body));
      if (same) return passed([peer]);
      const nearest =
        frames.find((frame) => JSON.stringify(messageOf(frame)?.data ?? null).includes(`"${name}"`)) ??
        frames.at(-1);
      return failed({
        rule: 'changed',
        expected: `data ${show(call?.body)}`,
        ...instead(nearest ? messageOf(nearest)?.data : undefined, '/data'),
        ...(nearest ? { frame: nearest.seq } : {}),
      });
    }),
  );
}

export const payload: { scenes: Scene<EmitVerbs>[]; cases: Case[] } = {
  scenes: [roundTrip],
  cases: [
    ...judgeEach(roundTrip, Object.keys(payloads), (name) => ({
      id: `emit/payload/progress/${name}`,
      title: `progress with ${name} reaches viewers of either scope unchanged`,
      checks: {
        E14: (view: View) => arrives(view, 'progress', name, ['low']),
        E5: (view: View) => arrives(view, 'progress', name, ['low', 'full']),
        E43: (view: View) => arrives(view, 'progress', name, ['space']),
      },
    })),
    ...judgeEach(roundTrip, Object.keys(payloads), (name) => ({
      id: `emit/payload/checkpoint/${name}`,
      title: `a checkpoint with ${name} reaches a reader unchanged`,
      checks: {
        E50: (view: View) => arrives(view, 'checkpoint', name, ['full']),
        E43: (view: View) => arrives(view, 'checkpoint', name, ['space']),
      },
    })),
    ...judgeEach(roundTrip, ['result'], () => ({
      id: 'emit/payload/result',
      title: 'the result of a job reaches a reader unchanged',
      checks: {
        E33: (view: View): Judgement => {
          view.step('end');
          const sent = view.job('job').calls.find((one) => one.verb === 'complete')?.body;
          const [frame] = view.frames(
            'full',
            (one) => typeOf(one) === 'completed' && jobOf(view.recording, one) === view.job('job').id,
          );
          const data = frame ? messageOf(frame)?.data : undefined;
          return sameJson(sent, data)
            ? passed(['full'])
            : failed({
                rule: 'changed',
                expected: `data ${show(sent)}`,
                ...instead(data),
                ...(frame ? { frame: frame.seq } : {}),
              });
        },
      },
    })),
  ],
};
