import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import type { Judgement } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import {
  channelOf,
  eventOf,
  isChannelEvent,
  protocolEvent,
  requestOf,
  statusOf,
} from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';

/** What must not be seen on a connection after a job has run that another connection saw to its end. */
export function nothingOn(
  view: View,
  watcher: string,
  job: string,
  witness: string,
  forbidden: (frame: Frame) => boolean,
): Judgement {
  const { id } = view.job(job);
  view.peer(watcher);
  const isEnd = (frame: Frame): boolean => requestOf(frame) === id && statusOf(frame) === 'done';
  return absent(view, {
    rule: 'delivered',
    what: 'event of that channel',
    watcher,
    forbidden,
    witness: view.frames(witness, isEnd).at(-1),
    witnessed: `the end of ${job}`,
    fence: (event) =>
      event.kind === 'closed' || (event.kind === 'frame' && eventOf(event) === protocolEvent.pong),
    grade: 'a pong on the same connection',
  });
}

/** Nobody sees what is another's: by channel, and by client. */
export function isolation(rules: PusherRules, made: Scene<PusherVerbs>): Case[] {
  const { nobodyElse, own } = rules.delivery;
  return [
    judge(
      made,
      'pusher/isolation/stranger',
      'who has not subscribed to a channel gets none of its events',
      each(nobodyElse, (view) => {
        const { to } = view.step('away stranger');
        return nothingOn(
          view,
          'stranger',
          'mine',
          'twin',
          (frame) => frame.seq >= to && isChannelEvent(frame),
        );
      }),
      { covers: ['delivery/nobodyElse'] },
    ),
    judge(
      made,
      'pusher/isolation/other-client',
      "a client's channel carries nothing of another client's jobs",
      {
        // On our channel it is taken for ours; on theirs it has come to the wrong connection.
        ...each(own, (view) => nothingOfTheirs(view, (channel, where) => channel !== where)),
        ...each(nobodyElse, (view) => nothingOfTheirs(view, (channel, where) => channel === where)),
      },
      { covers: ['delivery/own'] },
    ),
  ];
}

function nothingOfTheirs(
  view: View,
  counts: (channel: string | undefined, where: string) => boolean,
): Judgement {
  const theirs = view.job('theirs');
  const mine = view.job('mine');
  return absent(view, {
    rule: 'foreign',
    what: "event of the other client's job",
    watcher: 'twin',
    forbidden: (frame) => frame.text.includes(theirs.id) && counts(channelOf(frame), theirs.where),
    witness: view
      .frames('other', (frame) => requestOf(frame) === theirs.id && statusOf(frame) === 'done')
      .at(-1),
    witnessed: "the end of the other client's job",
    fence: (event) => event.kind === 'frame' && requestOf(event) === mine.id && statusOf(event) === 'done',
    grade: 'the end of a later job of its own',
  });
}
