import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../contract/json.ts';
import type { PusherDialect, PusherRules } from '../../contract/pusher-rules.ts';
import { type Admission, type ConnectionRequest, connectionAdmission } from './admission.ts';
import type { App } from './apps.ts';
import {
  type AuthDecision,
  type AuthRequest,
  endpointAuthority,
  type Grant,
  type SubscriptionClaim,
  subscriptionAuthority,
} from './authorization.ts';
import { messageEncoder } from './encoding.ts';
import { type FeaturePolicies, featurePolicies } from './feature-policies.ts';
import type { Connection, Hub } from './hub.ts';
import type { ChannelEvent, Job, Update } from './job.ts';
import { announcedUpdates, updatePayload } from './job-update.ts';
import { closeCode, type Incoming, type Message } from './protocol.ts';
import { type Reactions, reactions } from './reactions.ts';
import { channelAuth } from './signing.ts';
import { socketIds } from './socket-ids.ts';
import {
  type DataReader,
  type Denial,
  type Trigger,
  type TriggerLimits,
  type TriggerRequest,
  triggerDenials,
  triggerLimits,
} from './trigger-request.ts';

/** An HTTP answer. */
export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something that a connection did. */
export type Sign = Incoming['kind'] | 'control-ping' | 'control-pong';

/** How a silent connection is treated. */
export interface IdlePlan {
  readonly ask: 'event' | 'control-frame' | 'nothing';
  /** Seconds without a sign of life until the server asks. */
  readonly after: number;
  /** Close code, and seconds without an answer until then; undefined: it stays open. */
  readonly close: { readonly code: number; readonly after: number } | undefined;
}

/**
 * Every decision of the pusher surface that a fault can bend. Their defaults follow from the rules and
 * from the readings of the open points; sockets, routes and stores decide nothing.
 */
export interface PusherPolicies extends Reactions, FeaturePolicies {
  /** Whether a connection is served, or with which code it is closed. */
  readonly admit: (request: ConnectionRequest) => Admission;
  /** Whether a connection without TLS is served where there is TLS. */
  readonly servesInTheClear: () => boolean;
  /** The messages that come before the close of a connection that is not served. */
  readonly farewell: (code: number, reason: string) => readonly Message[];
  readonly nextSocketId: () => string;
  /** The first messages on a connection. */
  readonly greet: (socketId: string) => readonly Message[];
  /** The text on the wire. */
  readonly encode: (message: Message) => string;
  readonly authorizeChannel: (claim: SubscriptionClaim) => Grant;
  /** Whether a connection that asks for it leaves a channel. */
  readonly leaves: (connection: Connection, channel: string) => boolean;
  /** What of a client counts as a sign of life. */
  readonly countsAsLife: (sign: Sign) => boolean;
  /** Whether a WebSocket ping gets a WebSocket pong. */
  readonly answersControlPings: () => boolean;
  readonly idle: () => IdlePlan;
  /** The connections that get an event, one copy each time they are named. */
  readonly route: (event: ChannelEvent, hub: Hub) => Iterable<Connection>;
  /** When an event is sent: at once. */
  readonly dispatch: (send: () => void, event: ChannelEvent) => void;
  /** What the auth endpoint decides. */
  readonly authorizeRequest: (request: AuthRequest) => AuthDecision;
  /** The `auth` of a granted request. */
  readonly signChannel: (app: App, socketId: string, channel: string) => string;
  /** What the auth endpoint answers. */
  readonly authReply: (reply: Reply, request: AuthRequest) => Reply;
  /** Whether a request to the trigger API is authentic. */
  readonly triggerDenials: (request: TriggerRequest) => readonly Denial[];
  readonly triggerLimits: () => TriggerLimits;
  /** The order in which the events of a batch are sent: that in which they stand in it. */
  readonly batchOrder: (triggers: readonly Trigger[]) => readonly Trigger[];
  readonly triggerData: DataReader;
  /** What a call of the trigger API is answered. */
  readonly triggerReply: (call: string, reply: Reply) => Reply;
  /** Whether a channel is listed for a prefix. */
  readonly lists: (channel: string, prefix: string) => boolean;
  readonly nextJobId: () => string;
  /** The updates that a change of a job brings about. */
  readonly announce: (job: Job, dialect: PusherDialect) => readonly Update[];
  /** The payload of an update. */
  readonly present: (update: Update, dialect: PusherDialect) => JsonObject;
  /** The events as which a published one is sent: itself. */
  readonly address: (event: ChannelEvent) => readonly ChannelEvent[];
  /** Whether a signed result URL is still good. */
  readonly honoursResult: (current: boolean) => boolean;
  /** The status changes that a webhook is told of. */
  readonly webhookFor: (job: Job) => string | undefined;
  /** Milliseconds until a delivery is tried again; undefined: never. */
  readonly redeliver: (attempt: number) => number | undefined;
  /** What a webhook is sent. */
  readonly webhook: (delivery: WebhookRequest) => WebhookRequest;
  /** Whether the connections that a revoked token authorized are cut. */
  readonly afterRevoke: () => number | undefined;
}

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The policies of a server that does all that the rules ask. */
export function conformingPolicies(rules: PusherRules, reading: (point: string) => string): PusherPolicies {
  const announced = reading('A11.announced') === 'other' ? 60 : Number(reading('A11.announced'));
  const limits = triggerLimits(rules);
  return {
    admit: connectionAdmission(reading),
    servesInTheClear: () => false,
    farewell: () => [],
    nextSocketId: socketIds(),
    greet: (socketId) => [
      { event: 'pusher:connection_established', data: { socket_id: socketId, activity_timeout: announced } },
    ],
    encode: messageEncoder(reading),
    ...reactions(reading),
    ...featurePolicies(rules.features),
    authorizeChannel: subscriptionAuthority(rules, reading),
    leaves: () => true,
    countsAsLife: () => true,
    answersControlPings: () => true,
    idle: () => ({
      ask: reading('A11.ping') === 'control-frame' ? 'control-frame' : 'event',
      after: announced,
      close: { code: closeCode.noPong, after: rules.keepAlive.pongWaitSeconds },
      ...(reading('A11.silent') === 'stays-open' ? { ask: 'nothing', close: undefined } : {}),
    }),
    route: ({ channel, except }, hub) =>
      [...hub.subscribers(channel)].filter(({ socketId }) => socketId !== except),
    dispatch: (send) => send(),
    authorizeRequest: endpointAuthority(rules, reading),
    signChannel: (app, socketId, channel) => channelAuth(app, socketId, channel),
    authReply: (reply) => reply,
    triggerDenials: (request) => triggerDenials(request, rules.limits.triggerSkewSeconds),
    triggerLimits: () => limits,
    batchOrder: (triggers) => triggers,
    triggerData(data) {
      if (typeof data === 'string') return data;
      return data !== undefined && reading('P.trigger-object') === 'stringified'
        ? JSON.stringify(data)
        : undefined;
    },
    triggerReply: (_call, reply) => reply,
    announce: announcedUpdates(reading),
    present: updatePayload,
    address: (event) => [event],
    lists: (channel, prefix) => channel.startsWith(prefix),
    nextJobId: () => randomUUID(),
    honoursResult: (current) => current,
    webhookFor: ({ status }) =>
      Object.entries(rules.webhooks.events).find(([, event]) => event.status === status)?.[0],
    redeliver: (attempt) => (attempt < 10 ? Math.min(250 * 2 ** attempt, 60_000) : undefined),
    webhook: (delivery) => delivery,
    afterRevoke: () => (reading('A37') === 'closes' ? closeCode.unauthorized : undefined),
  };
}
