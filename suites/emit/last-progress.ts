import type { SurfaceContract } from '../../src/contract/contract.ts';
import { type JsonObject, sameJson } from '../../src/contract/json.ts';
import type { EmitRules } from '../../src/contract/rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { all, failed, instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';

/** Versions in which the init of a progress viewer shows how far its job has come. */
export function lastProgress({ rules }: SurfaceContract<EmitRules>): {
  scenes: Scene<EmitVerbs>[];
  cases: Case[];
} {
  const { stripped, full } = rules.events.init?.data ?? {};
  const { shown = [], inData = [], none = [] } = stripped?.lastOf ?? {};
  if (shown.length === 0) return { scenes: [], cases: [] };
  const title = 'the init of a progress viewer shows the last known progress';
  const made = judge(joinAfterProgress, 'emit/scope/init/last-progress-for-progress', title, {
    ...each(shown, (view) => onBoth(view, (peer, last) => isShown(view, peer, last))),
    ...each(inData, (view) => onBoth(view, (peer, last) => isInData(view, peer, last))),
    ...each(none, isEmptyAtFirst),
    ...(full?.lastOf?.openPoint
      ? each(['E67ci'], (view) => readerReads(view, full.lastOf?.openPoint ?? ''))
      : {}),
  });
  return { scenes: [joinAfterProgress], cases: [{ ...made, covers: ['scope/init/stripped'] }] };
}

const joinAfterProgress = scene<EmitVerbs>(
  'emit',
  'emit/join-after-progress',
  {
    title: 'viewers join before and after a job has made progress',
    needs: ['jobs', 'token:read', 'token:progress'],
    cost: { jobs: 1, connections: 5 },
  },
  async (emit) => {
    const step = (n: number): JsonObject => ({ percent: 10 * n, message: `step ${n}`, nonce: emit.nonce, n });
    await emit.lease({ own: 1 });
    await emit.job('job', { maxRetries: 0 });
    await emit.watch('witness', 'job');
    await emit.watch('early', 'job', { credential: 'progress' });
    await emit.act('job', 'poll');
    await emit.act('job', 'ack');
    for (const n of [1, 2]) {
      const from = emit.position;
      await emit.act('job', 'progress', step(n), `progress ${n}`);
      await emit.await(`step ${n}`, ['witness'], 'job', 'progress', { from });
    }
    await emit.watch('midway', 'job', { credential: 'progress' });
    await emit.watch('reader', 'job');
    const from = emit.position;
    await emit.act('job', 'progress', step(3), 'progress 3');
    await emit.await('step 3', ['witness', 'early', 'midway', 'reader'], 'job', 'progress', { from });
    await emit.act('job', 'complete', { nonce: emit.nonce });
    await emit.await('end', ['witness', 'midway'], 'job', 'completed', { from });
    await emit.watch('afterwards', 'job', { credential: 'progress' });
    await emit.ping('afterwards', 'settled');
  },
);

/** Who joined when, and the number of the progress call that was the last by then. */
const joined: Readonly<Record<string, number>> = { midway: 2, afterwards: 3 };

function onBoth(view: View, judgeOne: (peer: string, last: JsonObject) => Judgement): Judgement {
  return all(
    Object.entries(joined).map(([peer, n]) => {
      view.step(`progress ${n}`);
      view.step(`init ${peer}`);
      const call = view
        .job('job')
        .calls.find(({ verb, body }) => verb === 'progress' && numberOf(body) === n);
      return call ? judgeOne(peer, call.body as JsonObject) : untestable(`no progress ${n}`);
    }),
  );
}

const numberOf = (body: unknown): unknown => (body as { readonly n?: unknown } | null)?.n;

function initOf(view: View, peer: string) {
  const [frame] = view.frames(peer, (one) => typeOf(one) === 'init');
  return { frame, message: frame ? messageOf(frame) : undefined };
}

/** Under whatever key: the page says that it is shown, and not where. */
function isShown(view: View, peer: string, last: JsonObject): Judgement {
  const { frame, message } = initOf(view, peer);
  if (Object.values(message ?? {}).some((value) => sameJson(value, last))) return passed([peer, 'witness']);
  return failed({
    rule: 'not-shown',
    expected: `the last known progress, ${show(last)}`,
    ...instead(message?.data, '/data'),
    ...(frame ? { frame: frame.seq } : {}),
  });
}

function isInData(view: View, peer: string, last: JsonObject): Judgement {
  const { frame, message } = initOf(view, peer);
  if (sameJson(message?.data, last)) return passed([peer, 'witness']);
  return failed({
    rule: 'not-in-data',
    expected: `data ${show(last)}`,
    ...instead(message?.data, '/data'),
    ...(frame ? { frame: frame.seq } : {}),
  });
}

function isEmptyAtFirst(view: View): Judgement {
  view.step('init early');
  const { frame, message } = initOf(view, 'early');
  if (message?.data === undefined || message.data === null) return passed(['early']);
  return failed({
    rule: 'from-nowhere',
    expected: 'no data before the first progress',
    ...instead(message.data, '/data'),
    ...(frame ? { frame: frame.seq } : {}),
  });
}

function readerReads(view: View, point: string): Judgement {
  view.step('init reader');
  const { frame, message } = initOf(view, 'reader');
  const value = message?.data === undefined || message.data === null ? 'absent' : 'last-progress';
  return passed(['reader'], { readings: [{ point, value, frame: frame?.seq ?? 0 }] });
}
