import type { Flow } from '../../src/contract/flow.ts';
import { isObject } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { all, instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobName, peersOf } from '../../src/surfaces/pusher/flow.ts';
import { statusStep } from '../../src/surfaces/pusher/jobs.ts';
import { requestOf, statusOf, updateOf } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { WireEvent } from '../../src/wire/event.ts';
import { framesAbout, reading, wrong } from './frames.ts';

/** What must not be said of a job that failed, on the connections of each variant. */
export function failingCases(
  rules: PusherRules,
  dialect: string,
  flow: Flow,
  made: Scene<PusherVerbs>,
): Case[] {
  const rule = rules.dialects[dialect]?.events.error;
  const prefix = flow.id.replace('pusher/', 'pusher/flow/');
  const job = jobName(flow);
  return judgeEach(made, flow.variants, (variant) => ({
    id: `${prefix}/${variant}/error`,
    title: `${flow.title}: its failure is not on the WebSocket (${variant})`,
    checks: {
      ...each(rule?.requirements ?? [], (view: View) =>
        all(peersOf(variant).map((peer) => noError(view, peer, job))),
      ),
      ...each(rule?.nothingAfter ?? [], (view: View) =>
        all(peersOf(variant).map((peer) => nothingAfter(view, peer, job, rule?.openPoint))),
      ),
    },
    covers: ['status/error', 'transition/error/done'],
  }));
}

/** The webhook that tells of the failure, else the answer of the status endpoint that does. */
function witnessOf(view: View, job: string): WireEvent | undefined {
  const { id } = view.job(job);
  const { events } = view.recording;
  const told = events.find(
    (event) =>
      event.kind === 'exchange' &&
      isObject(event.json) &&
      event.json.event === 'job.failed' &&
      isObject(event.json.data) &&
      event.json.data.job_request_id === id,
  );
  const asked = view
    .job(job)
    .calls.find((call) => call.verb === 'status' && isObject(call.body) && call.body.status === 'error');
  return told ?? (asked && events[asked.seq]);
}

function noError(view: View, peer: string, job: string): Judgement {
  view.step(`submit ${job}`);
  const { id } = view.job(job);
  view.peer(peer);
  const witness = witnessOf(view, job);
  const lack = view.maybeStep(statusStep(job));
  if (!witness && lack?.reason !== undefined) return untestable(`no witness: ${lack.reason}`);
  const judgement = absent(view, {
    rule: 'error-shown',
    what: 'event that tells of the failure',
    watcher: peer,
    forbidden: (frame) => requestOf(frame) === id && statusOf(frame) === 'error',
    // It was told over HTTP: what proves the target is the fence, on a proven connection.
    witness: witness && { ...witness, peer },
    witnessed: 'the failure',
    fence: (event) => event.kind === 'frame' && statusOf(event) === 'done' && requestOf(event) !== id,
    grade: "a later job's done on the same channel",
  });
  return judgement;
}

/**
 * Events of before the failure may still be under way when it is told over HTTP; what comes after the first
 * event of a job that was submitted later does not. A done is always one too many.
 */
function nothingAfter(view: View, peer: string, job: string, point: string | undefined): Judgement {
  view.step(`submit ${job}`);
  view.peer(peer);
  const witness = witnessOf(view, job);
  if (!witness) {
    const lack = view.maybeStep(statusStep(job));
    return untestable(`no witness: ${lack?.reason ?? 'the failure was not told'}`);
  }
  const later = new Set(
    Object.values(view.recording.jobs)
      .filter(({ from }) => from > witness.seq)
      .map(({ id }) => id),
  );
  view.step(`fence ${peer}`);
  const fence = view.frames(peer, (frame) => later.has(requestOf(frame) ?? ''))[0];
  if (!fence) return untestable('no fence: nothing was seen of a later job');
  const frames = framesAbout(view, peer, job);
  const done = frames.find((frame) => statusOf(frame) === 'done');
  const late = point === undefined ? (done ?? frames.find(({ seq }) => seq > fence.seq)) : undefined;
  if (late) return wrong('after-the-failure', 'nothing more of the job', instead(updateOf(late)), late);
  const odd = frames.find((frame) => frame.seq > fence.seq && statusOf(frame) !== 'done');
  if (odd) return wrong('after-the-failure', 'nothing more of the job', instead(updateOf(odd)), odd);
  if (point === undefined) return passed([peer]);
  return passed([peer], {
    readings: [reading(point, done ? 'done-follows' : 'error-ends', done ?? witness)],
  });
}
