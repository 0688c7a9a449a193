import type { Flow, FlowStep } from '../../src/contract/flow.ts';
import { isObject, type Json, sameJson } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judgeEach } from '../../src/suite/case.ts';
import { all, instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobNames, moveName, peersOf } from '../../src/surfaces/pusher/flow.ts';
import { statusOf, updateOf } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import { partOf, sameForBoth, serials } from './flow-sequences.ts';
import { framesAbout, wrong } from './frames.ts';

interface Awaited {
  readonly n: number;
  readonly step: FlowStep;
  readonly status: string;
}

/** A case per variant and awaited step; for those who were not there all the time, one over all they saw. */
export function flowCases(rules: PusherRules, dialect: string, flow: Flow, made: Scene<PusherVerbs>): Case[] {
  const awaited = flow.steps.flatMap((step, at): Awaited[] =>
    step.await === undefined ? [] : [{ n: at + 1, step, status: step.await }],
  );
  const applies = { offers: flow.needs };
  const covers = coversOf(rules, dialect, flow);
  return flow.variants.flatMap((variant) => {
    const prefix = `${flow.id.replace('pusher/', 'pusher/flow/')}/${variant}`;
    if (variant === 'late-joiner' || variant === 'reconnect-midway') {
      return judgeEach(made, [variant], () => ({
        id: prefix,
        title: `${flow.title}: ${titles[variant]}`,
        checks: {
          ...each(rules.delivery.everyone, (view: View) => partOf(view, flow, peersOf(variant))),
        },
        applies,
        covers: ['delivery/everyone', 'delivery/replay'],
      }));
    }
    const cases: Case[] = judgeEach(made, awaited, (one) => ({
      id: `${prefix}/${one.n}-${one.status}`,
      title: `${flow.title}: ${one.status} is ${one.step.max === 0 ? 'never shown' : 'shown'} (${variant})`,
      checks: stepChecks(rules, dialect, flow, one, peersOf(variant)),
      applies,
      covers: [`status/${one.status}`, ...covers],
    }));
    if (variant === 'two-viewers')
      cases.push(
        ...judgeEach(made, [variant], () => ({
          id: `${prefix}/same`,
          title: `${flow.title}: both viewers see the same events`,
          checks: each(rules.delivery.everyone, (view: View) => sameForBoth(view, flow)),
          applies,
          covers: ['delivery/everyone'],
        })),
      );
    if (flow.actor === 'publisher')
      cases.push(
        ...judgeEach(made, [variant], () => ({
          id: `${prefix}/in-order`,
          title: `${flow.title}: each once, in the order of publication (${variant})`,
          checks: {
            ...each(rules.delivery.once, (view: View) => serials(view, peersOf(variant), 'once')),
            ...each(rules.delivery.order, (view: View) => serials(view, peersOf(variant), 'order')),
          },
          applies,
          covers: ['delivery/once', 'delivery/order'],
        })),
      );
    if (variant === 'interleaved' && flow.actor === 'server')
      cases.push(
        ...judgeEach(made, [variant], () => ({
          id: `${prefix}/one-connection`,
          title: `${flow.title}: one connection carries both, and stays open`,
          checks: each(rules.delivery.severalJobs, (view: View) => oneConnection(view, flow)),
          applies,
          covers: ['delivery/severalJobs'],
        })),
      );
    return cases;
  });
}

const titles: Readonly<Record<string, string>> = {
  'late-joiner': 'who joins midway sees the rest of it',
  'reconnect-midway': 'who goes and comes back sees the rest of it, and nothing twice',
};

/** Every transition that a flow may take; a server that goes its own way may skip what its bounds let it skip. */
function coversOf(rules: PusherRules, dialect: string, flow: Flow): string[] {
  if (flow.actor === 'publisher') return [];
  const known = rules.dialects[dialect]?.automaton.transitions ?? [];
  const steps = flow.steps.flatMap((step) => (step.await === undefined ? [] : [step]));
  const pairs = new Set<string>();
  let before = ['pending'];
  for (const step of steps) {
    const status = step.await ?? '';
    for (const from of before) pairs.add(`transition/${from}/${status}`);
    if ((step.max ?? 1) > 1) pairs.add(`transition/${status}/${status}`);
    before = flow.actor === 'server' && (step.min ?? 1) === 0 ? [...before, status] : [status];
  }
  return known
    .filter((one) => one.event !== null)
    .map((one) => `transition/${one.from}/${one.to}`)
    .filter((word) => pairs.has(word));
}

function stepChecks(
  rules: PusherRules,
  dialect: string,
  flow: Flow,
  one: Awaited,
  peers: readonly string[],
): Record<string, (view: View) => Judgement> {
  const rule = rules.dialects[dialect]?.events[one.status];
  const exact = flow.actor !== 'server';
  const checks: Record<string, (view: View) => Judgement> = {};
  const over = (judgeOne: (view: View, peer: string, job: string) => Judgement) => (view: View) =>
    all(jobNames(flow).flatMap((job) => peers.map((peer) => judgeOne(view, peer, job))));
  const add = (id: string | undefined, judgeIt: (view: View) => Judgement): void => {
    if (id !== undefined && checks[id] === undefined) checks[id] = judgeIt;
  };
  if (exact) {
    if (one.step.max === 0) {
      add(
        one.step.owns,
        over((view, peer, job) => never(view, peer, job, one.status)),
      );
      for (const id of rule?.nothingAfter ?? [])
        add(
          id,
          over((view, peer, job) => nothingMore(view, peer, job, one, rule?.openPoint !== undefined)),
        );
    } else
      add(
        one.step.owns,
        over((view, peer, job) => shown(view, peer, job, one)),
      );
    if (flow.actor === 'publisher') return checks;
    const before = awaitedBefore(flow, one);
    const transition = transitionIds(rules, dialect, before, one);
    for (const id of transition)
      add(
        id,
        over((view, peer, job) =>
          all([
            rule?.shown !== 'never' && rule?.shown !== 'undecided' && rule?.shown.includes(id)
              ? owed(view, peer, job, one)
              : passed([peer]),
            inTurn(view, peer, job, one, before),
          ]),
        ),
      );
    return checks;
  }
  add(
    one.step.owns,
    over((view, peer, job) => counted(view, peer, job, one)),
  );
  // Requirements that say both that it is shown and that it is shown once come to one check.
  const shownIds = rule?.shown === 'never' || rule?.shown === 'undecided' ? [] : (rule?.shown ?? []);
  const onceIds = [...(rule?.once ?? []), ...(one.status === 'done' ? (rule?.nothingAfter ?? []) : [])];
  for (const id of onceIds) {
    const alone = over((view, peer, job) => atMostOnce(view, peer, job, one.status));
    const both = over((view, peer, job) =>
      all([counted(view, peer, job, one), atMostOnce(view, peer, job, one.status)]),
    );
    add(id, shownIds.includes(id) ? both : alone);
  }
  const expect = isObject(one.step.expect) ? one.step.expect : {};
  if (expect.preview !== undefined)
    for (const id of rules.jobs.other.always['preview-null'])
      add(
        id,
        over((view, peer, job) => fieldIs(view, peer, job, one.status, 'preview', expect.preview ?? null)),
      );
  return checks;
}

/** The awaited step before one; undefined: there is none, and the job is pending. */
function awaitedBefore(flow: Flow, one: Awaited): Awaited | undefined {
  return flow.steps
    .slice(0, one.n - 1)
    .flatMap((step, at): Awaited[] =>
      step.await === undefined ? [] : [{ n: at + 1, step, status: step.await }],
    )
    .at(-1);
}

function transitionIds(
  rules: PusherRules,
  dialect: string,
  { status: before } = { status: 'pending' },
  one: Pick<Awaited, 'status'>,
): readonly string[] {
  return (
    rules.dialects[dialect]?.automaton.transitions.find(
      (each) => each.from === before && each.to === one.status,
    )?.requirements ?? []
  );
}

const withStatus = (view: View, peer: string, job: string, status: string): readonly Frame[] =>
  framesAbout(view, peer, job).filter((frame) => statusOf(frame) === status);

/** The event that a scripted step was awaited by, on this connection. */
function shown(view: View, peer: string, job: string, one: Awaited): Judgement {
  const frame = frameOf(view, peer, job, one);
  return frame ? passed([peer]) : untestable(`${peer} was not there for it`);
}

/** The same where the requirement itself says that there is such an event: its absence is what breaks it. */
function owed(view: View, peer: string, job: string, one: Awaited): Judgement {
  const name = moveName(job, one.n);
  const step = view.maybeStep(name) ?? view.maybeStep(`${name} on ${peer}`);
  if (step?.outcome !== 'miss' || step.owns === undefined) return shown(view, peer, job, one);
  const [frame] = framesAbout(view, peer, job).slice(-1);
  return wrong(`missing ${one.status}`, `a ${one.status} event`, step.reason ?? 'none', frame);
}

/** Between the step before and this one nothing was shown that belongs to neither. */
function inTurn(view: View, peer: string, job: string, one: Awaited, before: Awaited | undefined): Judgement {
  const frame = frameOf(view, peer, job, one);
  if (!frame) return untestable(`${peer} was not there for it`);
  const from = before ? (frameOf(view, peer, job, before)?.seq ?? 0) : 0;
  const allowed = [before?.status ?? 'pending', one.status];
  const odd = framesAbout(view, peer, job).find(
    (other) => other.seq > from && other.seq < frame.seq && !allowed.includes(statusOf(other) ?? ''),
  );
  if (!odd) return passed([peer]);
  return wrong('out of turn', `nothing but ${allowed.join(' and ')}`, show(updateOf(odd)), odd);
}

function frameOf(view: View, peer: string, job: string, one: Awaited): Frame | undefined {
  const name = moveName(job, one.n);
  const single = view.maybeStep(name);
  const step = single ? view.step(name) : view.step(`${name} on ${peer}`);
  return step.events.flatMap((seq) => view.frameAt(seq) ?? []).find((frame) => frame.peer === peer);
}

function never(view: View, peer: string, job: string, status: string): Judgement {
  const [frame] = withStatus(view, peer, job, status);
  if (frame) return wrong(`shown ${status}`, `no ${status} event`, instead(updateOf(frame)), frame);
  view.job(job);
  view.step(`fence ${peer}`);
  return passed([peer]);
}

/** Nothing comes once the step that ends the job was asked for, which is the one before. */
function nothingMore(view: View, peer: string, job: string, one: Awaited, mayBeDone: boolean): Judgement {
  const { from } = view.step(`step ${moveName(job, one.n - 1)}`);
  view.step(`fence ${peer}`);
  const silent = mayBeDone ? [one.status, 'done'] : [one.status];
  const [odd] = framesAbout(view, peer, job).filter(
    (frame) => frame.seq > from && !silent.includes(statusOf(frame) ?? ''),
  );
  return odd
    ? wrong('after-the-failure', 'nothing more of the job', instead(updateOf(odd)), odd)
    : passed([peer]);
}

/** At least as many events of that status as the flow says. */
function counted(view: View, peer: string, job: string, one: Awaited): Judgement {
  const { min = 1, owns } = one.step;
  const end = view.maybeStep(`end of ${job}`);
  // Its end may be what is missing; but where nobody was owed it, nothing is said about it here.
  if (!end || (end.outcome === 'miss' && end.owns === undefined)) view.step(`end of ${job}`);
  const frames = withStatus(view, peer, job, one.status);
  const { script } = view.job(job).about;
  const scripted = isObject(script) && typeof script.updates === 'number' ? script.updates : undefined;
  // Progress is owed only where the driver could say how much there is to be.
  if (one.status === 'in_progress' && owns === 'D9i' && scripted === undefined)
    return { kind: 'not-applicable', reason: 'the driver cannot script progress' };
  if (owns === 'D29' && frames.length === 0) return untestable('no in_progress event was seen');
  const least = owns === 'D28' ? 1 : one.status === 'in_progress' && scripted !== undefined ? scripted : min;
  if (frames.length < least)
    return wrong(
      `missing ${one.status}`,
      `${least} ${one.status} ${least === 1 ? 'event' : 'events'}`,
      String(frames.length),
      view.frameAt(end?.events[0] ?? -1),
    );
  if (owns === 'D29' && !frames.some((frame) => typeof updateOf(frame)?.preview === 'string'))
    return wrong('no-preview', 'previews while the image is made', 'none', frames[0]);
  return passed([peer]);
}

function atMostOnce(view: View, peer: string, job: string, status: string): Judgement {
  if (!view.maybeStep(`end of ${job}`)) view.step(`end of ${job}`);
  const frames = withStatus(view, peer, job, status);
  return frames.length > 1
    ? wrong(`${status} again`, `one ${status} event`, String(frames.length), frames[1])
    : passed([peer]);
}

function fieldIs(
  view: View,
  peer: string,
  job: string,
  status: string,
  field: string,
  expected: Json,
): Judgement {
  view.step(`end of ${job}`);
  const frames = withStatus(view, peer, job, status);
  // A field that is left out is another requirement's matter.
  const odd = frames.find((frame) => {
    const value = updateOf(frame)?.[field];
    return value !== undefined && !sameJson(value, expected);
  });
  if (odd) return wrong(field, `${field} ${show(expected)}`, instead(updateOf(odd)?.[field]), odd);
  return passed([peer]);
}

function oneConnection(view: View, flow: Flow): Judgement {
  view.step('join first');
  const closed = view.of('first').find((event) => event.kind === 'closed' && event.by === 'them');
  if (closed) return wrong('closed', 'the connection stays open', 'the server closed it', closed);
  for (const job of jobNames(flow)) view.step(`end of ${job}`);
  return passed(['first']);
}
