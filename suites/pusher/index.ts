import type { Contract } from '../../src/contract/contract.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { mapOf } from '../../src/surfaces/pusher/map.ts';
import { channels } from '../../src/surfaces/pusher/monitors/channels.ts';
import { delivery } from '../../src/surfaces/pusher/monitors/delivery.ts';
import { frames } from '../../src/surfaces/pusher/monitors/frames.ts';
import { opening } from '../../src/surfaces/pusher/monitors/opening.ts';
import { order } from '../../src/surfaces/pusher/monitors/order.ts';
import { owners } from '../../src/surfaces/pusher/monitors/owners.ts';
import { readings } from '../../src/surfaces/pusher/monitors/readings.ts';
import { seen } from '../../src/surfaces/pusher/monitors/seen.ts';
import { values } from '../../src/surfaces/pusher/monitors/values.ts';
import { pusherSurface } from '../../src/surfaces/pusher/surface.ts';
import { authEndpoint } from './auth-endpoint.ts';
import { cacheChannels } from './cache-channels.ts';
import { channelNames } from './channel-names.ts';
import { channelQueries } from './channel-queries.ts';
import { clientEvents } from './client-events.ts';
import { connecting } from './connecting.ts';
import { encrypted } from './encrypted.ts';
import { flows } from './flows.ts';
import { illegalFraming } from './illegal-framing.ts';
import { keepAlive } from './keep-alive.ts';
import { openPoints } from './open-points.ts';
import { payload } from './payload.ts';
import { presence } from './presence.ts';
import { results } from './results.ts';
import { robustness } from './robustness.ts';
import { signIn } from './sign-in.ts';
import { subscribe } from './subscribe.ts';
import { triggerApi } from './trigger-api.ts';
import { webhooks } from './webhooks.ts';

/**
 * The pusher suite for one dialect of a contract: its themes, and the monitors that watch all of them.
 *
 * A case's `covers` names the rows of specs/pusher/rules.yaml that it stands for, as TABLE/ROW:
 * connection (protocol.connections) · close (closeCodes) · channel-auth, channel-name (channelAuth.rows,
 * .channels) · auth, auth-encoding (authEndpoint.rows, .encodings) · delivery · ping (keepAlive.pings) ·
 * robustness · trigger (triggerApi.rows) · presence, client-events, encrypted, sign-in (rows of features) ·
 * cache (features.cache.channels) · webhook (webhooks.events) · status (a dialect's events) ·
 * transition/FROM/TO (a dialect's automaton, where something is shown).
 */
export function pusherSuite({ pusher }: Contract, dialect: string): Suite {
  const { rules } = pusher;
  const map = mapOf(rules, dialect);
  const themes = [
    flows(pusher, dialect),
    connecting(pusher),
    subscribe(pusher),
    channelNames(pusher),
    authEndpoint(pusher, dialect),
    keepAlive(pusher),
    payload(pusher),
    triggerApi(pusher),
    results(pusher),
    webhooks(pusher),
    channelQueries(pusher),
    presence(pusher),
    clientEvents(pusher),
    encrypted(pusher),
    cacheChannels(pusher),
    signIn(pusher),
    robustness(pusher),
    illegalFraming,
    openPoints,
  ];
  return {
    surface: pusherSurface(pusher),
    ...(map ? { map } : {}),
    scenes: themes.flatMap((theme) => theme.scenes),
    cases: themes.flatMap((theme) => theme.cases),
    monitors: [
      frames(pusher, dialect),
      opening(rules),
      channels(rules),
      order(rules, dialect),
      values(rules, dialect),
      owners(rules),
      delivery(rules),
      readings(rules),
      seen(rules, dialect),
    ],
    optional: optionalWords(rules),
  };
}

/** The capabilities of features that a server may have or not, those of the trigger API among them. */
function optionalWords({ features, triggerApi }: PusherRules): string[] {
  const ofRows = Object.values(triggerApi.rows).flatMap(({ offers = [] }) => offers);
  return [...new Set([...Object.values(features).map(({ capability }) => capability), ...ofRows])];
}
