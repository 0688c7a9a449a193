import type { Json } from '../../contract/json.ts';
import type { ClientEvent } from './client-events.ts';
import { type Claim, errorMessage, type Incoming, type Message } from './protocol.ts';

/** Something to do about a message of a client. */
export type Reaction =
  | { readonly do: 'send'; readonly message: Message }
  | { readonly do: 'subscribe'; readonly claim: Claim }
  | { readonly do: 'unsubscribe'; readonly channel: string }
  /** A client event, for the other subscribers of its channel. */
  | { readonly do: 'pass-on'; readonly event: ClientEvent }
  | { readonly do: 'sign-in'; readonly auth: Json | undefined; readonly userData: string }
  /** Handed on to the subscribers of its channel, whatever it is. */
  | { readonly do: 'relay'; readonly message: Message }
  | { readonly do: 'close'; readonly code: number; readonly reason: string }
  /** The connection ends without a word. */
  | { readonly do: 'drop' };

/** What is said to clients, and when. */
export interface Reactions {
  /** What is done about a message of a client. */
  readonly react: (incoming: Incoming) => readonly Reaction[];
  /** The messages for a subscription that was granted. */
  readonly confirm: (channel: string) => readonly Message[];
  /** The messages for a subscription that was refused. */
  readonly refuse: (channel: string, reason: string) => readonly Message[];
  /** The messages for a subscription that is there already. */
  readonly again: (channel: string) => readonly Message[];
}

/** The reactions that the rules ask for, and the readings of what no document decides. */
export function reactions(reading: (point: string) => string): Reactions {
  const say = (message: Message): readonly Reaction[] => [{ do: 'send', message }];
  const confirm = (channel: string): readonly Message[] => [
    { event: 'pusher_internal:subscription_succeeded', channel, data: {} },
  ];
  return {
    react(incoming: Incoming) {
      switch (incoming.kind) {
        case 'ping':
          return say({ event: 'pusher:pong', data: {} });
        case 'pong':
          return [];
        case 'subscribe':
          return [{ do: 'subscribe', claim: incoming.claim }];
        case 'unsubscribe':
          return [{ do: 'unsubscribe', channel: incoming.channel }];
        case 'client-event':
          return incoming.channel === undefined
            ? say(errorMessage('A client event names a channel'))
            : [{ do: 'pass-on', event: { ...incoming, channel: incoming.channel } }];
        case 'sign-in':
          return [{ do: 'sign-in', auth: incoming.auth, userData: incoming.userData }];
        case 'malformed':
          return say(errorMessage(`Invalid message: ${incoming.why}`));
        case 'binary':
          return say(errorMessage('Binary messages are not supported'));
        case 'unknown':
          return incoming.event.startsWith('pusher:') ? say(errorMessage('Unknown event')) : [];
      }
    },
    confirm,
    refuse: (channel, reason) =>
      reading('A10') === 'error'
        ? [errorMessage(reason, null, channel)]
        : [
            {
              event: 'pusher:subscription_error',
              channel,
              data: { type: 'AuthError', error: reason, status: 401 },
            },
          ],
    again: (channel) =>
      reading('P.second-subscribe') === 'success'
        ? confirm(channel)
        : [errorMessage(`Existing subscription to channel ${channel}`, null, channel)],
  };
}
