import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge } from '../../src/suite/case.ts';
import { type Judgement, passed, type Reading, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { eventOf, protocolEvent } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { WireEvent } from '../../src/wire/event.ts';
import { endOf, neverThere, reading, wrong } from './frames.ts';

/** A connection that says nothing at all: asked whether it is alive, and then closed with the code for that. */
export function silence(rules: PusherRules): { scene: Scene<PusherVerbs>; cases: Case[] } {
  const { keepAlive: rule, closing } = rules;
  const made = scene<PusherVerbs>(
    'pusher',
    'pusher/silence',
    {
      title: 'a connection that says nothing at all',
      needs: ['ws', 'sign'],
      cost: { jobs: 0, connections: 1 },
      slow: true,
    },
    async ({ connections, clock, waits }) => {
      await connections.connect('silent', { silent: true });
      const from = waits.position;
      waits.done('silent from', 'idle', from);
      // The default of the protocol is longer than that of the documents; a moment more is given to both.
      const { activityTimeoutSeconds, pongWaitSeconds } = rule;
      if (clock.hasControl) {
        for (const seconds of [activityTimeoutSeconds + 1, pongWaitSeconds + 1, 90, pongWaitSeconds + 1]) {
          await clock.pass('silent', connections.nonceOf('silent'), seconds);
        }
      } else {
        // The time for an answer runs from the question, whenever that comes.
        await clock.passInRealTime('silent', activityTimeoutSeconds + 91, isQuestion);
        await clock.passInRealTime('silent', pongWaitSeconds + 1);
      }
      // Had it been closed, the close would come before the pong of this.
      await connections.ping('silent', { step: 'fence silent' });
    },
  );
  const checks = {
    ...each(rule.silent.closed, (view: View) => closedIfAsked(view, rule.silent.openPoint)),
    ...Object.fromEntries(
      Object.entries(rule.silent.close).map(([id, codes]) => [id, (view: View) => withCode(view, codes)]),
    ),
    ...each(rule.silent.asked, (view: View) => asked(view)),
    ...each(closing.range, (view: View) => inRange(view)),
  };
  return {
    scene: made,
    cases: [
      judge(
        made,
        'pusher/keep-alive/silent',
        'a connection that says nothing is asked, and closed with 4201 if it does not answer',
        checks,
        { covers: ['close/4201'] },
      ),
    ],
  };
}

/** The server's question whether anybody is there, by an event or a control frame. */
function isQuestion(event: WireEvent): boolean {
  return (
    (event.kind === 'frame' && eventOf(event) === protocolEvent.ping) ||
    (event.kind === 'ping' && event.by === 'them')
  );
}

function question(view: View): WireEvent | undefined {
  const { from } = view.step('silent from');
  return view.of('silent').find((event) => event.seq >= from && isQuestion(event));
}

function isOver(view: View): boolean {
  return view.maybeStep('fence silent') !== undefined;
}

function closedIfAsked(view: View, point: string): Judgement {
  const never = neverThere(view, 'silent');
  if (never) return never;
  if (!isOver(view)) return untestable('the time did not pass');
  const ping = question(view);
  const closed = endOf(view, 'silent');
  const readings: Reading[] = ping
    ? [reading('A11.ping', ping.kind === 'ping' ? 'control-frame' : 'event', ping)]
    : [];
  if (!closed && ping)
    return wrong('left-open', 'a close, since the ping was not answered', 'it stays open', ping);
  readings.push(reading(point, closed ? 'pinged-then-closed' : 'stays-open', closed));
  return passed(['silent'], { readings });
}

function withCode(view: View, codes: readonly number[]): Judgement {
  const never = neverThere(view, 'silent');
  if (never) return never;
  if (!isOver(view)) return untestable('the time did not pass');
  const closed = endOf(view, 'silent');
  if (!closed) return { kind: 'not-applicable', reason: 'a silent connection is not closed here' };
  return codes.includes(closed.code)
    ? passed(['silent'])
    : wrong('close-code', `a close with ${codes.join(' or ')}`, `a close with ${closed.code}`, closed);
}

function asked(view: View): Judgement {
  const never = neverThere(view, 'silent');
  if (never) return never;
  if (!isOver(view)) return untestable('the time did not pass');
  const closed = endOf(view, 'silent');
  if (!closed) return { kind: 'not-applicable', reason: 'a silent connection is not closed here' };
  return question(view)
    ? passed(['silent'])
    : wrong('unasked', 'a ping before the close', 'the close alone', closed);
}

function inRange(view: View): Judgement {
  const closed = endOf(view, 'silent');
  if (!closed) return { kind: 'not-applicable', reason: 'a silent connection is not closed here' };
  return closed.code < 4400
    ? passed(['silent'])
    : wrong('range', 'a code from 4000 to 4399', String(closed.code), closed);
}
