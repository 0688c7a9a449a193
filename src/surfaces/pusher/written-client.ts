import type { Json } from '../../contract/json.ts';
import { on } from '../../suite/written-recording.ts';
import type { NewEvent } from '../../wire/event.ts';
import { protocolEvent } from './message.ts';

/** The channel of the client that most tests are about. */
export const channel = 'private-client.42';

/** A client as its connection shows it: what it says, and what it gets; for tests. */
export function writtenClient(peer: string) {
  const sent = (event: string, data: object = {}): NewEvent => ({
    kind: 'sent',
    peer,
    text: JSON.stringify({ event, data }),
    binary: false,
  });
  const came = (event: string, more: object = {}): NewEvent =>
    on(peer).frame(JSON.stringify({ event, ...more }));
  return {
    ...on(peer),
    sent,
    came,
    asks: (name = channel) => sent(protocolEvent.subscribe, { channel: name }),
    leaves: (name = channel) => sent(protocolEvent.unsubscribe, { channel: name }),
    granted: (name = channel) => came(protocolEvent.succeeded, { channel: name, data: '{}' }),
    greeted: (socket_id: Json = '1.1', activity_timeout: Json = 30) =>
      came(protocolEvent.established, { data: JSON.stringify({ socket_id, activity_timeout }) }),
    /** An update of a job, by its id, as its channel carries it. */
    update: (request_id: string, status: string, more: object = {}, name: string | undefined = channel) =>
      came('request.status.updated', {
        channel: name,
        data: JSON.stringify({ request_id, status, ...more }),
      }),
  };
}

/** A job as a scene would have submitted it; for tests. */
export function writtenJob(
  id: string,
  { where = channel, from = 0, about = {} as Record<string, Json> } = {},
) {
  return { [id]: { name: id, id, where, nonce: 'a-nonce', calls: [], from, about } };
}
