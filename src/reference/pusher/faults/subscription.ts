import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { ChannelEvent } from '../job.ts';
import type { PusherPolicies } from '../policies.ts';
import { isGuarded, isPlainPrivate } from '../protocol.ts';
import { sameText, sign } from '../signing.ts';

const fault = defineFault<PusherPolicies>;

/** Subscribing, leaving, and the answers to both. */
export const subscriptionFaults: readonly Fault[] = [
  fault('pusher/clients-stay-shut', {
    breaks: ['M7', 'D37', 'PS1', 'PA1'],
    says: "a client's own channel stays shut to the right signature",
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        /^private-client\.\d+$/.test(claim.channel)
          ? { reason: 'Invalid signature' }
          : authorizeChannel(claim),
    }),
  }),
  fault('pusher/signature-not-checked', {
    breaks: ['PS3', 'PS4i'],
    says: 'a private channel opens to whoever knows its name',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) => isPlainPrivate(claim.channel) || authorizeChannel(claim),
    }),
  }),
  fault('pusher/right-signature-refused', {
    breaks: ['M7', 'PS1'],
    says: 'a private channel stays shut to the right signature',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        isPlainPrivate(claim.channel) ? { reason: 'Invalid' } : authorizeChannel(claim),
    }),
  }),
  fault('pusher/public-channel-wants-signature', {
    breaks: ['PS1'],
    says: 'a public channel stays shut without a signature',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        !isGuarded(claim.channel) && !claim.auth ? { reason: 'No signature' } : authorizeChannel(claim),
    }),
  }),
  fault('pusher/channel-data-not-signed', {
    breaks: ['PS4i'],
    says: 'channel_data of a private channel is left out of what is signed',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        authorizeChannel(isPlainPrivate(claim.channel) ? { ...claim, channelData: undefined } : claim),
    }),
  }),
  fault('pusher/long-names-refused', {
    breaks: ['PS8'],
    says: 'a channel name may have 100 characters only',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        claim.channel.length > 100 ? { reason: 'Too long' } : authorizeChannel(claim),
    }),
  }),
  fault('pusher/rare-characters-refused', {
    breaks: ['PS8'],
    says: 'a channel name may have letters, digits, dots and dashes only',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        /[_=@,;]/.test(claim.channel) ? { reason: 'Invalid name' } : authorizeChannel(claim),
    }),
  }),
  fault('pusher/any-name-accepted', {
    breaks: ['PS8i'],
    says: 'a public channel may have any name of any length',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) => !isGuarded(claim.channel) || authorizeChannel(claim),
    }),
  }),
  fault('pusher/confirmation-without-channel', {
    breaks: ['PS2', 'PS10'],
    says: 'the confirmation does not name its channel',
    bend: () => ({ confirm: () => [{ event: 'pusher_internal:subscription_succeeded', data: {} }] }),
  }),
  fault('pusher/confirmation-missing', {
    breaks: ['PS2', 'PS10'],
    says: 'a granted subscription is not confirmed',
    bend: () => ({ confirm: () => [] }),
  }),
  fault('pusher/confirmation-by-client-name', {
    breaks: ['PS2', 'PS10'],
    says: 'the confirmation bears the name that client libraries give it',
    bend: ({ confirm }) => ({
      confirm: (channel) =>
        confirm(channel).map((message) => ({ ...message, event: 'pusher:subscription_succeeded' })),
    }),
  }),
  fault('pusher/event-before-confirmation', {
    breaks: ['PS10'],
    says: 'the last event of a channel comes before the confirmation',
    bend({ confirm, address }) {
      const last = new Map<string, ChannelEvent>();
      return {
        address(event) {
          last.set(event.channel, event);
          return address(event);
        },
        confirm(channel) {
          const event = last.get(channel);
          return [...(event ? [{ event: event.name, channel, data: event.data }] : []), ...confirm(channel)];
        },
      };
    },
  }),
  fault('pusher/refused-but-delivered', {
    breaks: ['PS5', 'PS15', 'PS10'],
    says: 'a refused subscription gets the events all the same',
    bend({ authorizeChannel, route }) {
      const refused = new Map<string, Set<string>>();
      return {
        authorizeChannel(claim) {
          const grant = authorizeChannel(claim);
          if (grant !== true && refused.size < 1000) {
            refused.set(claim.channel, (refused.get(claim.channel) ?? new Set()).add(claim.socketId));
          }
          return grant;
        },
        route(event, hub) {
          const sneaked = [...(refused.get(event.channel) ?? [])].map((id) => hub.find(id));
          return new Set([...route(event, hub), ...sneaked.filter((connection) => connection !== undefined)]);
        },
      };
    },
  }),
  fault('pusher/refusal-names-no-channel', {
    breaks: ['PS5i'],
    says: 'a refusal does not say which channel it is about',
    bend: ({ refuse }) => ({
      refuse: (channel, reason) => refuse(channel, reason).map(({ channel: _, ...message }) => message),
    }),
  }),
  fault('pusher/late-delivery-after-unsubscribe', {
    breaks: ['PS7', 'PS15', 'PM3'],
    says: 'whoever has left a channel still gets its events',
    bend: () => ({ leaves: () => false }),
  }),
  fault('pusher/subscribing-twice-doubles-events', {
    breaks: ['PS6i', 'D18', 'M14i', 'D28i', 'D30', 'M14bi'],
    says: 'a second subscription to a channel doubles its events',
    bend({ again, route }) {
      const doubled = new Set<string>();
      return {
        again(channel) {
          doubled.add(channel);
          return again(channel);
        },
        route(event, hub) {
          const receivers = [...route(event, hub)];
          return doubled.has(event.channel) ? [...receivers, ...receivers] : receivers;
        },
      };
    },
  }),
  fault('pusher/prefix-of-signature-accepted', {
    breaks: ['PS3'],
    says: 'only the first half of a signature is compared',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel(claim) {
        const { app, auth, socketId, channel, channelData } = claim;
        const signed = [socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':');
        const right = `${app.key}:${sign(app.secret, signed)}`.slice(0, app.key.length + 33);
        const half = typeof auth === 'string' ? auth.slice(0, right.length) : '';
        return sameText(half, right) || authorizeChannel(claim);
      },
    }),
  }),
];
