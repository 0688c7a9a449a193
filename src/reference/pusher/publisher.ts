import { broadcast } from '../outbox.ts';
import type { App } from './apps.ts';
import type { EventCache } from './event-cache.ts';
import type { Hub } from './hub.ts';
import type { ChannelEvent } from './job.ts';
import type { PusherPolicies } from './policies.ts';

/** Sends an event to whoever is on its channel. */
export type Publish = (event: ChannelEvent) => void;

export function createPublish(
  policies: PusherPolicies,
  hubOf: (app: App) => Hub,
  cache: EventCache,
): Publish {
  return (published) => {
    for (const event of policies.address(published)) {
      if (policies.caches(event.channel)) cache.remember(event);
      policies.dispatch(() => {
        const text = policies.encode({ event: event.name, channel: event.channel, data: event.data });
        broadcast(
          text,
          [...policies.route(event, hubOf(event.app))].map(({ outbox }) => outbox),
        );
      }, event);
    }
  };
}
