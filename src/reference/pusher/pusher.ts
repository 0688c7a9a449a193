import { bent, type ReferenceContext, type SurfaceServer } from '../surface-server.ts';
import { type App, apps, type Bearer, type DialectOf, issueTokens } from './apps.ts';
import { mountChannelAuth } from './channel-auth.ts';
import { createServe } from './connections.ts';
import { createEventCache } from './event-cache.ts';
import { createHub, type Hub } from './hub.ts';
import { mountJobs } from './jobs.ts';
import { conformingPolicies } from './policies.ts';
import { createPublish } from './publisher.ts';
import { createResults } from './results.ts';
import { createSockets } from './sockets.ts';
import { pusherOffers, pusherTargets } from './targets.ts';
import { mountTriggerApi } from './trigger-api.ts';
import { createWebhooks } from './webhooks.ts';
import { createWorker } from './worker.ts';

/** A complete, correct server of the pusher surface, as far as no fault bends it. */
export function createPusher({ contract, reading, faults, log, timers }: ReferenceContext): SurfaceServer {
  const { rules } = contract.pusher;
  const policies = bent(conformingPolicies(rules, reading), faults, 'pusher');
  const tokens = issueTokens();
  const hubs = new Map(apps.map((app) => [app, createHub()]));
  const hubOf = (app: App): Hub => known(hubs.get(app), app);
  const dialectOf: DialectOf = (app) => known(rules.dialects[app.dialect], app);

  const cache = createEventCache(rules.features.cache.minutes);
  const publish = createPublish(policies, hubOf, cache);
  const results = createResults(policies, timers);
  const webhooks = createWebhooks(policies, timers, log);
  const worker = createWorker({
    rules,
    policies,
    reading,
    timers,
    dialectOf,
    publish,
    results,
    webhooks,
    log,
  });
  const sockets = createSockets(policies, createServe({ policies, hubOf, cache, timers, log }));

  return {
    surface: 'pusher',
    mount(server) {
      mountChannelAuth(server, { path: rules.authEndpoint.path, policies, tokens, hubOf });
      mountTriggerApi(server, { policies, publish, hubOf });
      mountJobs(server, { policies, tokens, dialectOf, worker, results });
      results.mount(server);
    },
    upgrade: sockets.upgrade,
    inTheClear: policies.servesInTheClear(),
    control({ op, token }) {
      const bearer = typeof token === 'string' ? tokens.get(token) : undefined;
      if (!bearer || (op !== 'revoke' && op !== 'restore')) return undefined;
      bearer.revoked = op === 'revoke';
      const code = bearer.revoked ? policies.afterRevoke() : undefined;
      if (code !== undefined) closeAuthorizedBy(bearer, hubOf(bearer.app), code);
      return { ok: true, ran: 1 };
    },
    targets: (address) => pusherTargets(address, rules),
    offers: (address) => pusherOffers(address, rules),
    close() {
      sockets.close();
      webhooks.close();
    },
  };
}

function closeAuthorizedBy({ token }: Bearer, hub: Hub, code: number): void {
  for (const { authorizedBy, outbox } of hub.connections()) {
    if ([...authorizedBy.values()].includes(token)) outbox.close(code, 'The token was revoked');
  }
}

function known<T>(value: T | undefined, app: App): T {
  if (value === undefined) throw new Error(`the rules have no dialect ${app.dialect}`);
  return value;
}
