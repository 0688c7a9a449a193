import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, type JsonObject } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { statusOf } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Exchange, WireEvent } from '../../src/wire/event.ts';
import { framesAbout, wrong } from './frames.ts';

const jobs = ['good', 'bad'] as const;

/** What the harness's own receiver is told of two jobs, one of which fails. */
export function webhooks({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const made = webhookScene();
  const { events, envelope, signed, redelivered, noProgress } = rules.webhooks;
  const applies = { offers: ['webhooks'] };
  return {
    scenes: [made],
    cases: [
      ...judgeEach(made, Object.entries(events), ([name, { status, requirements }]) => ({
        id: `pusher/webhooks/${name}`,
        title: `a job that is ${status} is reported by ${name}`,
        checks: each(requirements ?? envelope, (view: View) => reported(view, name, status)),
        applies,
        covers: [`webhook/${name}`],
      })),
      judge(
        made,
        'pusher/webhooks/envelope',
        'every webhook bears event, delivery_id, timestamp, and data with job_request_id and status',
        each(envelope, (view) => wellFormed(view)),
        { applies },
      ),
      judge(
        made,
        'pusher/webhooks/signed',
        'every webhook is signed over its timestamp and its body',
        each(signed, (view) => signatures(view)),
        { applies },
      ),
      judge(
        made,
        'pusher/webhooks/redelivered',
        'a webhook that was answered with an error is delivered again',
        each(redelivered, (view) => again(view)),
        { applies },
      ),
      judge(
        made,
        'pusher/webhooks/no-progress',
        'webhooks report no progress',
        each(noProgress, (view) => onlyChanges(view, Object.keys(events))),
        { applies },
      ),
    ],
  };
}

/** The first delivery of the good job is answered with 500, all others are taken. */
function webhookScene(): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    'pusher/webhooks',
    {
      title: 'two jobs with a webhook, one of which fails',
      role: 'application',
      needs: ['ws', 'sign', 'jobs', 'webhooks'],
      cost: { jobs: 2, connections: 1 },
    },
    async ({ connections, jobs: made, webhooks: sink, clock, waits }) => {
      await connections.connect('viewer');
      await connections.join('viewer');
      await made.submit('good', { webhookUrl: await sink.url('good', 1) });
      const failing = await made.submit('bad', { as: 'submitFailing', webhookUrl: await sink.url('bad') });
      await made.await('end of good', ['viewer'], 'good', 'done');
      const first = await waits.next((event) => deliveryOf(event, 'good') !== undefined, 0);
      // The retry is a timer of the job: where there is a control, it need not be waited for.
      for (let tries = 0; first && clock.hasControl && tries < 20; tries++) {
        if ((await clock.passForJob(made.id('good'), 2)) > 0) break;
      }
      await waits.next((event) => isEvent(event, 'good', 'job.completed', 200), 0);
      if (first) await waits.next((event) => event.seq > first.seq && isSame(first, event), first.seq);
      if (failing) await waits.next((event) => isEvent(event, 'bad', 'job.failed', 200), 0);
    },
  );
}

/** The body of a delivery for one of the jobs. */
function deliveryOf(event: WireEvent, job: string): (Exchange & { readonly json: JsonObject }) | undefined {
  if (event.kind !== 'exchange' || event.peer !== 'webhook' || !event.url.endsWith(`/${job}`))
    return undefined;
  return { ...event, json: isObject(event.json) ? event.json : {} };
}

function isEvent(event: WireEvent, job: string, name: string, status: number): boolean {
  const delivery = deliveryOf(event, job);
  return delivery?.json.event === name && delivery.status === status;
}

function isSame(first: WireEvent, event: WireEvent): boolean {
  if (first.kind !== 'exchange' || event.kind !== 'exchange' || event.peer !== 'webhook') return false;
  const [one, other] = [first.json, event.json];
  return event.url === first.url && isObject(one) && isObject(other) && one.event === other.event;
}

function deliveries(view: View): (Exchange & { readonly json: JsonObject })[] {
  return view.recording.events.flatMap((event) => jobs.flatMap((job) => deliveryOf(event, job) ?? []));
}

function reported(view: View, name: string, status: string): Judgement {
  const job = name === 'job.failed' ? 'bad' : 'good';
  view.step(`submit ${job}`);
  view.step('end of good');
  const { id } = view.job(job);
  // A quick worker may leave processing out (A5), and then has nothing to report.
  const shown = framesAbout(view, 'viewer', job).map(statusOf);
  if (status === 'processing' && shown.length > 0 && !shown.includes('processing'))
    return { kind: 'not-applicable', reason: 'the job was never processing' };
  const told = deliveries(view).find(
    ({ json }) => json.event === name && isObject(json.data) && json.data.job_request_id === id,
  );
  if (!told)
    return wrong(
      'unreported',
      `${name} for the job`,
      instead(deliveries(view).map(({ json }) => json.event ?? null)),
    );
  const data = isObject(told.json.data) ? told.json.data : {};
  return data.status === status
    ? passed(['viewer'])
    : wrong('status', `status ${status}`, instead(data.status), told);
}

function wellFormed(view: View): Judgement {
  view.step('end of good');
  const all = deliveries(view);
  if (all.length === 0) return untestable('no webhook came');
  for (const one of all) {
    const { event, delivery_id: delivery, timestamp, data } = one.json;
    const ok =
      typeof event === 'string' &&
      typeof delivery === 'string' &&
      (typeof timestamp === 'string' || typeof timestamp === 'number') &&
      isObject(data) &&
      typeof data.job_request_id === 'string' &&
      typeof data.status === 'string';
    if (!ok)
      return wrong(
        'envelope',
        'event, delivery_id, timestamp, and data with job_request_id and status',
        instead(one.json),
        one,
      );
  }
  return passed(['viewer']);
}

/** Whether each signature held was written down when it came: it takes the secret. */
function signatures(view: View): Judgement {
  view.step('end of good');
  const facts = view.recording.events.filter(
    (event) => event.kind === 'fact' && event.name === 'webhook-signature',
  );
  if (facts.length === 0) return untestable('no webhook came');
  for (const fact of facts) {
    const verdict = fact.kind === 'fact' && isObject(fact.value) ? fact.value.verdict : undefined;
    if (verdict === 'unknown') return untestable('without app.secret nobody can tell whether it holds');
    if (verdict !== 'valid')
      return wrong('signature', 'a signature over timestamp and body', String(verdict), fact);
  }
  return passed(['viewer']);
}

function again(view: View): Judgement {
  view.step('end of good');
  const [first] = deliveries(view).filter(({ status }) => status === 500);
  if (!first) return untestable('no webhook came');
  const retried = deliveries(view).some((one) => one.seq > first.seq && isSame(first, one));
  return retried ? passed(['viewer']) : wrong('given-up', 'another delivery', 'none in time', first);
}

function onlyChanges(view: View, known: readonly string[]): Judgement {
  view.step('end of good');
  const all = deliveries(view);
  if (all.length === 0) return untestable('no webhook came');
  const odd = all.find(
    ({ json }) =>
      !known.includes(String(json.event)) ||
      (isObject(json.data) && ('progress' in json.data || json.data.status === 'in_progress')),
  );
  return odd ? wrong('progress', known.join(', '), instead(odd.json), odd) : passed(['viewer']);
}
