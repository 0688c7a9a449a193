import { isObject, parseJson } from '../../../contract/json.ts';
import type { PusherRules } from '../../../contract/pusher-rules.ts';
import { type Monitor, monitor } from '../../../suite/monitor.ts';
import { channelOf, eventOf, isChannelEvent, protocolEvent, subscriptionAnswer } from '../message.ts';

/** Where a connection stands with a channel. */
type Standing = 'asked' | 'on' | 'refused' | 'leaving' | 'left';

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
    start: () => ({ standing: new Map<string, Standing>(), again: new Set<string>(), pinged: false }),
    step(state, event, report) {
      const { standing, again } = state;
      if (event.kind === 'sent' && !event.binary) {
        const message = parseJson(event.text);
        if (!isObject(message)) return;
        const channel = isObject(message.data) ? message.data.channel : undefined;
        if (message.event === protocolEvent.ping) state.pinged = true;
        if (typeof channel !== 'string') return;
        if (message.event === protocolEvent.subscribe && standing.get(channel) !== 'on') {
          if (standing.get(channel) === 'asked') again.add(channel);
          standing.set(channel, 'asked');
        }
        if (message.event === protocolEvent.unsubscribe && standing.get(channel) === 'on') {
          standing.set(channel, 'leaving');
          state.pinged = false;
        }
        return;
      }
      if (event.kind !== 'frame') return;
      if (eventOf(event) === protocolEvent.pong && state.pinged) {
        for (const [channel, where] of standing) if (where === 'leaving') standing.set(channel, 'left');
      }
      const channel = channelOf(event);
      // An error that names no channel may be about anything: only the scene that waited for it knows.
      if (channel !== undefined && standing.get(channel) === 'asked') {
        const answer = subscriptionAnswer(event, channel);
        if (answer === 'granted') standing.set(channel, 'on');
        // Of two subscriptions the second may be refused because of the first.
        else if (answer === 'refused' && !again.has(channel)) standing.set(channel, 'refused');
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
          break;
        case 'refused':
          find([...refused, ...first, ...nobodyElse], 'refused', 'nothing of a channel that was refused');
          break;
        case 'left':
          find([...left, ...nobodyElse], 'left', 'nothing of a channel that was left');
          break;
      }
    },
    end(state, last, report) {
      // Those who were refused or have left saw nothing: that is what they can show.
      for (const where of state.standing.values()) {
        if (where === 'refused') for (const id of refused) report.saw(id, last);
        if (where === 'left') for (const id of left) report.saw(id, last);
      }
    },
  });
}
