import { isObject, parseJson } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import type { Finding } from '../../../suite/judgement.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import type { Frame } from '../../../wire/event.ts';
import { channelOf, eventOf, isChannelEvent, protocolEvent, subscriptionAnswer } from '../message.ts';

/** Where a connection stands with a channel. */
type Standing = 'asked' | 'on' | 'refused' | 'leaving' | 'left';

/** A subscription that no answer has named so far. */
interface Asked {
  /** An error came that names no channel, while it could be about nothing else. */
  blamed: boolean;
  pinged: boolean;
  /** A ping that was sent after it is answered: what there was to say has been said. */
  fenced: boolean;
}

/**
 * Events of a channel come after its confirmation and until it is left, and to nobody else. Leaving is not
 * answered: it has taken effect once a ping that was sent after it is answered.
 */
export function channels({ channelAuth, delivery }: PusherRules): Monitor {
  const { first } = channelAuth.succeeded;
  const refused = channelAuth.refusal.silent;
  const left = channelAuth.leave.silent;
  const nobodyElse = delivery.nobodyElse;
  return monitor({
    id: 'pusher/always/channels',
    title: 'events of a channel reach those who are on it, and nobody else',
    surface: 'pusher',
    per: 'connection',
    checks: [...new Set([...first, ...refused, ...left, ...nobodyElse])],
    start: () => ({
      standing: new Map<string, Standing>(),
      asked: new Map<string, Asked>(),
      /** The first event of each channel that came unconfirmed. */
      early: new Map<string, Frame>(),
      again: new Set<string>(),
      pinged: false,
      /** Something was sent besides pings and subscriptions that may have been answered by an error. */
      other: false,
    }),
    step(state, event, report) {
      const { standing, asked, again } = state;
      if (event.kind === 'sent') {
        const message = event.binary ? undefined : parseJson(event.text);
        const data = isObject(message) ? message.data : undefined;
        const channel = isObject(data) ? data.channel : undefined;
        if (isObject(message) && message.event === protocolEvent.ping) {
          state.pinged = true;
          for (const one of asked.values()) one.pinged = true;
          return;
        }
        if (!isObject(message) || typeof channel !== 'string') {
          state.other = true;
          return;
        }
        if (message.event === protocolEvent.subscribe && standing.get(channel) !== 'on') {
          if (standing.get(channel) === 'asked') again.add(channel);
          standing.set(channel, 'asked');
          asked.set(channel, { blamed: false, pinged: false, fenced: false });
        } else if (message.event === protocolEvent.unsubscribe && standing.get(channel) === 'on') {
          standing.set(channel, 'leaving');
          state.pinged = false;
        } else state.other = true;
        return;
      }
      if (event.kind !== 'frame') return;
      if (eventOf(event) === protocolEvent.pong && state.pinged) {
        for (const [channel, where] of standing) if (where === 'leaving') standing.set(channel, 'left');
      }
      if (eventOf(event) === protocolEvent.pong) {
        for (const one of asked.values()) one.fenced ||= one.pinged;
      }
      const channel = channelOf(event);
      // An error that names no channel may be about anything that was sent: about this, if there was nothing else.
      const [only, ...more] = asked.values();
      const isUnnamed = eventOf(event) === protocolEvent.error && channel === undefined;
      if (isUnnamed && only && more.length === 0 && !state.other) only.blamed = true;
      if (channel !== undefined && standing.get(channel) === 'asked') {
        const answer = subscriptionAnswer(event, channel);
        if (answer === 'granted') standing.set(channel, 'on');
        // Of two subscriptions the second may be refused because of the first.
        else if (answer === 'refused' && !again.has(channel)) standing.set(channel, 'refused');
        if (answer !== undefined) asked.delete(channel);
      }
      if (!isChannelEvent(event) || channel === undefined) return;
      const where = standing.get(channel);
      const find = (ids: readonly string[], rule: string, expected: string): void => {
        for (const id of ids)
          report.find(id, { rule, expected, actual: `${eventOf(event)} on ${channel}` }, event);
      };
      for (const id of [...first, ...nobodyElse]) report.saw(id, event);
      switch (where) {
        case undefined:
          find(nobodyElse, 'not-subscribed', 'events of subscribed channels only');
          break;
        case 'asked':
          find(first, 'unconfirmed', 'the confirmation before any event');
          state.early.set(channel, state.early.get(channel) ?? event);
          break;
        case 'refused':
          for (const id of [...refused, ...first, ...nobodyElse])
            report.find(id, afterRefusal(event, channel), event);
          break;
        case 'left':
          find([...left, ...nobodyElse], 'left', 'nothing of a channel that was left');
          break;
      }
    },
    end(state, last, report) {
      // Whoever refuses without saying what was refused: known at the end, when no confirmation has come.
      for (const [channel, one] of state.asked) {
        if (!one.blamed || !one.fenced || state.again.has(channel)) continue;
        for (const id of refused) {
          report.saw(id, last);
          const early = state.early.get(channel);
          if (early) report.find(id, afterRefusal(early, channel), early);
        }
      }
      // Those who were refused or have left saw nothing: that is what they can show.
      for (const where of state.standing.values()) {
        if (where === 'refused') for (const id of refused) report.saw(id, last);
        if (where === 'left') for (const id of left) report.saw(id, last);
      }
    },
  });
}

function afterRefusal(event: Frame, channel: string): Finding {
  return {
    rule: 'refused',
    expected: 'nothing of a channel that was refused',
    actual: `${eventOf(event)} on ${channel}`,
  };
}
