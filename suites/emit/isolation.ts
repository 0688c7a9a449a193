import { absent } from '../../src/suite/absence.ts';
import { sightingOf } from '../../src/suite/canary.ts';
import { type Case, judge } from '../../src/suite/case.ts';
import type { Judgement } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import type { Frame, WireEvent } from '../../src/wire/event.ts';

/** Nobody sees what is another's: across spaces, and across jobs of one space. */
const twoTenants = scene<EmitVerbs>(
  'emit',
  'emit/two-tenants',
  {
    title: 'jobs of two tenants, side by side',
    needs: [
      'jobs',
      'token:read',
      'space:foreign',
      'foreign-token:producer',
      'foreign-token:worker',
      'foreign-token:read',
    ],
    cost: { jobs: 2, connections: 3 },
  },
  async (emit) => {
    await emit.lease({ own: 1, foreign: 1 });
    await emit.watchSpace('watcher', 'own');
    await emit.job('theirs', { space: 'foreign' });
    await emit.job('mine', { space: 'own' });
    await emit.watch('witness', 'theirs');
    await emit.watch('own viewer', 'mine');
    await run(emit, 'theirs', emit.canary('result:theirs'));
    await run(emit, 'mine', emit.nonce);
    await emit.await('end of mine', ['watcher', 'own viewer'], 'mine', 'completed');
  },
);

const twoSpaces = scene<EmitVerbs>(
  'emit',
  'emit/two-spaces',
  {
    title: 'jobs of two spaces of one tenant',
    needs: ['jobs', 'token:read', 'space:own:2'],
    cost: { jobs: 2, connections: 3 },
  },
  async (emit) => {
    await emit.lease({ own: 2 });
    await emit.watchSpace('watcher', 'own');
    await emit.job('theirs', { space: 'own:1' });
    await emit.job('mine', { space: 'own' });
    await emit.watch('witness', 'theirs');
    await emit.watch('own viewer', 'mine');
    await run(emit, 'theirs', emit.canary('result:theirs'));
    await run(emit, 'mine', emit.nonce);
    await emit.await('end of mine', ['watcher', 'own viewer'], 'mine', 'completed');
  },
);

const twoJobs = scene<EmitVerbs>(
  'emit',
  'emit/two-jobs',
  { title: 'two jobs of one space', needs: ['jobs', 'token:read'], cost: { jobs: 2, connections: 3 } },
  async (emit) => {
    await emit.lease({ own: 1 });
    await emit.job('theirs');
    await emit.job('mine');
    await emit.watch('witness', 'theirs');
    await emit.watch('own viewer', 'mine');
    await emit.watchSpace('watcher');
    await run(emit, 'theirs', emit.canary('result:theirs'));
    await run(emit, 'mine', emit.nonce);
    await emit.await('end of mine', ['own viewer'], 'mine', 'completed');
  },
);

async function run(emit: EmitVerbs, job: string, result: string): Promise<void> {
  await emit.act(job, 'poll');
  await emit.act(job, 'ack');
  const from = emit.position;
  await emit.act(job, 'progress', { percent: 10, message: 'at work', nonce: emit.nonce, n: 1 });
  await emit.act(job, 'complete', { result });
  if (job === 'theirs') await emit.await('end of theirs', ['witness'], job, 'completed', { from });
}

/** Nothing of the job `theirs` on a watcher, be it by its id or by what it carries. */
function silentAbout(view: View, watcher: string): Judgement {
  const theirs = view.job('theirs');
  const mine = view.job('mine');
  const canary = view.canary('result:theirs');
  const isTheirs = (frame: Frame): boolean =>
    jobOf(view.recording, frame) === theirs.id ||
    frame.text.includes(theirs.id) ||
    sightingOf(canary, frame.text, frame.message) !== undefined;
  return absent(view, {
    rule: 'foreign',
    what: 'event of the other job',
    watcher,
    forbidden: isTheirs,
    witness: view.frames('witness', (frame) => typeOf(frame) === 'completed').at(-1),
    witnessed: 'the end of the other job',
    fence: (event: WireEvent) =>
      event.kind === 'frame' && jobOf(view.recording, event) === mine.id && typeOf(event) === 'completed',
    grade: 'a later event of its own job',
  });
}

export const isolation: { scenes: Scene<EmitVerbs>[]; cases: Case[] } = {
  scenes: [twoTenants, twoSpaces, twoJobs],
  cases: [
    judge(
      twoTenants,
      'emit/isolation/foreign-tenant-on-the-space-stream',
      "a space stream carries nothing of another tenant's space",
      {
        E15: (view) => silentAbout(view, 'watcher'),
      },
    ),
    judge(
      twoTenants,
      'emit/isolation/foreign-tenant-on-the-job-stream',
      "a job stream carries nothing of another tenant's job",
      {
        E27: (view) => silentAbout(view, 'own viewer'),
      },
    ),
    judge(
      twoSpaces,
      'emit/isolation/other-space-on-the-space-stream',
      'a space stream carries nothing of another space of the same tenant',
      {
        E15: (view) => silentAbout(view, 'watcher'),
      },
    ),
    judge(
      twoSpaces,
      'emit/isolation/other-space-on-the-job-stream',
      'a job stream carries nothing of a job in another space',
      {
        E27: (view) => silentAbout(view, 'own viewer'),
      },
    ),
    judge(
      twoJobs,
      'emit/isolation/other-job-of-the-space',
      'a job stream carries nothing of another job of its space',
      {
        E27: (view) => silentAbout(view, 'own viewer'),
      },
    ),
  ],
};
