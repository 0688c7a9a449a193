import { isObject } from '../../../contract/json.ts';
import { defineFault } from '../../define-fault.ts';
import type { Fault } from '../../surface-server.ts';
import type { PusherPolicies, Reply } from '../policies.ts';
import type { Denial, TriggerLimits } from '../trigger-request.ts';

const fault = defineFault<PusherPolicies>;

type Breaks = readonly [string, ...string[]];

/** A fault that overlooks something in the authentication of a request. */
function overlooks(
  id: `pusher/${string}`,
  breaks: Breaks,
  says: string,
  ...overlooked: readonly Denial[]
): Fault {
  return fault(id, {
    breaks,
    says,
    bend: ({ triggerDenials }) => ({
      triggerDenials: (request) => triggerDenials(request).filter((denial) => !overlooked.includes(denial)),
    }),
  });
}

function limits(id: `pusher/${string}`, breaks: Breaks, says: string, other: Partial<TriggerLimits>): Fault {
  return fault(id, {
    breaks,
    says,
    bend: ({ triggerLimits }) => ({ triggerLimits: () => ({ ...triggerLimits(), ...other }) }),
  });
}

function replies(
  id: `pusher/${string}`,
  breaks: Breaks,
  says: string,
  change: (call: string, reply: Reply) => Reply,
): Fault {
  return fault(id, { breaks, says, bend: () => ({ triggerReply: change }) });
}

const isTrigger = (call: string): boolean => call === 'events' || call === 'batch';
/** The reply to a trigger that asked for nothing. */
const isPlain = (call: string, { status, body }: Reply): boolean =>
  isTrigger(call) && status === 200 && isObject(body) && Object.keys(body).length === 0;
const textOf = ({ body }: Reply): string => (isObject(body) ? String(body.error ?? '') : '');

/** The trigger API. */
export const triggerFaults: readonly Fault[] = [
  overlooks('pusher/trigger-signature-not-checked', ['PH2'], 'a trigger needs no signature', 'signature'),
  overlooks('pusher/trigger-timestamp-not-checked', ['PH3'], 'a trigger may be of any time', 'timestamp'),
  overlooks(
    'pusher/trigger-checksum-not-checked',
    ['PH4'],
    'the checksum of a trigger is not compared',
    'checksum',
  ),
  overlooks('pusher/trigger-checksum-optional', ['PH4i'], 'a trigger needs no checksum', 'checksum-missing'),
  overlooks('pusher/trigger-key-not-checked', ['PH5'], 'a trigger may name any key', 'key'),
  overlooks(
    'pusher/trigger-version-not-checked',
    ['PH5i'],
    'a trigger may be of any auth_version',
    'version',
  ),
  limits('pusher/trigger-99-channels', ['PH7'], 'a trigger goes to 99 channels at most', { channels: 99 }),
  limits('pusher/trigger-any-channels', ['PH8'], 'a trigger goes to any number of channels', {
    channels: 1e9,
  }),
  limits('pusher/batch-of-9', ['PH9'], 'a batch has 9 events at most', { batch: 9 }),
  limits('pusher/batch-of-any', ['PH10'], 'a batch has any number of events', { batch: 1e9 }),
  limits('pusher/trigger-data-10000', ['PL1'], 'data has 10 000 bytes at most', { data: 10_000 }),
  limits('pusher/trigger-data-any', ['PL2'], 'data may be of any size', { data: 1e9 }),
  replies('pusher/trigger-accepted-202', ['PH1'], 'a trigger is answered with 202', (call, reply) =>
    isTrigger(call) && reply.status === 200 ? { ...reply, status: 202 } : reply,
  ),
  replies(
    'pusher/trigger-reply-is-text',
    ['PH20', 'PH20i'],
    'a trigger is answered with the word ok',
    (call, reply) => (isPlain(call, reply) ? { ...reply, body: 'ok' } : reply),
  ),
  replies(
    'pusher/trigger-reply-not-empty',
    ['PH20i'],
    'a trigger is answered with more than an empty object',
    (call, reply) => (isPlain(call, reply) ? { ...reply, body: { ok: true } } : reply),
  ),
  replies(
    'pusher/trigger-info-missing',
    ['PH21'],
    'attributes that were asked for are not told',
    (call, reply) => (isTrigger(call) && reply.status === 200 ? { ...reply, body: {} } : reply),
  ),
  replies(
    'pusher/trigger-denied-with-200',
    ['PH6'],
    'a request that is not authentic is answered with 200, and an error in the body',
    (_call, reply) =>
      reply.status === 401 ? { ...reply, status: 200, body: { error: 'denied', code: 401 } } : reply,
  ),
  replies(
    'pusher/trigger-denied-with-400',
    ['PH6'],
    'a request that is not authentic is answered with 400',
    (_call, reply) => (reply.status === 401 ? { ...reply, status: 400 } : reply),
  ),
  replies(
    'pusher/trigger-too-large-with-400',
    ['PH11'],
    'data above the limit is answered with 400',
    (_call, reply) => (reply.status === 413 ? { ...reply, status: 400 } : reply),
  ),
  replies(
    'pusher/trigger-malformed-with-500',
    ['PH18'],
    'a malformed trigger is answered with 500',
    (call, reply) =>
      isTrigger(call) && reply.status === 400 && !textOf(reply).includes('at most')
        ? { ...reply, status: 500 }
        : reply,
  ),
  replies('pusher/channels-hidden', ['PH12', 'PH13'], 'no channel is ever listed', (call, reply) =>
    call === 'channels' && reply.status === 200 ? { ...reply, body: { channels: {} } } : reply,
  ),
  replies('pusher/users-of-any-channel', ['PH16'], 'every channel has a list of users', (call, reply) =>
    call === 'users' && reply.status === 400 ? { status: 200, body: { users: [] } } : reply,
  ),
  replies(
    'pusher/count-without-prefix',
    ['PH14'],
    'users are counted on channels that have none',
    (call, reply) =>
      call === 'channels' && reply.status === 400 ? { status: 200, body: { channels: {} } } : reply,
  ),
  replies('pusher/occupied-inverted', ['PH15'], 'an occupied channel is said to be empty', (call, reply) =>
    call === 'channel' && reply.status === 200 && isObject(reply.body)
      ? { ...reply, body: { ...reply.body, occupied: reply.body.occupied !== true } }
      : reply,
  ),
  fault('pusher/prefix-ignored', {
    breaks: ['PH13'],
    says: 'the list of channels is not narrowed to a prefix',
    bend: () => ({ lists: () => true }),
  }),
  fault('pusher/sender-not-excluded', {
    breaks: ['PH17'],
    says: 'the connection that a trigger leaves out gets the event too',
    bend: ({ route }) => ({ route: ({ except: _, ...event }, hub) => route(event, hub) }),
  }),
  fault('pusher/trigger-data-changed', {
    breaks: ['PH22', 'PN3'],
    says: 'the data of a trigger is encoded once more',
    bend: ({ address }) => ({
      address: (event) => address(event.job ? event : { ...event, data: JSON.stringify(event.data) }),
    }),
  }),
  fault('pusher/trigger-object-as-it-is', {
    breaks: ['PH22i'],
    says: 'data that is an object is delivered as the word object',
    bend: ({ triggerData }) => ({
      triggerData: (data) => triggerData(data) ?? (data === undefined ? undefined : String(data)),
    }),
  }),
  fault('pusher/large-events-vanish', {
    breaks: ['PL3i', 'PL1', 'PS14'],
    says: 'an event above 4 KB is accepted and never sent',
    bend: ({ address }) => ({ address: (event) => (event.data.length > 4096 ? [] : address(event)) }),
  }),
];
