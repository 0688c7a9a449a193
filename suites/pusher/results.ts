import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { statusOf, updateOf } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import { exchangeOf, framesAbout, wrong } from './frames.ts';

/** Longer than any link of this family is good for. */
const daySeconds = 86_400;

/** The result of a job: fetched at once, after it has expired, and by the URL that the status then gives. */
export function results({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const made = resultScene();
  const { fetched, signed, fresh } = rules.jobs.result;
  return {
    scenes: [made],
    cases: [
      judge(made, 'pusher/results/fetched', 'the result of a done job can be fetched at once', {
        ...each(fetched, (view) => fetchedAtOnce(view)),
      }),
      judge(made, 'pusher/results/expires', 'a result URL stops working when it has expired', {
        ...each(signed, (view) => expired(view)),
      }),
      judge(made, 'pusher/results/fresh', 'the status endpoint then gives a fresh URL that works', {
        ...each(fresh, (view) => renewed(view)),
      }),
      judge(
        made,
        'pusher/results/previews-arrive',
        'a preview of usual size does not make its event vanish',
        each(rules.jobs.image.arrives, (view) => previews(view)),
        { applies: { offers: ['image-jobs'] } },
      ),
    ],
  };
}

function resultScene(): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    'pusher/results',
    {
      title: 'the result of a job, now and after it has expired',
      role: 'application',
      needs: ['ws', 'sign', 'jobs'],
      cost: { jobs: 1, connections: 1 },
    },
    async ({ connections, jobs, clock, waits }) => {
      await connections.connect('viewer');
      await connections.join('viewer');
      await jobs.submit('job', { script: { updates: 2, previews: true } });
      await jobs.await('end of job', ['viewer'], 'job', 'done');
      const end = await jobs.awaitAny('viewer', 'job', ['done']);
      const url = end?.kind === 'frame' ? updateOf(end)?.result_url : undefined;
      if (typeof url !== 'string') return;
      await jobs.fetch('job', 'fetch at once', url);
      if (!clock.hasControl) {
        waits.skip('fetch after expiry', 'fetch', 'no control lets time pass for a job');
        return;
      }
      await clock.passForJob(jobs.id('job'), daySeconds);
      await jobs.fetch('job', 'fetch after expiry', url);
      const state = await jobs.status('job');
      if (typeof state?.result_url === 'string') await jobs.fetch('job', 'fetch fresh', state.result_url);
    },
  );
}

function fetchedAtOnce(view: View): Judgement {
  view.step('end of job');
  const [end] = framesAbout(view, 'viewer', 'job').filter((frame) => statusOf(frame) === 'done');
  const url = end && updateOf(end)?.result_url;
  if (!view.maybeStep('fetch at once') || typeof url !== 'string' || !/^https?:\/\//i.test(url))
    return wrong('no-url', 'a result_url', instead(url), end);
  return isThere(view, 'fetch at once');
}

function isThere(view: View, step: string): Judgement {
  view.step('end of job');
  const exchange = exchangeOf(view, step);
  if (exchange.status === 0 || exchange.status === 429)
    return untestable(exchange.error ?? 'the storage was busy');
  return exchange.status >= 200 && exchange.status < 300
    ? passed(['viewer'])
    : wrong('not-there', 'the result', `status ${exchange.status}`, exchange);
}

function expired(view: View): Judgement {
  if (isThere(view, 'fetch at once').kind !== 'passed')
    return untestable('it could not be fetched before either');
  const exchange = exchangeOf(view, 'fetch after expiry');
  if (exchange.status === 0 || exchange.status >= 500)
    return untestable(`the storage answered ${exchange.status}`);
  return exchange.status >= 400
    ? passed(['viewer'])
    : wrong('still-good', 'a refusal after the expiry', `status ${exchange.status}`, exchange);
}

function renewed(view: View): Judgement {
  const before = exchangeOf(view, 'fetch after expiry');
  const there = isThere(view, 'fetch fresh');
  if (there.kind !== 'passed') return there;
  const exchange = exchangeOf(view, 'fetch fresh');
  return exchange.url !== before.url
    ? there
    : wrong('same-url', 'another URL than the one that expired', 'the same', exchange);
}

/** Every update that was asked for is there, with its preview. */
function previews(view: View): Judgement {
  view.step('end of job');
  const { script } = view.job('job').about;
  const asked = isObject(script) && typeof script.updates === 'number' ? script.updates : 0;
  // By whatever name they go, they are neither its beginning nor its end.
  const frames = framesAbout(view, 'viewer', 'job').filter(
    (frame) => !['pending', 'processing', 'done', 'error'].includes(statusOf(frame) ?? ''),
  );
  const shown = frames.filter((frame) => typeof updateOf(frame)?.preview === 'string');
  if (frames.length < asked)
    return wrong('vanished', `${asked} updates with previews`, String(frames.length));
  return shown.length > 0
    ? passed(['viewer'])
    : untestable(`no preview among ${show(frames.length)} updates`);
}
