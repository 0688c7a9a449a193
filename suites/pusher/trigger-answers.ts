import { isObject, type Json, sameJson } from '../../src/contract/json.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { instead, insteadText, type Judgement, passed, show, untestable } from '../../src/suite/judgement.ts';
import type { View } from '../../src/suite/view.ts';
import { isTaken } from '../../src/surfaces/pusher/http-pool.ts';
import { carries, channelOf, dataOf, eventOf, messageOf } from '../../src/surfaces/pusher/message.ts';
import type { Published } from '../../src/surfaces/pusher/publisher.ts';
import type { Exchange, Frame } from '../../src/wire/event.ts';
import { cannotTell, exchangeOf, noAnswer, reading, wrong } from './frames.ts';
import { eventName, type TriggerRow, triggerBody } from './trigger-rows.ts';

/** What a requirement asks of an accepted call: its status, its reply, or what arrives. */
export function answersAsked(
  view: View,
  rules: PusherRules,
  name: string,
  row: TriggerRow,
  id: string,
): Judgement {
  const exchange = exchangeOf(view, name);
  const none = noAnswer(exchange);
  if (none) return wrong(none.rule, 'acceptance', none.actual, exchange);
  const cannot = cannotTell(exchange);
  if (cannot) return untestable(cannot);
  if ('openPoint' in row && !('admitted' in row)) return objectData(view, name, row.openPoint ?? '');
  const { accepted } = rules.triggerApi;
  if (accepted.reply.includes(id) || accepted.empty.includes(id))
    return replied(exchange, accepted.empty.includes(id));
  if (name === 'excluding') view.step('established excluded');
  if (!isTaken(exchange) && accepted.ordered.includes(id)) return untestable('it was not accepted');
  if (!isTaken(exchange)) {
    return wrong(
      'refused',
      'acceptance',
      `status ${exchange.status} ${exchange.body.slice(0, 120)}`,
      exchange,
    );
  }
  const statuses = accepted.status[id];
  if (statuses && !statuses.includes(exchange.status))
    return wrong('status', `status ${statuses.join(' or ')}`, `status ${exchange.status}`, exchange);
  switch (name) {
    case 'occupied':
      return listed(view, exchange, undefined);
    case 'prefix':
      return listed(view, exchange, 'plumbline-');
    case 'one-channel':
      view.step('join witness');
      return isObject(exchange.json) && exchange.json.occupied === true
        ? passed(['witness'])
        : wrong('unoccupied', 'occupied: true', instead(exchange.json), exchange);
    case 'vacant-channel':
      return isObject(exchange.json) && exchange.json.occupied === false
        ? passed(['witness'])
        : wrong('occupied', 'occupied: false', instead(exchange.json), exchange);
    case 'info':
      return withInfo(view, exchange, name);
    case 'excluding':
      return excluded(view, name);
    default:
      return accepted.ordered.includes(id)
        ? inOrder(view, name)
        : delivered(view, name, accepted.unchanged.includes(id));
  }
}

function replied(exchange: Exchange, isEmpty: boolean): Judgement {
  if (exchange.status === 429 || exchange.status >= 500)
    return untestable(`the target answered ${exchange.status}`);
  const { json } = exchange;
  if (!isObject(json) || json.error !== undefined)
    return wrong('reply', 'a JSON object without an error', insteadText(exchange.body, 120), exchange);
  if (isEmpty && Object.keys(json).length > 0)
    return wrong('reply', 'an empty object', instead(json), exchange);
  return passed(['witness']);
}

const framesOf = (view: View, peer: string, { name }: Published): readonly Frame[] =>
  view.frames(peer, (frame) => eventOf(frame) === name);

/**
 * Every event of the call, on every one of its channels, as it was sent. Whether an event names its channel,
 * and whether its data is a string, are matters of their own.
 */
function delivered(view: View, name: string, unchanged: boolean): Judgement {
  view.step('join witness');
  if (view.maybeStep('fence witness')?.outcome !== 'ok') return untestable('nothing fences it');
  for (const event of triggerBody(view, name)) {
    const frames = framesOf(view, 'witness', event);
    for (const channel of event.channels) {
      const frame = frames.find((one) => (channelOf(one) ?? channel) === channel);
      // On a channel whose subscription was not confirmed in time, nothing of what was published then is owed.
      if (!frame && view.maybeStep(`join ${channel}`)?.outcome === 'miss')
        return untestable(`the subscription to ${channel} was not confirmed`);
      if (!frame)
        return unchanged
          ? untestable('nothing of it arrived')
          : wrong('lost', `${event.name} on ${channel}`, 'nothing of it', exchangeOf(view, name));
      if (unchanged && !carries(frame, event.data))
        return wrong('changed', `data ${show(event.data)}`, instead(messageOf(frame)?.data), frame);
    }
  }
  return passed(['witness']);
}

/** The events of a call, in the order in which they stand in it. */
function inOrder(view: View, name: string): Judgement {
  const whole = delivered(view, name, false);
  if (whole.kind !== 'passed') return untestable('not all of it arrived');
  const sent = triggerBody(view, name).map((event) => event.name);
  // Each once: that one comes twice is a matter of its own.
  const come = [...new Set(view.frames('witness').map(eventOf))].filter((one) => sent.includes(one ?? ''));
  const first = sent.findIndex((one, at) => come[at] !== one);
  return first === -1
    ? whole
    : wrong('order', `number ${first} at its place`, 'another one', exchangeOf(view, name));
}

/** Nothing of a refused call reached anybody: the fence is an event that was accepted later. */
export function nothingArrived(view: View, name: string): Judgement {
  const frame = view.frames('witness', (one) => one.text.includes(eventName(name, view.nonce)))[0];
  return frame
    ? wrong('delivered', 'nothing of what was refused', instead(frame.message), frame)
    : passed(['witness']);
}

function excluded(view: View, name: string): Judgement {
  view.step('join witness');
  view.step('join excluded');
  const socketOf = (peer: string): string => {
    const [greeting] = view.frames(peer);
    return greeting ? JSON.stringify(dataOf(greeting) ?? null) : '';
  };
  if (socketOf('witness') === socketOf('excluded')) return untestable('both connections have one socket id');
  const [event] = triggerBody(view, name);
  if (!event) return untestable('nothing was sent');
  const [frame] = framesOf(view, 'excluded', event);
  if (frame)
    return wrong('delivered', 'nothing for the socket that was left out', instead(frame.message), frame);
  if (view.maybeStep('fence excluded')?.outcome !== 'ok') return untestable('nothing fences it');
  return framesOf(view, 'witness', event).length > 0
    ? passed(['witness', 'excluded'])
    : wrong('lost', 'the event for everybody else', 'nothing of it', exchangeOf(view, name));
}

function listed(view: View, exchange: Exchange, prefix: string | undefined): Judgement {
  view.step('join witness');
  const channels =
    isObject(exchange.json) && isObject(exchange.json.channels) ? exchange.json.channels : undefined;
  if (!channels)
    return wrong('no-channels', 'an object of channels', insteadText(exchange.body, 120), exchange);
  const names = Object.keys(channels);
  const own = `plumbline-${view.nonce}`;
  if (!names.includes(own))
    return wrong('unlisted', `${own} among the channels`, instead(names.slice(0, 5)), exchange);
  const odd = prefix === undefined ? undefined : names.find((name) => !name.startsWith(prefix));
  return odd === undefined
    ? passed(['witness'])
    : wrong('not-narrowed', `channels with ${prefix}`, odd, exchange);
}

function withInfo(view: View, exchange: Exchange, name: string): Judgement {
  const [event] = triggerBody(view, name);
  const channels = isObject(exchange.json) && isObject(exchange.json.channels) ? exchange.json.channels : {};
  const row = channels[event?.channels[0] ?? ''];
  return isObject(row) && Number.isInteger(row.subscription_count)
    ? passed(['witness'])
    : wrong('no-info', 'subscription_count for the channel', insteadText(exchange.body, 120), exchange);
}

/** Data that is an object: refused, or turned into the text that stands for it; never delivered as it is. */
function objectData(view: View, name: string, point: string): Judgement {
  const exchange = exchangeOf(view, name);
  const [event] = triggerBody(view, name);
  const frame = event && framesOf(view, 'witness', event)[0];
  if (!isTaken(exchange)) {
    if (exchange.status >= 500) return untestable(`the target answered ${exchange.status}`);
    return frame
      ? wrong('delivered', 'nothing of what was refused', instead(frame.message), frame)
      : passed(['witness'], { readings: [reading(point, 'refused', exchange)] });
  }
  if (!frame || !event) return wrong('lost', 'the event as text', 'nothing of it', exchange);
  const isText =
    typeof messageOf(frame)?.data === 'string' && sameJson(dataOf(frame), JSON.parse(event.data) as Json);
  return isText
    ? passed(['witness'], { readings: [reading(point, 'stringified', frame)] })
    : wrong('not-text', 'the object as JSON in a string', instead(messageOf(frame)?.data), frame);
}
