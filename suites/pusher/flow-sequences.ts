import type { Flow } from '../../src/contract/flow.ts';
import { all, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import type { View } from '../../src/suite/view.ts';
import { jobNames } from '../../src/surfaces/pusher/flow.ts';
import { updateOf } from '../../src/surfaces/pusher/message.ts';
import { isStillOn, joinedAt } from '../../src/surfaces/pusher/standing.ts';
import { framesAbout, wrong } from './frames.ts';

/** Two viewers who were there all the time saw the same. */
export function sameForBoth(view: View, flow: Flow): Judgement {
  return all(
    jobNames(flow).map((job) => {
      for (const peer of ['first', 'second'])
        if (!isStillOn(view.recording, peer, view.job(job).where))
          return untestable(`${peer} was not there all the time`);
      if (framesAbout(view, 'first', job).length === 0) return untestable(`nothing was seen of ${job}`);
      const [left, right] = ['first', 'second'].map((peer) =>
        framesAbout(view, peer, job).map(({ text }) => text),
      );
      const at = left?.findIndex((text, index) => text !== right?.[index]) ?? -1;
      if (at < 0 && left?.length === right?.length && left?.length !== 0) return passed(['first', 'second']);
      return wrong(
        'differs',
        `the ${left?.length} events that the first viewer saw`,
        `${right?.length}`,
        framesAbout(view, 'second', job)[Math.max(0, at)],
      );
    }),
  );
}

/**
 * What each of several connections saw, one after the other, is part of what the first saw: from where it
 * came, all that followed, once and in order; and nothing from before (001 promises no replay).
 */
export function partOf(view: View, flow: Flow, peers: readonly string[]): Judgement {
  return all(
    jobNames(flow).flatMap((job) => {
      const { where } = view.job(job);
      const whole = framesAbout(view, 'first', job).map(({ text }) => text);
      if (whole.length === 0) return [untestable(`nothing was seen of ${job}`)];
      return peers.map((peer) => {
        view.step(`join ${peer}`);
        const gone = ['first', peer].find((one) => !isStillOn(view.recording, one, where));
        if (gone !== undefined) return untestable(`${gone} was not there all the time`);
        // What came before the confirmation is no part of it.
        const from = joinedAt(view.recording, peer, view.job(job).where) ?? 0;
        const frames = framesAbout(view, peer, job).filter(({ seq }) => seq > from);
        const texts = frames.map(({ text }) => text);
        // What the first had before this one so much as dialled cannot be what it was sent since, nor be still on
        // its way from one node of the server to another.
        const dialled = view.of(peer)[0]?.seq ?? 0;
        const since = framesAbout(view, 'first', job).filter(({ seq }) => seq > dialled).length;
        if (peer !== 'leaver' && texts.length > since)
          return wrong(
            'replayed',
            `nothing from before it came, so ${since} events at most`,
            `${texts.length} events`,
            frames[0],
          );
        const start = peer === 'leaver' ? 0 : whole.length - texts.length;
        const at = texts.findIndex((text, index) => text !== whole[start + index]);
        const left = leftAt(view, peer);
        const due = framesAbout(view, 'first', job).filter(({ seq }) => seq > from && seq < left).length;
        // A server that goes its own way may have sent some before this one came that the first got after.
        if (flow.actor !== 'server' && texts.length < due) {
          return wrong('lost', `${due} events, as the first viewer saw`, String(texts.length), frames.at(-1));
        }
        return start >= 0 && at < 0
          ? passed([peer, 'first'])
          : wrong(
              'another-sequence',
              peer === 'leaver'
                ? 'the events that others saw, up to its leaving'
                : 'the last of the events that others saw',
              `${texts.length} events of ${whole.length}, not the same`,
              frames[Math.max(0, at)],
            );
      });
    }),
  );
}

/** Position at which a connection came to its end; past everything where it did not. */
function leftAt(view: View, peer: string): number {
  return view.of(peer).find(({ kind }) => kind === 'closed')?.seq ?? Number.POSITIVE_INFINITY;
}

/** The serial numbers of what we published, as they came: none twice, and none before a lower one. */
export function serials(view: View, peers: readonly string[], what: 'once' | 'order'): Judgement {
  return all(
    peers.map((peer) => {
      view.step(`join ${peer}`);
      const frames = view.frames(peer, (frame) => typeof updateOf(frame)?.serial === 'number');
      const numbers = frames.map((frame) => Number(updateOf(frame)?.serial));
      const odd = numbers.findIndex((n, at) =>
        what === 'once' ? numbers.indexOf(n) < at : numbers.slice(0, at).some((before) => before > n),
      );
      if (numbers.length === 0) return untestable(`${peer} saw nothing`);
      if (odd < 0) return passed([peer]);
      return wrong(
        what,
        what === 'once' ? 'each event once' : 'the order of publication',
        numbers.join(', '),
        frames[odd],
      );
    }),
  );
}
