import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, type Json } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { absent } from '../../src/suite/absence.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { all, instead, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import type { Scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import {
  carries,
  channelOf,
  dataOf,
  eventOf,
  messageOf,
  protocolEvent,
} from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Frame } from '../../src/wire/event.ts';
import {
  clientEvent,
  clientEventsScene,
  flooded,
  mark,
  objectSent,
  senderOf,
  talker,
  textSent,
} from './client-events-scene.ts';
import { endOf, wrong } from './frames.ts';

/** Events that one subscriber of a channel sends to the others. */
export function clientEvents({ rules }: SurfaceContract<PusherRules>): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const { relayed, rows, rate } = rules.features['client-events'];
  const made = clientEventsScene(rules);
  return {
    scenes: [made],
    cases: [
      ...judgeEach(made, Object.entries(rows), ([name, row]) => ({
        id: `pusher/client-events/${name}`,
        title: 'admitted' in row ? `relayed: ${row.says}` : `not relayed: ${row.says}`,
        checks:
          'admitted' in row
            ? each(row.admitted, (view: View) => arrived(view, name))
            : 'refused' in row
              ? each(row.refused, (view: View) => notRelayed(view, name, senderOf(row)))
              : {},
        covers: [`client-events/${name}`],
      })),
      judge(
        made,
        'pusher/client-events/unchanged',
        'the data of a client event is relayed as it is, text or object',
        each(relayed.unchanged, (view) =>
          all([
            same(view, 'right', textSent('right', view.nonce)),
            same(view, 'object', objectSent(view.nonce)),
          ]),
        ),
      ),
      judge(
        made,
        'pusher/client-events/not-echoed',
        'a client event is not sent back to its sender',
        each(relayed.others, notEchoed),
      ),
      judge(
        made,
        'pusher/client-events/user',
        'on a presence channel the server says whose the client event is',
        each(relayed.user, signedUser),
      ),
      judge(made, 'pusher/client-events/rate', 'client events beyond the rate are answered by an error', {
        ...each(rate.answered, (view) => limited(view, rate.code)),
        ...each(rate.open, (view) => stillOpen(view, rate.code)),
      }),
    ],
  };
}

function marked(view: View, peer: string, name: string): Frame | undefined {
  return view.frames(peer, (frame) => frame.text.includes(mark(name, view.nonce)))[0];
}

/** It has reached the listener, by its name and on its channel. */
function arrived(view: View, name: string): Judgement {
  view.step(`arrived ${name}`);
  const frame = marked(view, 'listener', name);
  if (!frame) return untestable(`nothing of ${name} was seen`);
  const isRight = eventOf(frame) === clientEvent && channelOf(frame) === view.peer('listener').about.channel;
  return isRight
    ? passed(['listener', 'sender'])
    : wrong('renamed', `${clientEvent} on its channel`, instead(frame.message), frame);
}

function same(view: View, name: string, sent: Json): Judgement {
  view.step(`arrived ${name}`);
  const frame = marked(view, 'listener', name);
  if (!frame) return untestable(`nothing of ${name} was seen`);
  const isSame =
    typeof sent === 'string'
      ? messageOf(frame)?.data === sent
      : carries(frame, JSON.stringify(sent)) || isText(frame, sent);
  return isSame
    ? passed(['listener'])
    : wrong('changed', `data ${JSON.stringify(sent)}`, instead(messageOf(frame)?.data), frame);
}

/** An object may travel as JSON in a string, as the data of other events does. */
function isText(frame: Frame, sent: Json): boolean {
  return typeof messageOf(frame)?.data === 'string' && JSON.stringify(dataOf(frame)) === JSON.stringify(sent);
}

function notRelayed(view: View, name: string, sender: string): Judgement {
  const { events } = view.step(`spoke ${sender}`);
  view.step('arrived right');
  view.step('arrived fence');
  return absent(view, {
    rule: 'relayed',
    what: 'event of that kind from another client',
    watcher: 'listener',
    forbidden: (frame) => frame.text.includes(mark(name, view.nonce)),
    witness: view.recording.events[events[0] ?? -1],
    witnessed: 'that the server has read it',
    fence: (event) => event.kind === 'frame' && event.text.includes(mark('fence', view.nonce)),
    grade: 'a later event on the same channel',
  });
}

function notEchoed(view: View): Judgement {
  view.step('arrived right');
  const { events } = view.step('fence sender');
  return absent(view, {
    rule: 'echoed',
    what: 'client event of its own',
    watcher: 'sender',
    forbidden: (frame) => frame.text.includes(mark('right', view.nonce)),
    witness: marked(view, 'listener', 'right'),
    witnessed: 'the event on another connection',
    fence: (event) => event.seq === events[0],
    grade: 'a pong on the same connection',
  });
}

function signedUser(view: View): Judgement {
  view.step('arrived presence');
  const frame = marked(view, 'listener', 'presence');
  const message = frame && messageOf(frame);
  const user = talker(view.nonce, 'sender');
  return message?.user_id === user
    ? passed(['listener', 'sender'])
    : wrong('another-user', `user_id ${user}, which was signed`, instead(message?.user_id ?? null), frame);
}

const errorOf = (view: View, code: number): Frame | undefined =>
  view.frames('flooder', (frame) => {
    const data = dataOf(frame);
    return eventOf(frame) === protocolEvent.error && isObject(data) && data.code === code;
  })[0];

function limited(view: View, code: number): Judgement {
  const sent = flooded(view);
  const [first, last] = [sent[0], sent.at(-1)];
  if (!first || !last) return untestable('nothing was sent');
  if (last.at - first.at >= 1000) return untestable('they could not be sent within a second');
  view.step('limited');
  const frame = errorOf(view, code);
  return frame ? passed(['flooder']) : untestable('no error of that code');
}

/** The error is none of those that end a connection. */
function stillOpen(view: View, code: number): Judgement {
  if (!errorOf(view, code)) return untestable(`no error ${code} was seen`);
  const closed = endOf(view, 'flooder');
  if (closed) return wrong('closed', 'the connection stays open', `closed with ${closed.code}`, closed);
  view.step('fence flooder');
  return passed(['flooder']);
}
