import type { PusherTarget, Target } from '../../target/target.ts';
import {
  canRevoke,
  canScript,
  hasTriggerApi,
  lackOf,
  otherClient,
  ownClient,
  performerOf,
  takesWebhooks,
} from './performer.ts';

/** The sink listens on loopback: a server elsewhere is not to blame for webhooks that cannot arrive. */
function reachesUs(target: PusherTarget): boolean {
  const { hostname } = new URL(target.urls.api ?? 'http://localhost');
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * What a pusher target lacks of some needs, each with a reason. Words: `ws`, `sign`, `auth`, `emit`, `jobs`,
 * `hold`, `publish`, `trigger` (the signed API itself), `control`, `revoke`, `webhooks`, `second-client`, and
 * `offers:WORD` for any word below.
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
    case 'emit': {
      if (performerOf(target, 'publish')) return undefined;
      if (target.role === 'relay') return lacksTo(target, 'publish');
      return performerOf(target, 'submit') ? undefined : lacksTo(target, 'submit', 'publish');
    }
    case 'jobs':
      return performerOf(target, 'submit') ? undefined : lacksTo(target, 'submit');
    case 'hold':
      if (canScript(target)) return undefined;
      return lackOf(target, 'hold', 'step') ?? 'no one driver performs both hold and step';
    case 'publish':
      return performerOf(target, 'publish') ? undefined : lacksTo(target, 'publish');
    case 'trigger':
      return target.drivers.includes('pusher-http') && hasTriggerApi(target)
        ? undefined
        : `no driver pusher-http, which needs ${needs.publish}: the trigger API cannot be asked`;
    case 'control':
      return target.control === undefined ? 'the target has no control URL' : undefined;
    case 'revoke':
      return canRevoke(target) ? undefined : 'no driver performs revoke and restore';
    case 'webhooks':
      if (target.jobs?.webhooks !== true) return 'the target file does not say jobs.webhooks: true';
      if (!takesWebhooks(target)) return 'a job that a command submits is given no webhook URL';
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

/** What the drivers other than a program need, by what they do. */
const needs = {
  submit: 'urls.api, jobs and a client with an api token',
  publish: 'urls.trigger, app.id and app.secret',
} as const;

/** Why none of the verbs is performed, and what it takes. */
function lacksTo(target: PusherTarget, ...verbs: readonly (keyof typeof needs)[]): string {
  if (target.drivers.includes('command')) return `no driver performs ${verbs.join(' or ')}`;
  const ways = verbs.map((verb) => `${verb === 'submit' ? 'jobs-rest' : 'pusher-http'} needs ${needs[verb]}`);
  return `no driver performs ${verbs.join(' or ')}: ${ways.join('; ')}`;
}

/** `offers` words of requirements, rows and open points. */
export function offers(target: Target, word: string): boolean {
  if (target.surface !== 'pusher') return false;
  const own = ownClient(target);
  switch (word) {
    case 'trigger-api':
      return (
        hasTriggerApi(target) ||
        (performerOf(target, 'publish') === 'command' && target.capabilities.includes(word))
      );
    case 'auth-endpoint':
      // A relay is not asked for what its publisher's own server does.
      return target.role === 'application' || target.urls.auth !== undefined;
    case 'publish':
      return target.role === 'relay' || hasTriggerApi(target) || performerOf(target, 'publish') !== undefined;
    case 'status-api':
      // Whose jobs are made is asked for their status: where no driver can, that is untestable, and no excuse.
      return performerOf(target, 'submit') !== undefined;
    case 'webhooks':
      return performerOf(target, 'submit') !== undefined && takesWebhooks(target) && reachesUs(target);
    case 'failing-jobs':
      return performerOf(target, 'submitFailing') !== undefined;
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
      return canRevoke(target);
    case 'hold':
    case 'step':
      return canScript(target);
    default:
      return target.capabilities.includes(word);
  }
}
