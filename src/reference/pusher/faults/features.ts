import { isObject, parseJson } from '../../../contract/json.ts';
import type { PusherFeatures } from '../../../contract/pusher-features.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { Grant } from '../authorization.ts';
import type { PusherPolicies, Reply } from '../policies.ts';
import { isPresence, type Message } from '../protocol.ts';
import { channelAuth, userSignature } from '../signing.ts';

const fault = defineFault<PusherPolicies>;

const isEncrypted = (channel: string): boolean => channel.startsWith('private-encrypted-');
const invalid: Grant = { reason: 'The signature is invalid' };

/** JSON as this server would have written it. */
function reprinted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(parseJson(text) ?? null);
}

/** A message whose data is no string. */
function asObject(event: string): (policies: PusherPolicies) => Partial<PusherPolicies> {
  return ({ encode }) => ({
    encode: (message: Message) => (message.event === event ? JSON.stringify(message) : encode(message)),
  });
}

const presenceFaults: readonly Fault[] = [
  fault('pusher/presence-opens-to-anybody', {
    breaks: ['PS4', 'PM4i'],
    says: 'a presence channel opens without a signature',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) => isPresence(claim.channel) || authorizeChannel(claim),
    }),
  }),
  fault('pusher/presence-data-not-signed', {
    breaks: ['PS4'],
    says: 'channel_data of a presence channel is left out of what is signed',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel(claim) {
        const { app, socketId, channel, auth } = claim;
        if (!isPresence(channel)) return authorizeChannel(claim);
        return auth === channelAuth(app, socketId, channel) || invalid;
      },
    }),
  }),
  fault('pusher/presence-data-reprinted', {
    breaks: ['PS4'],
    says: 'channel_data is parsed and written again before its signature is compared',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        authorizeChannel(
          isPresence(claim.channel) ? { ...claim, channelData: reprinted(claim.channelData) } : claim,
        ),
    }),
  }),
  fault('pusher/presence-without-user', {
    breaks: ['PM4i'],
    says: 'a presence channel opens to channel_data without a user_id',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) =>
        (isPresence(claim.channel) && claim.channelData?.includes('user_id') === false) ||
        authorizeChannel(claim),
    }),
  }),
  fault('pusher/roster-without-newcomer', {
    breaks: ['PM1'],
    says: 'the list of who is there leaves out whoever has come',
    bend: ({ roster }) => ({ roster: (members) => roster(members.slice(0, -1)) }),
  }),
  fault('pusher/member-added-missing', {
    breaks: ['PM2'],
    says: 'nobody is told of a user who comes',
    bend: ({ announces }) => ({
      announces: (what, others) => what !== 'added' && announces(what, others),
    }),
  }),
  fault('pusher/member-added-as-object', {
    breaks: ['PM2'],
    says: 'the data of member_added is an object, not a string',
    bend: asObject('pusher_internal:member_added'),
  }),
  fault('pusher/member-removed-missing', {
    breaks: ['PM3'],
    says: 'nobody is told of a user who leaves',
    bend: ({ announces }) => ({
      announces: (what, others) => what !== 'removed' && announces(what, others),
    }),
  }),
  fault('pusher/member-removed-as-object', {
    breaks: ['PM3'],
    says: 'the data of member_removed is an object, not a string',
    bend: asObject('pusher_internal:member_removed'),
  }),
  fault('pusher/member-added-each-time', {
    breaks: ['PM7'],
    says: 'a user is announced with each of its connections',
    bend: ({ announces }) => ({
      announces: (what, others) => what === 'added' || announces(what, others),
    }),
  }),
  fault('pusher/member-removed-each-time', {
    breaks: ['PM8'],
    says: 'a user is said to have left with the first connection that leaves',
    bend: ({ announces }) => ({
      announces: (what, others) => what === 'removed' || announces(what, others),
    }),
  }),
  fault('pusher/member-told-of-itself', {
    breaks: ['PM9i'],
    says: 'whoever joins gets member_added of itself',
    bend: () => ({ toldOf: (_subject, there) => there }),
  }),
];

const clientEventFaults: readonly Fault[] = [
  fault('pusher/client-events-from-anybody', {
    breaks: ['PE2'],
    says: 'whoever knows the name of a channel can send a client event to it',
    bend: ({ clientEventDenials }) => ({
      clientEventDenials: (event, from) =>
        clientEventDenials(event, from).filter((denial) => denial !== 'not-subscribed'),
    }),
  }),
  fault('pusher/client-events-on-public', {
    breaks: ['PE3'],
    says: 'client events are relayed on public channels too',
    bend: ({ clientEventDenials }) => ({
      clientEventDenials: (event, from) =>
        clientEventDenials(event, from).filter((denial) => denial !== 'not-guarded'),
    }),
  }),
  fault('pusher/client-events-of-any-name', {
    breaks: ['PE4'],
    says: 'events of clients are relayed without client- in front',
    bend: ({ react }) => ({
      react(incoming) {
        const message = incoming.kind === 'unknown' ? parseJson(incoming.text) : undefined;
        // What pretends to be a job update is a fault of its own.
        if (!isObject(message) || typeof message.channel !== 'string') return react(incoming);
        const { event, channel, data = null } = message;
        return /plumbline/.test(String(event))
          ? [{ do: 'relay', message: { event: String(event), channel, data } }]
          : react(incoming);
      },
    }),
  }),
  fault('pusher/client-events-echoed', {
    breaks: ['PE5'],
    says: 'a client event goes to its sender too',
    bend: () => ({ clientEventAudience: (_from, there) => there }),
  }),
  fault('pusher/client-events-dropped', {
    breaks: ['PE8'],
    says: 'client events are taken and relayed to nobody',
    bend: () => ({ clientEventAudience: () => [] }),
  }),
  fault('pusher/client-events-encoded', {
    breaks: ['PE7'],
    says: 'the data of a client event is encoded once more',
    bend: ({ clientEvent }) => ({
      clientEvent: (event, userId) =>
        clientEvent({ ...event, data: JSON.stringify(event.data ?? null) }, userId),
    }),
  }),
  fault('pusher/client-events-without-user', {
    breaks: ['PM6'],
    says: 'a client event on a presence channel does not tell whose it is',
    bend: ({ clientEvent }) => ({ clientEvent: (event) => clientEvent(event, undefined) }),
  }),
  fault('pusher/client-events-unlimited', {
    breaks: ['PE6'],
    says: 'a client may send any number of events',
    bend: () => ({ clientEventsPerSecond: () => Number.POSITIVE_INFINITY }),
  }),
  fault('pusher/client-event-rate-closes', {
    breaks: ['PX14'],
    says: 'a client that sends too many events loses its connection',
    bend: () => ({ closesTalkers: () => 4200 }),
  }),
];

const encryptedFaults: readonly Fault[] = [
  fault('pusher/encrypted-opens-to-anybody', {
    breaks: ['PN1'],
    says: 'an encrypted channel opens without a signature',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) => isEncrypted(claim.channel) || authorizeChannel(claim),
    }),
  }),
  fault('pusher/encrypted-stays-shut', {
    breaks: ['PN1'],
    says: 'an encrypted channel stays shut to the right signature',
    bend: ({ authorizeChannel }) => ({
      authorizeChannel: (claim) => (isEncrypted(claim.channel) ? invalid : authorizeChannel(claim)),
    }),
  }),
  fault('pusher/encrypted-reprinted', {
    breaks: ['PN3', 'PH22'],
    says: 'ciphertext and nonce are parsed and written in another order',
    bend: ({ address }) => ({
      address: (event) =>
        address(
          /^private-encrypted-(?!cache-)/.test(event.channel)
            ? { ...event, data: turned(event.data) }
            : event,
        ),
    }),
  }),
];

function turned(text: string): string {
  const data = parseJson(text);
  return isObject(data) ? JSON.stringify(Object.fromEntries(Object.entries(data).reverse())) : text;
}

function cacheFaults({ cache }: PusherFeatures): readonly Fault[] {
  return [
    ...Object.entries(cache.channels).flatMap(([name, kind]) =>
      'plain' in kind
        ? []
        : [
            fault(`pusher/cache-forgets-${name}`, {
              breaks: ['PV1', 'PV2', 'PV3'],
              says: `${kind.says} with ${kind.prefix} in front is no cache channel`,
              bend: ({ caches }) => ({
                caches: (channel) => !channel.startsWith(kind.prefix) && caches(channel),
              }),
            }),
          ],
    ),
    fault('pusher/cache-never-hits', {
      breaks: ['PV2'],
      says: 'a newcomer to a cache channel always gets cache_miss',
      bend: ({ replay }) => ({ replay: (channel) => replay(channel, undefined) }),
    }),
    fault('pusher/cache-replays-name-alone', {
      breaks: ['PV2'],
      says: 'the event that is replayed has lost its data',
      bend: ({ replay }) => ({
        replay: (channel, last) => replay(channel, last && { ...last, data: '{}' }),
      }),
    }),
    fault('pusher/cache-miss-missing', {
      breaks: ['PV3'],
      says: 'a newcomer to an empty cache channel is told nothing',
      bend: ({ replay }) => ({ replay: (channel, last) => (last ? replay(channel, last) : []) }),
    }),
    fault('pusher/cache-miss-without-channel', {
      breaks: ['PV3'],
      says: 'cache_miss does not name its channel',
      bend: ({ replay }) => ({
        replay: (channel, last) => (last ? replay(channel, last) : [{ event: 'pusher:cache_miss' }]),
      }),
    }),
    fault('pusher/cache-anywhere-in-the-name', {
      breaks: ['PV7i'],
      says: 'a channel with cache- anywhere in its name is a cache channel',
      bend: () => ({ caches: (channel) => channel.includes('cache-') }),
    }),
  ];
}

const signInFaults: readonly Fault[] = [
  fault('pusher/sign-in-opens-to-anybody', {
    breaks: ['PU1', 'PU4', 'PU5i'],
    says: 'a connection is whoever it says that it is',
    bend: () => ({ authorizeUser: () => true }),
  }),
  fault('pusher/sign-in-signed-as-channel', {
    breaks: ['PU1', 'PU2'],
    says: 'the word user is left out of what is signed',
    bend: () => ({
      authorizeUser: ({ app, socketId, auth, userData }) =>
        auth === channelAuth(app, socketId, userData) || invalid,
    }),
  }),
  fault('pusher/sign-in-data-reprinted', {
    breaks: ['PU1'],
    says: 'user_data is parsed and written again before its signature is compared',
    bend: ({ authorizeUser }) => ({
      authorizeUser: (claim) => authorizeUser({ ...claim, userData: reprinted(claim.userData) ?? '' }),
    }),
  }),
  fault('pusher/sign-in-unconfirmed', {
    breaks: ['PU2', 'PU1'],
    says: 'a sign-in that was granted is not confirmed',
    bend: () => ({ signedIn: () => [] }),
  }),
  fault('pusher/sign-in-data-as-object', {
    breaks: ['PU2'],
    says: 'user_data in the confirmation is an object, not a string',
    bend: () => ({
      signedIn: (userData) => [
        { event: 'pusher:signin_success', data: { user_data: parseJson(userData) ?? null } },
      ],
    }),
  }),
  fault('pusher/sign-in-refused-silently', {
    breaks: ['PU3'],
    says: 'a sign-in that was refused is not answered',
    bend: () => ({ signInRefused: () => [] }),
  }),
  fault('pusher/sign-in-changes-user', {
    breaks: ['PU4'],
    says: 'a connection may become another user',
    bend: ({ authorizeUser }) => ({
      authorizeUser: (claim) => authorizeUser({ ...claim, current: undefined }),
    }),
  }),
  fault('pusher/sign-in-without-id', {
    breaks: ['PU5i'],
    says: 'user_data needs no id',
    bend: ({ authorizeUser }) => ({
      authorizeUser(claim) {
        const { app, socketId, auth, userData, current } = claim;
        const isSigned = auth === `${app.key}:${userSignature(app.secret, socketId, userData)}`;
        return (isSigned && current === undefined) || authorizeUser(claim);
      },
    }),
  }),
];

function replies(change: (call: string, reply: Reply) => Reply) {
  return () => ({
    triggerReply: (call: string, reply: Reply) => (reply.status === 200 ? change(call, reply) : reply),
  });
}

const queryFaults: readonly Fault[] = [
  fault('pusher/users-listed-twice', {
    breaks: ['PH23'],
    says: 'a user of a presence channel is listed more than once',
    bend: replies((call, reply) => {
      const users = isObject(reply.body) && Array.isArray(reply.body.users) ? reply.body.users : [];
      return call === 'users' ? { ...reply, body: { users: [...users, ...users] } } : reply;
    }),
  }),
  fault('pusher/user-count-missing', {
    breaks: ['PH24'],
    says: 'the number of users is not told',
    bend: replies((call, reply) =>
      call === 'channel' && isObject(reply.body) && 'user_count' in reply.body
        ? { ...reply, body: { occupied: reply.body.occupied ?? true } }
        : reply,
    ),
  }),
  fault('pusher/every-channel-occupied', {
    breaks: ['PH15'],
    says: 'every channel is said to be occupied',
    bend: replies((call, reply) =>
      call === 'channel' && isObject(reply.body)
        ? { ...reply, body: { ...reply.body, occupied: true } }
        : reply,
    ),
  }),
  fault('pusher/batch-reversed', {
    breaks: ['PH9i'],
    says: 'the events of a batch are sent from its end',
    bend: () => ({ batchOrder: (triggers) => [...triggers].reverse() }),
  }),
];

/** What lies beyond private channels. */
export function featureFaults(features: PusherFeatures): readonly Fault[] {
  return [
    ...presenceFaults,
    ...clientEventFaults,
    ...encryptedFaults,
    ...cacheFaults(features),
    ...signInFaults,
    ...queryFaults,
  ];
}
