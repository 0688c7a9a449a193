import { sameJson } from '../../src/contract/json.ts';
import type { EmitRules } from '../../src/contract/rules.ts';
import { type Case, each } from '../../src/suite/case.ts';
import { all, failed, instead, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { jobOf, messageOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { EmitVerbs } from '../../src/surfaces/emit/verbs.ts';
import { isKept, isSent } from '../../src/surfaces/emit/withheld.ts';
import type { Frame } from '../../src/wire/event.ts';

/** What two viewers of the same job saw, side by side. */
export function comparisons(everyType: Scene<EmitVerbs>, jobs: readonly string[], rules: EmitRules): Case[] {
  // Where types are withheld, what both scopes are sent is held against each other.
  const isBoth: IsMeant = isKept(rules, 'stripped')
    ? (frame) => isSent(rules, typeOf(frame) ?? '', 'stripped')
    : () => true;
  const ofBoth = (compare: Compare) => (view: View) =>
    all(jobs.map((job) => compare(view, `full ${job}`, `low ${job}`, isBoth)));
  return [
    {
      surface: 'emit',
      scene: everyType.id,
      id: 'emit/scope/same-sequence',
      title: 'viewers of different scopes see the same events, equal in everything but data',
      checks: {
        ...each(rules.lowView.same, ofBoth(sameSequence)),
        ...each(rules.lowView.told, ofBoth(sameTypes)),
      },
    },
    {
      surface: 'emit',
      scene: everyType.id,
      id: 'emit/space/same-as-the-job-stream',
      title: 'an event that both streams carry has the same values on both',
      checks: { E42i: (view) => all(jobs.map((job) => spaceMatches(view, job))) },
    },
    {
      surface: 'emit',
      scene: everyType.id,
      id: 'emit/space/creation',
      title: 'the space stream announces a job before anything else happens to it',
      checks: {
        E40i: (view) => {
          if (!isOpen(view, 'space')) return untestable('the space stream did not open');
          return all(
            jobs.map((name) => {
              const job = view.job(name);
              const first = view.frames('space', (frame) => jobOf(view.recording, frame) === job.id)[0];
              if (!first)
                return failed({ rule: 'missing', expected: 'an event about the new job', actual: 'none' });
              const type = typeOf(first) ?? '';
              if (type === 'delivered')
                return failed({
                  rule: 'unannounced',
                  expected: 'its creation first',
                  actual: type,
                  frame: first.seq,
                });
              return passed(['space']);
            }),
          );
        },
      },
    },
  ];
}

export function isOpen(view: View, peer: string): boolean {
  return view.answer(peer).kind === 'opened';
}

const envelope = ['jobId', 'jobName', 'type', 'status', 'timestamp', 'data'] as const;

type IsMeant = (frame: Frame) => boolean;
type Compare = (view: View, a: string, b: string, isMeant: IsMeant) => Judgement;

function live(view: View, peer: string, isMeant: IsMeant = () => true): readonly Frame[] {
  const { job } = view.peer(peer).about;
  const isLive = (frame: Frame): boolean => typeOf(frame) !== 'init' && jobOf(view.recording, frame) === job;
  return view.frames(peer, (frame) => isLive(frame) && isMeant(frame));
}

function sameTypes(view: View, a: string, b: string, isMeant: IsMeant): Judgement {
  const [left, right] = [live(view, a, isMeant).map(typeOf), live(view, b, isMeant).map(typeOf)];
  const shut = [a, b].find((peer) => !isOpen(view, peer));
  if (shut !== undefined) return untestable(`${shut} did not open`);
  const at = left.findIndex((type, index) => type !== right[index]);
  if (at < 0 && left.length === right.length) return passed([a, b]);
  const frame = live(view, b, isMeant)[at] ?? live(view, b, isMeant).at(-1);
  return failed({
    rule: 'another-sequence',
    expected: `the ${left.length} events of ${a}: ${left.join(', ')}`,
    actual: `${right.length}: ${right.join(', ')}`,
    ...(frame ? { frame: frame.seq } : {}),
  });
}

function sameSequence(view: View, a: string, b: string, isMeant: IsMeant): Judgement {
  const types = sameTypes(view, a, b, isMeant);
  if (types.kind !== 'passed') return types;
  const others = live(view, b, isMeant);
  for (const [at, frame] of live(view, a, isMeant).entries()) {
    const other = others[at];
    const [left, right] = [messageOf(frame), other ? messageOf(other) : undefined];
    if (!left || !right || !other) continue;
    for (const key of envelope) {
      // A minimal envelope (A22) leaves keys out; what it has must be the same.
      if (key === 'data' || right[key] === undefined || left[key] === undefined) continue;
      if (!sameJson(left[key], right[key])) {
        return failed({
          rule: `differs ${key}`,
          expected: `${key} ${show(left[key])}`,
          ...instead(right[key]),
          frame: other.seq,
          pointer: `/${key}`,
        });
      }
    }
  }
  return passed([a, b]);
}

function spaceMatches(view: View, name: string): Judgement {
  const job = view.job(name);
  if (!isOpen(view, 'space')) return untestable('the space stream did not open');
  const there = view.frames('space', (frame) => jobOf(view.recording, frame) === job.id);
  for (const frame of live(view, `full ${name}`)) {
    const left = messageOf(frame);
    const twins = there.map(messageOf).filter((message) => message?.type === left?.type);
    // What the space stream does not carry is another rule's business.
    if (!left || twins.length === 0 || jobOf(view.recording, frame) !== job.id) continue;
    const matches = twins.some(
      (twin) => twin && envelope.every((key) => left[key] === undefined || sameJson(left[key], twin[key])),
    );
    if (!matches) {
      return failed({
        rule: 'differs',
        expected: `on the space stream: ${show(left)}`,
        ...instead(twins[0]),
        frame: frame.seq,
      });
    }
  }
  return passed([`full ${name}`, 'space']);
}
