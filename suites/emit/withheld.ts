import type { DataCell } from '../../src/contract/rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { sightingOf } from '../../src/suite/canary.ts';
import { each } from '../../src/suite/case.ts';
import { all, type Judgement, untestable } from '../../src/suite/judgement.ts';
import type { View } from '../../src/suite/view.ts';
import { jobOf, typeOf } from '../../src/surfaces/emit/message.ts';
import type { Frame, WireEvent } from '../../src/wire/event.ts';

/** In which jobs of the scene something of a type happens. Every ending is there, and each type before one. */
const happensIn: Readonly<Record<string, readonly string[]>> = {
  delivered: ['one', 'two'],
  acked: ['one', 'two'],
  checkpoint: ['one'],
  retried: ['one'],
  delivery_timeout: ['two'],
  dead: ['two'],
};

/** What was planted in the data of a type. */
const plantedIn: Readonly<Record<string, string>> = {
  checkpoint: 'checkpoint',
  retried: 'error:first',
  dead: 'error:last',
};

/** The later event that the viewer must be sent, by job: whatever was sent before it has come by then. */
const fenceIn: Readonly<Record<string, string>> = { one: 'completed', two: 'progress' };

/**
 * An event that is to be withheld from a viewer: a reader shows that it happened, and a later event of the same job,
 * which that viewer must be sent, that it was listening. After `dead` there is none: a pong is what there is.
 */
export function withheldCase(type: string, cell: DataCell, viewers: readonly string[]) {
  const pairs = (view: View): (readonly [viewer: string, job: string])[] =>
    (happensIn[type] ?? []).flatMap((job) =>
      viewers.filter((viewer) => view.has(`${viewer} ${job}`)).map((viewer) => [viewer, job] as const),
    );
  const onEach = (forbidden: (view: View, frame: Frame) => boolean) => (view: View) => {
    const found = pairs(view).map(([viewer, job]) => silent(view, type, viewer, job, forbidden));
    return found.length > 0 ? all(found) : untestable(`${type} happened to no job that was watched`);
  };
  return {
    id: `emit/scope/${type}/withheld-for-progress`,
    title: `a progress viewer is not sent ${type}`,
    checks: {
      ...each(
        cell.withheld ?? [],
        onEach((_, frame) => typeOf(frame) === type),
      ),
      ...each(
        cell.hidden ?? [],
        onEach((view, frame) => {
          const canary = plantedIn[type];
          return (
            canary !== undefined && sightingOf(view.canary(canary), frame.text, frame.message) !== undefined
          );
        }),
      ),
    },
    covers: [`scope/${type}/stripped`],
  };
}

function silent(
  view: View,
  type: string,
  viewer: string,
  job: string,
  forbidden: (view: View, frame: Frame) => boolean,
): Judgement {
  view.step(`${type} of ${job}`);
  const { id } = view.job(job);
  const isOf = (frame: Frame, wanted: string | undefined): boolean =>
    typeOf(frame) === wanted && jobOf(view.recording, frame) === id;
  const isLast = type === 'dead';
  const witness = view.frames(`full ${job}`, (frame) => isOf(frame, type)).at(-1);
  // A server may hang up when a job is over. Nothing can follow that; it may reach us before what others are told.
  const last = view.frames(`${viewer} ${job}`, (frame) => isOf(frame, fenceIn[job])).at(-1);
  const end = view.of(`${viewer} ${job}`).find((event) => event.kind === 'closed' && event.by === 'them');
  const isEarly = isLast && witness && last && end && end.seq > last.seq && end.seq < witness.seq;
  return absent(view, {
    rule: `not-withheld ${type}`,
    what: `${type} event, and nothing of it,`,
    watcher: `${viewer} ${job}`,
    forbidden: (frame) => forbidden(view, frame),
    witness: isEarly ? { ...witness, seq: last.seq } : witness,
    witnessed: `${type} of ${job}`,
    fence: (event: WireEvent) =>
      isLast
        ? (event.kind === 'pong' || event.kind === 'closed') && event.by === 'them'
        : event.kind === 'frame' && isOf(event, fenceIn[job]),
    grade: isLast ? 'the answer to a ping after it, or the close' : 'a later event of its own job',
  });
}
