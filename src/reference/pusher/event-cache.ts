import type { App } from './apps.ts';
import type { ChannelEvent } from './job.ts';

/** The last event of each cache channel. */
export interface EventCache {
  readonly remember: (event: ChannelEvent) => void;
  readonly last: (app: App, channel: string) => ChannelEvent | undefined;
}

/** Channels that are remembered; of more, the oldest is forgotten. */
const most = 10_000;

/** Remembers events for some minutes (PV4). */
export function createEventCache(minutes: number, now: () => number = Date.now): EventCache {
  const events = new Map<string, { readonly event: ChannelEvent; readonly at: number }>();
  const keyOf = (app: App, channel: string): string => `${app.key} ${channel}`;
  return {
    remember(event) {
      const key = keyOf(event.app, event.channel);
      events.delete(key);
      events.set(key, { event, at: now() });
      const [oldest] = events.keys();
      if (events.size > most && oldest !== undefined) events.delete(oldest);
    },
    last(app, channel) {
      const known = events.get(keyOf(app, channel));
      return known && now() - known.at < minutes * 60_000 ? known.event : undefined;
    },
  };
}
