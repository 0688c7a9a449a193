import type { JsonObject } from '../../contract/json.ts';
import { channelSignature } from '../../wire/sign.ts';
import { markerOf } from '../wire/marker.ts';
import { placesOfJob } from '../wire/pusher-session.ts';
import type { Connection, Heard } from './connection.ts';
import { app, type Tenant } from './credentials.ts';
import { Crowd } from './crowd.ts';
import type { BlastRequest } from './options.ts';
import { PublishMaker } from './publish.ts';
import { stampedHead } from './stamped-frame.ts';
import {
  type Admission,
  type Answered,
  type Asked,
  type NullSurface,
  objectIn,
  type SurfaceParts,
} from './surface.ts';

const activityTimeout = 120;

/** Who is on a channel, and who has left it and gets its events all the same. */
interface Channel {
  readonly members: Set<Connection>;
  readonly ghosts: Set<Connection>;
}

/** Private channels by the Pusher protocol, whoever signs for them, and the trigger API, whoever signs its requests. */
export class NullPusher implements NullSurface {
  readonly #parts: SurfaceParts;
  readonly #tokens: ReadonlyMap<string, Tenant>;
  readonly #channels = new Map<string, Channel>();
  readonly #subscribed = new Crowd<Connection>();
  readonly #maker = new PublishMaker('pusher');

  constructor(parts: SurfaceParts, tokens: ReadonlyMap<string, Tenant>) {
    this.#parts = parts;
    this.#tokens = tokens;
  }

  admit(url: URL): Admission | undefined {
    const key = /^\/app\/([^/]+)$/.exec(url.pathname)?.[1];
    if (key === undefined) return undefined;
    const join = (connection: Connection): Heard => this.#join(connection);
    if (key === app.key && !this.#parts.isRefused(key)) return { join };
    const bad = (connection: Connection): Heard => {
      connection.say(error(4001, 'There is no app with this key'));
      connection.close(4001);
      return { message: () => {}, closed: () => {} };
    };
    return { join, bad };
  }

  answer(asked: Asked): Answered | undefined {
    if (asked.path === '/broadcasting/auth') return this.#authorize(asked);
    if (asked.path !== `/apps/${app.id}/events`) return undefined;
    const { name, channel, channels = [channel ?? ''], data } = objectIn(asked.body) ?? {};
    if (typeof name !== 'string' || typeof data !== 'string' || !Array.isArray(channels)) {
      return { status: 400, body: { error: 'name, channel or channels, and data as text' } };
    }
    return {
      status: 200,
      body: {},
      after: () => {
        for (const channelName of channels) this.#publish(name, String(channelName), data);
      },
    };
  }

  blast(
    { run, channels, padding = 0, event = 'request.status.updated' }: BlastRequest,
    channel: number,
    seq: number,
  ) {
    const place = seq % placesOfJob;
    const data = JSON.stringify({
      request_id: markerOf({ run, channel, number: Math.floor(seq / placesOfJob) }),
      status: place === 0 ? 'processing' : place === placesOfJob - 1 ? 'done' : 'in_progress',
      preview: padding > 0 ? 'x'.repeat(padding) : null,
      result_url: null,
      progress: place * 10,
    });
    this.#publish(event, channels[channel] ?? '', data);
  }

  #publish(event: string, channelName: string, data: string): void {
    this.#parts.ledger.publishes += 1;
    const channel = this.#channels.get(channelName);
    const message = `${stampedHead}"event":${JSON.stringify(event)},"channel":${JSON.stringify(channelName)},"data":${JSON.stringify(data)}}`;
    this.#parts.courier.deliver(this.#maker.make(message), {
      viewers: channel?.members ?? [],
      ghosts: channel?.ghosts ?? [],
      others: this.#subscribed,
      isForeign: (connection) => !channel?.members.has(connection) && !channel?.ghosts.has(connection),
    });
  }

  #join(connection: Connection): Heard {
    const socketId = `1.${connection.number + 1}`;
    const mine = new Set<string>();
    /** Left, but for the ping that says that what comes now comes too late. */
    const leaving = new Set<string>();
    const data = JSON.stringify({ socket_id: socketId, activity_timeout: activityTimeout });
    connection.say(JSON.stringify({ event: 'pusher:connection_established', data }));

    const subscribe = (channel: string, auth: unknown): void => {
      if (typeof auth === 'string' && this.#parts.isRefused(auth)) {
        connection.say(
          JSON.stringify({
            event: 'pusher:subscription_error',
            channel,
            data: { type: 'AuthError', error: 'The signature is refused', status: 401 },
          }),
        );
        return;
      }
      mine.add(channel);
      leaving.delete(channel);
      const entry = this.#channel(channel);
      entry.ghosts.delete(connection);
      entry.members.add(connection);
      this.#subscribed.add(connection);
      connection.say(
        `{"event":"pusher_internal:subscription_succeeded","channel":${JSON.stringify(channel)},"data":"{}"}`,
      );
    };
    const unsubscribe = (channel: string): void => {
      if (!mine.delete(channel)) return;
      this.#channels.get(channel)?.members.delete(connection);
      if (mine.size === 0) this.#subscribed.remove(connection);
      if (this.#parts.becomesGhost()) leaving.add(channel);
    };
    return {
      message: (text) => {
        const message = objectIn(text);
        const about = message?.data as JsonObject | undefined;
        switch (message?.event) {
          case 'pusher:subscribe':
            return subscribe(String(about?.channel), about?.auth);
          case 'pusher:unsubscribe':
            return unsubscribe(String(about?.channel));
          case 'pusher:ping':
            connection.say('{"event":"pusher:pong","data":"{}"}', () =>
              this.#parts.ledger.fenced(connection.number),
            );
            for (const channel of leaving) this.#channel(channel).ghosts.add(connection);
            leaving.clear();
        }
      },
      closed: () => {
        this.#subscribed.remove(connection);
        for (const channel of mine) this.#channels.get(channel)?.members.delete(connection);
        for (const { ghosts } of this.#channels.values()) ghosts.delete(connection);
      },
    };
  }

  #channel(name: string): Channel {
    const known = this.#channels.get(name);
    if (known) return known;
    const made: Channel = { members: new Set(), ghosts: new Set() };
    this.#channels.set(name, made);
    return made;
  }

  /** As an application has it: whoever has a client's token gets a signature for that client's channel. */
  #authorize({ headers, body }: Asked): Answered {
    const token = String(headers.authorization ?? '').replace(/^Bearer /, '');
    const form = objectIn(body) ?? Object.fromEntries(new URLSearchParams(body));
    const { socket_id: socketId, channel_name: channel } = form;
    const owner = this.#tokens.get(token);
    if (!owner || this.#parts.isRefused(token))
      return { status: 401, body: { error: 'The token is no good' } };
    if (typeof socketId !== 'string' || channel !== `private-client.${owner.id}`) {
      return { status: 403, body: { error: 'The channel is not of this client' } };
    }
    return { status: 200, body: { auth: `${app.key}:${channelSignature(app.secret, socketId, channel)}` } };
  }
}

function error(code: number, message: string): string {
  return JSON.stringify({ event: 'pusher:error', data: { code, message } });
}
