import type { Json } from '../../contract/json.ts';
import type { Message } from './protocol.ts';

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
  return ({ event, channel, data }) => {
    const point = undecided[event];
    const form = point === undefined ? 'string' : reading(point);
    return JSON.stringify({ event, ...(channel === undefined ? {} : { channel }), ...formed(data, form) });
  };
}

function formed(data: Json | undefined, form: string): { readonly data?: Json } {
  if (data === undefined || form === 'absent') return {};
  return { data: typeof data === 'string' || form === 'object' ? data : JSON.stringify(data) };
}
