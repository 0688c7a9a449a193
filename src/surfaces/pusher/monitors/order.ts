import { sameJson } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import type { Transition } from '../../../contract/rules.ts';
import { jobById } from '../../../suite/job-by-id.ts';
import { instead } from '../../../suite/judgement.ts';
import { type Monitor, type MonitorContext, monitor } from '../../../suite/monitor.ts';
import type { Frame } from '../../../wire/event.ts';
import { isOurs, requestOf, statusOf, updateOf } from '../message.ts';
import { hasLeft, isForUs, joinedAt } from '../standing.ts';

/**
 * On each connection a job goes its way: never a step back, nothing after its end, nothing that is not to be
 * shown, nothing twice. Where a step may not be left out, only jobs are judged that were submitted after this
 * connection had subscribed.
 */
export function order(rules: PusherRules, dialect: string): Monitor {
  const { automaton, events, repeated } = rules.dialects[dialect] ?? {};
  const rank = (status: string): number => automaton?.states.indexOf(status) ?? -1;
  const forward = [...new Set((automaton?.transitions ?? []).flatMap(idsOfStep))];
  const never = Object.values(events ?? {}).flatMap((rule) =>
    rule.shown === 'never' ? (rule.requirements ?? []) : [],
  );
  const before = skippable(rules, dialect) ? [] : firstShown(rules, dialect);
  const checks = new Set([
    ...forward,
    ...before,
    ...(repeated ?? []),
    ...Object.values(events ?? {}).flatMap((rule) => [
      ...(rule.shown === 'never' ? (rule.requirements ?? []) : []),
      ...(rule.once ?? []),
      // What is never shown has no end on the wire: the scene that brings it about judges what follows it.
      ...(rule.shown === 'never' ? [] : (rule.nothingAfter ?? [])),
    ]),
  ]);
  return monitor({
    id: 'pusher/always/order',
    title: 'the events of a job follow its life, and none comes twice',
    surface: 'pusher',
    per: 'connection × job',
    checks: [...checks],
    applies: { role: 'application' },
    notStreamed: 'it looks in the whole recording for when a connection subscribed',
    start: () => ({ last: undefined as Frame | undefined, seen: new Map<string, number>(), ended: '' }),
    step(state, event, report, context) {
      if (event.kind !== 'frame' || isOurs(context.recording, event)) return;
      if (!isForUs(context.recording, event)) return;
      const status = statusOf(event);
      const rule =
        status !== undefined && events && Object.hasOwn(events, status) ? events[status] : undefined;
      if (status === undefined || !rule) return;
      const find = (ids: readonly string[], name: string, expected: string): void => {
        for (const id of ids) report.find(id, { rule: name, expected, ...instead(updateOf(event)) }, event);
      };
      const last = state.last && statusOf(state.last);
      if (state.ended !== '')
        find(events?.[state.ended]?.nothingAfter ?? [], 'after-the-end', `nothing after ${state.ended}`);
      for (const id of rule.nothingAfter ?? []) report.saw(id, event);
      if (rule.shown === 'never') {
        find(rule.requirements ?? [], `shown ${status}`, `no ${status} event`);
        for (const id of rule.requirements ?? []) report.saw(id, event);
      } else {
        for (const id of never) report.saw(id, event);
      }
      for (const id of forward) report.saw(id, event);
      if (last !== undefined && rank(status) < rank(last))
        find(forward, `back ${last} ${status}`, `no step back from ${last}`);
      if (before.length > 0 && isWhole(event, context)) {
        for (const id of before) report.saw(id, event);
        const due = rank('processing');
        if (state.seen.size === 0 && rank(status) > due && status !== 'error')
          find(before, 'unannounced', 'processing first');
      }
      const count = (state.seen.get(status) ?? 0) + 1;
      const isRepeat = state.last !== undefined && sameJson(updateOf(state.last), updateOf(event));
      for (const id of rule.once ?? []) report.saw(id, event);
      if (count > 1) find(rule.once ?? [], `${status} again`, `one ${status} event`);
      for (const id of repeated ?? []) report.saw(id, event);
      if (isRepeat && state.ended === '') find(repeated ?? [], 'repeated', 'a change since the event before');
      state.seen.set(status, count);
      state.last = event;
      if (automaton?.terminal.includes(status) && rule.shown !== 'never') state.ended = status;
    },
  });
}

/** What a step back breaks: the requirements of the steps of what is under way. */
function idsOfStep({ to, requirements }: Transition): readonly string[] {
  return to === 'in_progress' ? requirements : [];
}

/** True where the dialect lets a job leave steps out (A5). */
function skippable(rules: PusherRules, dialect: string): boolean {
  const transitions = rules.dialects[dialect]?.automaton.transitions ?? [];
  return transitions.some(({ from, to, event }) => from === 'pending' && to === 'done' && event !== null);
}

/** What is broken where a job begins with another status than its first. */
function firstShown(rules: PusherRules, dialect: string): readonly string[] {
  const transitions = rules.dialects[dialect]?.automaton.transitions ?? [];
  return transitions.flatMap(({ event, requirements }) => (event === 'processing' ? requirements : []));
}

/** True where a connection was there before the job was submitted, so that it is owed all of it. */
export function isWhole(frame: Frame, { recording }: MonitorContext): boolean {
  const job = jobById(recording, requestOf(frame));
  if (!job || hasLeft(recording, frame.peer, job.where)) return false;
  const joined = joinedAt(recording, frame.peer, job.where);
  return joined !== undefined && joined < job.from;
}
