import { isObject, type JsonObject } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { isByCommand } from '../../src/surfaces/command-program.ts';
import { statusStep } from '../../src/surfaces/pusher/jobs.ts';
import { progressOf, requestOf, statusOf, updateOf } from '../../src/surfaces/pusher/message.ts';
import { isStillOn } from '../../src/surfaces/pusher/standing.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Exchange } from '../../src/wire/event.ts';
import { framesAbout, reading, wrong } from './frames.ts';

/** The first job of a run. */
const job = 'happy-path';

/** Milliseconds that an event may be behind the change that it reports: two orders above what is promised. */
const late = 1000;

/** What the job API and the status endpoint said of the first job, held against what was on the wire. */
export function changeCases(rules: PusherRules, dialect: string, made: Scene<PusherVerbs>): Case[] {
  const { everyChange, prompt } = rules.delivery;
  const pending = rules.dialects[dialect]?.events.pending;
  const shownIds = pending?.shown === 'never' ? (pending.requirements ?? []) : ['M30'];
  return [
    judge(
      made,
      'pusher/changes/announced',
      'each change that the status endpoint shows is announced by an event',
      Object.fromEntries(everyChange.map((id) => [id, (view: View) => announced(view, job, id !== 'M2')])),
      { covers: ['delivery/everyChange'] },
    ),
    judge(
      made,
      'pusher/changes/prompt',
      'an event is there by the time that the status endpoint shows its change',
      each(prompt, (view) => prompted(view)),
      { covers: ['delivery/prompt'] },
    ),
    judge(
      made,
      'pusher/changes/pending',
      'a job that waits is announced as the dialect has it',
      each(shownIds, (view) => waiting(view, pending?.shown === 'never')),
      { covers: ['status/pending', 'transition/pending/pending'] },
    ),
    judge(
      made,
      'pusher/jobs/request-id',
      'events bear the request id with which the submission was answered',
      each(['M9', 'D19'], (view) => sameId(view)),
    ),
    judge(
      made,
      'pusher/jobs/submission',
      'a submission is answered with the request id in data',
      each(['PW3i'], (view) => answered(view)),
    ),
    judge(
      made,
      'pusher/jobs/status',
      'the status endpoint tells status, preview, result_url and progress',
      each(rules.jobs.status, (view) => complete(view)),
    ),
  ];
}

/** A scripted job is asked for after each of its steps: every change that the endpoint shows is known. */
export function scriptedChangeCases(rules: PusherRules, made: Scene<PusherVerbs>, scripted: string): Case[] {
  return [
    judge(
      made,
      'pusher/changes/scripted',
      'each change of a scripted job that the status endpoint shows is announced by an event',
      Object.fromEntries(
        rules.delivery.everyChange.map((id) => [id, (view: View) => announced(view, scripted, id !== 'M2')]),
      ),
      { applies: { offers: ['hold', 'step'] } },
    ),
  ];
}

/** What the HTTP API answers is not seen where a program asks it. */
const unasked = untestable('no driver jobs-rest: the job API cannot be asked');

/** Nothing is known of a job's status: for want of a driver, or else as the words say. */
function noAnswer(view: View, job: string, words: string): Judgement {
  return untestable(view.maybeStep(statusStep(job))?.reason ?? words);
}

interface Asked {
  readonly state: JsonObject;
  readonly seq: number;
  readonly at: number;
}

function asked(view: View, job: string): Asked[] {
  return view.job(job).calls.flatMap((call) => {
    const exchange = view.recording.events[call.seq];
    return call.verb === 'status' && call.accepted && isObject(call.body) && exchange
      ? [{ state: call.body, seq: call.seq, at: exchange.at }]
      : [];
  });
}

const silent = ['pending', 'error'];

/** 000 speaks of changes of status alone, 001 of progress too. */
function announced(view: View, job: string, withProgress: boolean): Judgement {
  if (!isStillOn(view.recording, 'first', view.job(job).where)) view.step(`end of ${job}`);
  const frames = framesAbout(view, 'first', job);
  if (frames.length === 0) return untestable(`nothing was seen of ${job}`);
  const states = asked(view, job).filter(({ state }) => !silent.includes(String(state.status)));
  if (states.length === 0) return noAnswer(view, job, 'the status endpoint showed no change');
  for (const { state, seq } of states) {
    const told = frames.some((frame) => {
      const update = updateOf(frame);
      const same = !withProgress || progressOf(update?.progress) === progressOf(state.progress);
      return update?.status === state.status && same;
    });
    if (!told)
      return {
        kind: 'failed',
        findings: [
          {
            rule: 'unannounced',
            expected: `an event with status ${show(state.status)} and progress ${show(state.progress)}`,
            actual: 'none',
            frame: seq,
          },
        ],
      };
  }
  return passed(['first']);
}

function prompted(view: View): Judgement {
  view.step(`end of ${job}`);
  const frames = framesAbout(view, 'first', job);
  const firsts = new Map<string, Asked>();
  for (const one of asked(view, job)) {
    const status = String(one.state.status);
    if (!silent.includes(status) && !firsts.has(status)) firsts.set(status, one);
  }
  if (firsts.size === 0) return noAnswer(view, job, 'the status endpoint showed no change');
  for (const [status, { at }] of firsts) {
    const frame = frames.find((one) => statusOf(one) === status);
    if (frame && frame.at - at > late)
      return wrong(
        'late',
        `${status} within ${late} ms of the change`,
        `${Math.round(frame.at - at)} ms after it`,
        frame,
      );
  }
  return passed(['first']);
}

function waiting(view: View, isForbidden: boolean): Judgement {
  view.step(`end of ${job}`);
  const { id } = view.job(job);
  const shown = framesAbout(view, 'first', job).find((frame) => statusOf(frame) === 'pending');
  if (!isForbidden) {
    const value = shown ? 'sent' : 'not-sent';
    return passed(['first'], { readings: [reading('A4', value, shown)] });
  }
  const submitted = view.recording.events[Number(view.job(job).about.submitted)];
  return absent(view, {
    rule: 'pending-shown',
    what: 'pending event',
    watcher: 'first',
    forbidden: (frame) => requestOf(frame) === id && statusOf(frame) === 'pending',
    witness: submitted && { ...submitted, peer: 'first', seq: view.job(job).from },
    witnessed: 'the submission',
    fence: (event) => event.kind === 'frame' && requestOf(event) === id,
    grade: 'a later event of the same job',
  });
}

/** The job's id is on the wire; where it is not, what came under an id that nobody submitted was meant for it. */
function sameId(view: View): Judgement {
  view.job(job);
  if (framesAbout(view, 'first', job).length > 0) return passed(['first']);
  const stray = view.recording.events.find((event) => event.kind === 'fact' && event.name === 'stray');
  const frame =
    stray?.kind === 'fact' && isObject(stray.value) ? view.frameAt(Number(stray.value.frame)) : undefined;
  const submitted = view.recording.events[Number(view.job(job).about.submitted)] as Exchange;
  if (frame && isByCommand(submitted)) {
    return untestable('events came under another id than the command gave: one of them is wrong');
  }
  return frame
    ? wrong('another-id', `request_id ${view.job(job).id}`, instead(updateOf(frame)?.request_id), frame)
    : untestable('no event of the job was seen');
}

function answered(view: View): Judgement {
  const exchange = view.recording.events[Number(view.job(job).about.submitted)] as Exchange;
  view.step(`end of ${job}`);
  if (isByCommand(exchange)) return unasked;
  const data = isObject(exchange.json) ? exchange.json.data : undefined;
  return isObject(data) && typeof data.request_id === 'string'
    ? passed(['first'])
    : wrong('no-request-id', 'data.request_id in the answer', instead(exchange.json), exchange);
}

function complete(view: View): Judgement {
  view.step(`end of ${job}`);
  const states = asked(view, job);
  if (states.length === 0) return noAnswer(view, job, 'the status endpoint gave no answer');
  for (const { seq } of states) {
    const exchange = view.recording.events[seq] as Exchange;
    if (isByCommand(exchange)) return unasked;
    const data = isObject(exchange.json) ? exchange.json.data : undefined;
    const keys = ['status', 'preview', 'result_url', 'progress'];
    const missing = isObject(data) ? keys.filter((key) => data[key] === undefined) : keys;
    const odd =
      isObject(data) && data.progress !== null && progressOf(data.progress) === undefined ? ['progress'] : [];
    if (missing.length + odd.length > 0)
      return wrong('incomplete', `data with ${keys.join(', ')}`, instead(exchange.json), exchange);
  }
  return passed(['first']);
}
