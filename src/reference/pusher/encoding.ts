import type { Json } from '../../contract/json.ts';
import { isPresence, type Message } from './protocol.ts';

/**
 * Double encoding: `data` is JSON in a string. Where no document decides (errors, pongs, the confirmation
 * of a private channel) the readings do.
 */
export function messageEncoder(reading: (point: string) => string): (message: Message) => string {
  const undecided: Readonly<Record<string, string>> = {
    'pusher:error': 'A13.error',
    'pusher:subscription_error': 'A13.error',
    'pusher:pong': 'A13.pong',
    'pusher:ping': 'A13.pong',
    'pusher_internal:subscription_succeeded': 'A12',
  };
  const point = (event: string): string | undefined => undecided[event];
  return ({ event, channel, data, user_id: userId }) => {
    // What a client sends is relayed as it is; who is on a presence channel is always told, in a string.
    const isOpen = !(channel !== undefined && isPresence(channel) && point(event) === 'A12');
    const named = isOpen ? point(event) : undefined;
    const form = event.startsWith('client-') ? 'object' : named === undefined ? 'string' : reading(named);
    return JSON.stringify({
      event,
      ...(channel === undefined ? {} : { channel }),
      ...formed(data, form),
      ...(userId === undefined ? {} : { user_id: userId }),
    });
  };
}

function formed(data: Json | undefined, form: string): { readonly data?: Json } {
  if (data === undefined || form === 'absent') return {};
  return { data: typeof data === 'string' || form === 'object' ? data : JSON.stringify(data) };
}
