/**
 * Long streams, as a probe of a load run gets them: recorded once from the reference server by the verbs of the suites,
 * and from then on only judged.
 * @module
 */
import { drain } from '../../src/conform/drain.ts';
import { Leases } from '../../src/conform/leases.ts';
import { perform, type TargetRun } from '../../src/conform/perform.ts';
import { turns } from '../../src/conform/turns.ts';
import type { Contract } from '../../src/contract/contract.ts';
import type { SurfaceName } from '../../src/contract/requirement.ts';
import { startReference } from '../../src/reference/start.ts';
import type { Recording } from '../../src/suite/recording.ts';
import { type AnyScene, Misses, scene } from '../../src/suite/scene.ts';
import type { Suite } from '../../src/suite/surface.ts';
import type { BeamVerbs } from '../../src/surfaces/beam/verbs.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { targetsOf } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { Intake } from '../../src/wire/intake.ts';
import { suites } from '../../suites/index.ts';

/** What was recorded of one target, and who judges it. */
export interface Stream {
  readonly target: Target;
  readonly suite: Suite;
  readonly recordings: readonly Recording[];
}

const settled = { title: 'a stream to be judged', needs: [] };

/** Jobs one after the other, each watched by a full and by a stripped viewer, and all of them on the space's stream. */
const emitStream = (jobs: number): AnyScene =>
  scene<EmitVerbs>('emit', 'bench/emit', settled, async (emit) => {
    await emit.lease({ own: 1 });
    await emit.watchSpace('space');
    for (let n = 1; n <= jobs; n++) {
      const job = `job ${n}`;
      await emit.job(job, { maxRetries: 0 });
      await emit.watch(`full ${n}`, job);
      await emit.watch(`low ${n}`, job, { credential: 'progress' });
      await emit.act(job, 'poll');
      await emit.act(job, 'ack');
      for (let percent = 10; percent <= 90; percent += 10) {
        await emit.call(job, 'progress', { percent, message: `step ${percent}`, nonce: emit.nonce });
      }
      await emit.act(job, 'checkpoint', { at: 1, nonce: emit.nonce });
      await emit.act(job, 'complete', { nonce: emit.nonce, result: 'x'.repeat(64) });
      await emit.await(`end ${n}`, ['space', `full ${n}`, `low ${n}`], job, 'completed');
    }
  });

/** Jobs one after the other on a client's channel, which three connections have joined. */
const pusherStream = (jobs: number): AnyScene =>
  scene<PusherVerbs>('pusher', 'bench/pusher', settled, async (pusher) => {
    const viewers = ['first', 'second', 'third'];
    for (const viewer of viewers) {
      await pusher.connections.connect(viewer);
      await pusher.connections.join(viewer);
    }
    for (let n = 1; n <= 3 * jobs; n++) await pusher.emit(`job ${n}`, 'own', 'third');
  });

/** Streams of twenty outputs, one after the other on three connections. */
const beamStream = (jobs: number): AnyScene =>
  scene<BeamVerbs>('beam', 'bench/beam', settled, async (beam) => {
    for (const client of ['first', 'second', 'third']) {
      await beam.open(client);
      await beam.prove(client);
      for (let n = 1; n <= jobs; n++) {
        await beam.input(client, `${client} ${n}`, { op: 'stream', n: 20 });
        await beam.output(`${client} end ${n}`, `${client} ${n}`, { count: 20 });
      }
    }
  });

const scenes: Readonly<Record<SurfaceName, (jobs: number) => AnyScene>> = {
  emit: emitStream,
  pusher: pusherStream,
  beam: beamStream,
};

/**
 * Records one stream of each surface, with so many jobs for each of its connections.
 * @throws Error where a scene did not come to its end: half a stream is no measure.
 */
export async function recordStreams(contract: Contract, jobs: number): Promise<Record<SurfaceName, Stream>> {
  const reference = await startReference({ contract });
  try {
    const targets = await targetsOf(reference.targets(), 'the reference server', contract);
    const made = [];
    for (const surface of ['emit', 'pusher', 'beam'] as const) {
      const target = targets.find((one) => one.surface === surface);
      if (!target) throw new Error(`the reference server has no ${surface}`);
      const suite = suites[surface](contract, target.dialect);
      made.push([
        surface,
        { target, suite, recordings: [await record(target, suite, scenes[surface](jobs))] },
      ]);
    }
    return Object.fromEntries(made) as Record<SurfaceName, Stream>;
  } finally {
    await reference.close();
  }
}

async function record(target: Target, suite: Suite, wanted: AnyScene): Promise<Recording> {
  const run: TargetRun = {
    target,
    surface: suite.surface,
    leases: new Leases(),
    misses: new Misses(),
    shared: new Map(),
    turn: turns(undefined),
    intake: new Intake(),
    origin: performance.now(),
    seed: 1,
    multiplier: 4,
    slow: false,
    signal: new AbortController().signal,
  };
  const recorder = await perform(wanted, run);
  await drain([recorder], 200);
  await suite.surface.close(run.shared);
  const { recording } = recorder;
  const missed = recording.steps.find(({ outcome }) => outcome === 'miss');
  if (recording.ending.kind !== 'done' || missed)
    throw new Error(`${wanted.id}: ${JSON.stringify(missed ?? recording.ending)}`);
  return recording;
}
