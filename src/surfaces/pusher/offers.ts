import type { Client, PusherTarget, Target } from '../../target/target.ts';

/** The client whose channel most scenes use. */
export function ownClient(target: PusherTarget): Client | undefined {
  return target.clients.find((client) => client.tenant === 'own');
}

/** Another client, of another tenant where there is one: what is its must stay with it. */
export function otherClient(target: PusherTarget): Client | undefined {
  const own = ownClient(target);
  const others = target.clients.filter((client) => client !== own && client.tokens.api !== undefined);
  return others.find((client) => client.tenant === 'foreign') ?? others[0];
}

/** True where jobs can be submitted over REST. */
export function hasJobs(target: PusherTarget): boolean {
  return (
    target.drivers.includes('jobs-rest') &&
    target.urls.api !== undefined &&
    target.jobs !== undefined &&
    ownClient(target)?.tokens.api !== undefined
  );
}

/** True where events can be published through the signed trigger API. */
export function hasTrigger(target: PusherTarget): boolean {
  const { urls, app } = target;
  return urls.trigger !== undefined && app.id !== undefined && app.secret !== undefined;
}

/** The sink listens on loopback: a server elsewhere is not to blame for webhooks that cannot arrive. */
function reachesUs(target: PusherTarget): boolean {
  const { hostname } = new URL(target.urls.api ?? 'http://localhost');
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** True where a job can be held and moved step by step. */
export function canScript(target: PusherTarget): boolean {
  return hasJobs(target) && ['hold', 'step'].every((word) => target.capabilities.includes(word));
}

/**
 * What a pusher target lacks of some needs, each with a reason. Words: `ws`, `sign`, `auth`, `emit`, `jobs`,
 * `hold`, `trigger`, `control`, `revoke`, `webhooks`, `second-client`, and `offers:WORD` for any word below.
 */
export function missing(target: Target, needs: readonly string[]): string[] {
  if (target.surface !== 'pusher') return ['not a pusher target'];
  return needs.flatMap((need) => lacks(target, need) ?? []);
}

function lacks(target: PusherTarget, need: string): string | undefined {
  const { urls, app } = target;
  const token = ownClient(target)?.tokens.api;
  switch (need) {
    case 'ws':
      return urls.ws === undefined ? 'no urls.ws' : undefined;
    case 'sign':
      if (app.secret !== undefined || (urls.auth !== undefined && token !== undefined)) return undefined;
      return 'nothing signs subscriptions: app.secret, or urls.auth and a client with an api token, is needed';
    case 'auth':
      if (urls.auth === undefined) return 'no auth endpoint (urls.auth)';
      return token === undefined ? 'no client of ours has an api token' : undefined;
    case 'emit':
      if (target.role === 'application' ? hasJobs(target) || hasTrigger(target) : hasTrigger(target))
        return undefined;
      return 'no driver makes it emit: jobs-rest needs urls.api, jobs and an api token, pusher-http needs urls.trigger, app.id and app.secret';
    case 'jobs':
      return hasJobs(target)
        ? undefined
        : 'no driver submits jobs: jobs-rest needs urls.api, jobs and a client with an api token';
    case 'hold':
      return canScript(target) ? undefined : 'no driver performs hold and step';
    case 'trigger':
      return hasTrigger(target)
        ? undefined
        : 'no driver publishes: pusher-http needs urls.trigger, app.id and app.secret';
    case 'control':
      return target.control === undefined ? 'the target has no control URL' : undefined;
    case 'revoke':
      return target.control === undefined ? 'no driver performs revoke' : undefined;
    case 'webhooks':
      if (target.jobs?.webhooks !== true) return 'the target file does not say jobs.webhooks: true';
      return reachesUs(target)
        ? undefined
        : 'webhooks come to this machine alone, and the target is on another';
    case 'second-client':
      return otherClient(target) === undefined ? 'no second client with an api token' : undefined;
    default:
      if (!need.startsWith('offers:')) return `unknown need ${need}`;
      return offers(target, need.slice(7)) ? undefined : `the target does not offer ${need.slice(7)}`;
  }
}

/** `offers` words of requirements, rows and open points. */
export function offers(target: Target, word: string): boolean {
  if (target.surface !== 'pusher') return false;
  const own = ownClient(target);
  switch (word) {
    case 'trigger-api':
      return hasTrigger(target);
    case 'status-api':
      return hasJobs(target);
    case 'webhooks':
      return hasJobs(target) && target.jobs?.webhooks === true && reachesUs(target);
    case 'failing-jobs':
      return target.jobs?.submitFailing !== undefined;
    case 'foreign-client':
      return target.clients.some((client) => client.tenant === 'foreign');
    case 'revoked-token':
      return own?.tokens.revoked !== undefined;
    case 'long-id':
      return (own?.id.length ?? 0) > 1;
    case 'secret':
      return target.app.secret !== undefined;
    case 'secure':
      return target.urls.ws?.startsWith('wss:') ?? false;
    case 'control':
      return target.control !== undefined;
    case 'revoke':
      return target.control !== undefined;
    case 'hold':
    case 'step':
      return canScript(target);
    default:
      return target.capabilities.includes(word);
  }
}
