import { isObject, parseJson } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { ChannelEvent } from '../job.ts';
import type { PusherPolicies } from '../policies.ts';

const fault = defineFault<PusherPolicies>;

/** True once in `n` calls, the `n`th one first. */
function everyNth(n: number): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % n === 0;
  };
}

const otherClient = ({ channel }: ChannelEvent): string =>
  channel === 'private-client.42' ? 'private-client.43' : 'private-client.42';

/** The way of an event from its publisher to the subscribers. */
export const deliveryFaults: readonly Fault[] = [
  fault('pusher/update-on-other-channel', {
    breaks: ['M28'],
    says: 'every third job update is also sent on the channel of another client',
    bend({ address }) {
      const now = everyNth(3);
      return {
        address: (event) =>
          event.job && now()
            ? [...address(event), { ...event, channel: otherClient(event) }]
            : address(event),
      };
    },
  }),
  fault('pusher/delivered-to-other-channel', {
    breaks: ['PS15', 'PS5', 'PS7', 'PS10'],
    mayBreak: ['PH17'],
    says: 'every third event reaches everybody who is connected to the app',
    bend({ route }) {
      const now = everyNth(3);
      return { route: (event, hub) => (now() ? [...hub.connections()] : route(event, hub)) };
    },
  }),
  fault('pusher/second-subscriber-misses', {
    breaks: ['PS14'],
    says: 'every second subscriber of a channel gets nothing of what is published',
    bend: ({ route }) => ({
      route(event, hub) {
        const receivers = [...route(event, hub)];
        return event.job ? receivers : receivers.filter((_, at) => at % 2 === 0);
      },
    }),
  }),
  fault('pusher/last-subscriber-misses', {
    breaks: ['PS14'],
    says: 'the last of several subscribers gets nothing of what is published',
    bend: ({ route }) => ({
      route(event, hub) {
        const receivers = [...route(event, hub)];
        return receivers.length > 1 && !event.job ? receivers.slice(0, -1) : receivers;
      },
    }),
  }),
  fault('pusher/history-on-subscribe', {
    breaks: ['PS14'],
    says: 'who subscribes gets all that was said of the jobs of the channel before',
    bend({ address, confirm }) {
      const history: ChannelEvent[] = [];
      return {
        address(event) {
          if (event.job) history.push(event);
          return address(event);
        },
        confirm: (channel) => [
          ...confirm(channel),
          ...history
            .filter((event) => event.channel === channel)
            .map(({ name, data }) => ({ event: name, channel, data })),
        ],
      };
    },
  }),
  fault('pusher/updates-shared-out', {
    breaks: ['PS14', 'M14', 'D30', 'D9i', 'D52'],
    mayBreak: ['D28', 'D29', 'M2', 'M21', 'PL4i'],
    says: 'subscribers take turns: each job update goes to every second one',
    bend({ route }) {
      let turn = 0;
      return {
        route(event, hub) {
          const receivers = [...route(event, hub)];
          if (!event.job) return receivers;
          turn += 1;
          return receivers.filter((_, at) => (at + turn) % 2 === 0);
        },
      };
    },
  }),
  fault('pusher/published-lost', {
    breaks: ['PS14'],
    says: 'what is published on a private channel is accepted and sent to nobody',
    bend: ({ route }) => ({
      route: (event, hub) => (!event.job && event.channel.startsWith('private-') ? [] : route(event, hub)),
    }),
  }),
  fault('pusher/events-twice', {
    breaks: ['PS14i', 'D18', 'M14i', 'D28i', 'D30', 'M14bi'],
    says: 'every event is sent twice',
    bend: ({ route }) => ({
      route(event, hub) {
        const receivers = [...route(event, hub)];
        return [...receivers, ...receivers];
      },
    }),
  }),
  fault('pusher/events-out-of-order', {
    breaks: ['PS10i', 'PH9i'],
    says: 'every third published event is overtaken by the next one',
    bend({ dispatch }) {
      const now = everyNth(3);
      return {
        dispatch: (send, event) =>
          dispatch(!event.job && now() ? () => void setTimeout(send, 30).unref() : send, event),
      };
    },
  }),
  fault('pusher/data-encoded-once', {
    breaks: ['PS9'],
    says: 'the data of a channel event is an object, not a string',
    bend: ({ encode }) => ({
      encode(message) {
        const { event, channel, data } = message;
        const isPublished = channel !== undefined && !event.startsWith('client-');
        const value = typeof data === 'string' && isPublished ? parseJson(data) : undefined;
        return isObject(value) ? JSON.stringify({ event, channel, data: value }) : encode(message);
      },
    }),
  }),
  fault('pusher/event-without-channel', {
    breaks: ['PS12', 'M8'],
    says: 'events do not name their channel',
    bend: ({ encode }) => ({
      encode({ channel, ...message }) {
        const isPublished = typeof message.data === 'string' && !/^(pusher|client-)/.test(message.event);
        return encode(isPublished || channel === undefined ? message : { ...message, channel });
      },
    }),
  }),
  fault('pusher/event-name-with-dot', {
    breaks: ['M8'],
    says: 'job updates bear a dot in front of their name',
    bend: ({ address }) => ({
      address: (event) => address(event.job ? { ...event, name: `.${event.name}` } : event),
    }),
  }),
  fault('pusher/closed-after-each-job', {
    breaks: ['D1'],
    says: 'a connection is closed once a job on it is done',
    bend: ({ route }) => ({
      route(event, hub) {
        const receivers = [...route(event, hub)];
        if (event.job?.status === 'done') {
          setImmediate(() => {
            for (const { outbox } of receivers) outbox.close(4200, 'Reconnect');
          });
        }
        return receivers;
      },
    }),
  }),
];
