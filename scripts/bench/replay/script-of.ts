/**
 * Turns recordings into what to do again: each act of ours when all has come that had come before it, with what differs
 * from run to run (ids, socket ids, ports, signatures) put in its place.
 * @module
 */
import type { Recording } from '../../../src/suite/recording.ts';
import type { Target } from '../../../src/target/target.ts';
import type { WireEvent } from '../../../src/wire/event.ts';
import { lineOf } from './line-of.ts';
import type { Learned, SceneScript, TargetScript } from './script.ts';
import { compiled, isSocketId, leavesOf, requestIn } from './texts.ts';

/** What is said of a scene beside its recording. */
export interface Performed {
  readonly recording: Recording;
  readonly alone: boolean;
  /** Milliseconds of the run at which the scene was over, and its connections left to the drain. */
  readonly endedAt: number;
}

/** What is known of a whole target while one of its scenes is turned into a script. */
interface Surroundings {
  readonly surface: string;
  readonly secret: string | undefined;
  /** Unix time in milliseconds at which the run began. */
  readonly began: number;
}

/** Makes the script of one target. Scenes come in the order in which they were begun; `began`: Unix time of the run, in ms. */
export function scriptOf(target: Target, performed: readonly Performed[], began: number): TargetScript {
  const was = new URL(target.urls.ws ?? '').host;
  const secret = target.surface === 'pusher' ? target.app.secret : undefined;
  const bodies = performed.flatMap(({ recording }) =>
    recording.events.map((event) => (event.kind === 'exchange' ? (event.requestBody ?? '') : '')),
  );
  const sink = bodies.join('\n').match(/127\.0\.0\.1:\d+(?=\/pl[0-9a-f]+\/)/)?.[0];
  return {
    name: target.name,
    was,
    ...(secret === undefined ? {} : { secret }),
    ...(sink === undefined ? {} : { sinkWas: sink }),
    scenes: performed.map((one) => sceneScript(one, { surface: target.surface, secret, began })),
  };
}

/** When an event took its beginning: an exchange is recorded when it is over. */
interface Moment {
  readonly at: number;
  readonly seq: number;
  readonly event: WireEvent;
  readonly isReply: boolean;
}

function moments(events: readonly WireEvent[]): Moment[] {
  return events
    .flatMap((event): Moment[] => {
      const { at, seq } = event;
      if (event.kind !== 'exchange' || event.peer === 'webhook') return [{ at, seq, event, isReply: true }];
      return [
        { at: at - event.ms, seq, event, isReply: false },
        { at, seq, event, isReply: true },
      ];
    })
    .sort((a, b) => a.at - b.at || a.seq - b.seq);
}

function sceneScript({ recording, alone, endedAt }: Performed, about: Surroundings): SceneScript {
  const { surface, secret, began } = about;
  const { jobs, peers, events } = recording;
  const requests = surface === 'pusher' ? Object.values(jobs).map(({ id }) => id) : [];
  const inOrder = moments(events.filter((event) => !isOfOthers(event, surface, requests)));
  const learnedAt = learning(inOrder, recording.nonce, requests);
  const values = [...new Set(learnedAt.flat().map(({ was }) => was))].sort((a, b) => b.length - a.length);
  const counts = new Map<string, number>();
  const making = {
    events,
    secret,
    began,
    compile: (text: string) => compiled(text, values, secret),
    count: (key: string): number => {
      const next = (counts.get(key) ?? 0) + 1;
      counts.set(key, next);
      return next;
    },
  };
  const all = inOrder.flatMap(({ event, isReply, at }, index) => {
    const line = lineOf(event, isReply, learnedAt[index] ?? [], making);
    return line ? [{ line, isDrain: at > endedAt }] : [];
  });
  const webhooks: Record<string, readonly number[]> = {};
  for (const event of events)
    if (event.kind === 'exchange' && event.peer === 'webhook')
      webhooks[event.url] = [...(webhooks[event.url] ?? []), event.status];
  return {
    id: recording.scene,
    alone,
    spaces: spacesOf(
      Object.values(jobs).map(({ where }) => where),
      Object.values(peers).map(({ about }) => about.space),
      surface,
    ),
    requests,
    lines: all.filter(({ isDrain }) => !isDrain).map(({ line }) => line),
    drain: all.filter(({ isDrain }) => isDrain).map(({ line }) => line),
    webhooks,
  };
}

/**
 * What is learnt at each moment: values that later acts bear, each from one place. An answer tells what was asked, while
 * frames of several jobs come in any order, so that a frame teaches only what no answer does.
 */
function learning(inOrder: readonly Moment[], nonce: string, requests: readonly string[]): Learned[][] {
  const ours = inOrder.map(({ event, isReply }) => textsOf(event, isReply).join('\n'));
  const last = new Map<string, number>();
  const isBorneAfter = (was: string, at: number): boolean => {
    const known = last.get(was) ?? ours.findLastIndex((text) => text.includes(was));
    last.set(was, known);
    return known > at;
  };
  const may = inOrder.map(({ event, isReply }, at): Learned[] => {
    const isAnswer = event.kind === 'exchange' && isReply && event.peer !== 'webhook';
    if (event.kind !== 'frame' && !isAnswer) return [];
    return leavesOf(event.kind === 'frame' ? event.message : event.json).filter(
      ({ was }) =>
        /\d/.test(was) &&
        was.length >= 6 &&
        !was.includes(nonce) &&
        (requests.includes(was) || isSocketId(was) || isBorneAfter(was, at)),
    );
  });
  const isAnswer = (at: number): boolean => inOrder[at]?.event.kind === 'exchange';
  const from = new Map<string, number>();
  for (const [at, learned] of may.entries()) {
    for (const { was } of learned) {
      const before = from.get(was);
      if (before === undefined || (isAnswer(at) && !isAnswer(before))) from.set(was, at);
    }
  }
  return may.map((learned, at) => learned.filter(({ was }) => from.get(was) === at));
}

function spacesOf(
  jobs: readonly string[],
  peers: readonly (string | undefined)[],
  surface: string,
): string[] {
  if (surface !== 'emit') return [];
  return [...new Set([...jobs, ...peers.filter((space) => space !== undefined)])].sort();
}

/** An update of a job of another scene, on the channel of a client that both watch. */
function isOfOthers(event: WireEvent, surface: string, requests: readonly string[]): boolean {
  if (surface !== 'pusher' || event.kind !== 'frame') return false;
  const id = requestIn(event.text);
  return id !== undefined && !requests.includes(id);
}

function textsOf(event: WireEvent, isReply: boolean): string[] {
  if (event.kind === 'dial' || event.kind === 'sent') return [event.kind === 'dial' ? event.url : event.text];
  if (event.kind !== 'exchange' || isReply) return [];
  return [event.url, event.requestBody ?? '', ...Object.values(event.requestHeaders)];
}
