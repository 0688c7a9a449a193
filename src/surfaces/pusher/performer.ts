import type { Client, PusherTarget } from '../../target/target.ts';
import type { commandVerbs } from '../../target/verbs.ts';

/** Verbs by which a pusher target is made to emit, and what else a program can do for us there. */
export type PusherVerb = (typeof commandVerbs)['pusher'][number];

/** A driver that performs verbs. */
export type Performer = Exclude<PusherTarget['drivers'][number], 'none'>;

/** The driver that performs a verb: the first of the target's `drivers` that can. Undefined: none does. */
export function performerOf(target: PusherTarget, verb: PusherVerb): Performer | undefined {
  return target.drivers.find((driver): driver is Performer => driver !== 'none' && can[driver](target, verb));
}

const can: Readonly<Record<Performer, (target: PusherTarget, verb: PusherVerb) => boolean>> = {
  'jobs-rest': (target, verb) => hasJobApi(target) && isCallOf(target, verb),
  'pusher-http': (target, verb) => verb === 'publish' && hasTriggerApi(target),
  command: ({ command }, verb) => command?.verbs.includes(verb) ?? false,
};

function isCallOf({ jobs, capabilities }: PusherTarget, verb: PusherVerb): boolean {
  switch (verb) {
    case 'submit':
    case 'submitFailing':
    case 'submitOther':
    case 'status':
      return jobs?.[verb] !== undefined;
    case 'hold':
    case 'step':
      return ['hold', 'step'].every((word) => capabilities.includes(word));
    default:
      return false;
  }
}

/** Why no driver performs a verb, in words. */
export function lackOf(target: PusherTarget, ...verbs: readonly PusherVerb[]): string | undefined {
  const missing = verbs.filter((verb) => performerOf(target, verb) === undefined);
  return missing.length > 0 ? `no driver performs ${missing.join(' and ')}` : undefined;
}

/** True where a job can be held and moved step by step: by one driver, which knows what it holds. */
export function canScript(target: PusherTarget): boolean {
  const holder = performerOf(target, 'hold');
  return holder !== undefined && performerOf(target, 'step') === holder;
}

/** True where a token can be revoked, and made good again for those who need it after us. */
export function canRevoke(target: PusherTarget): boolean {
  return target.control !== undefined || lackOf(target, 'revoke', 'restore') === undefined;
}

/** True where a job can be given a webhook URL: by the job API alone, whose file says so. */
export function takesWebhooks(target: PusherTarget): boolean {
  const byProgram = (['submit', 'submitFailing'] as const).some(
    (verb) => performerOf(target, verb) === 'command',
  );
  return target.jobs?.webhooks === true && !byProgram;
}

/** True where the job API is there to be called. */
function hasJobApi(target: PusherTarget): boolean {
  return (
    target.urls.api !== undefined && target.jobs !== undefined && ownClient(target)?.tokens.api !== undefined
  );
}

/** True where the signed trigger API is there to be called. */
export function hasTriggerApi({ urls, app }: PusherTarget): boolean {
  return urls.trigger !== undefined && app.id !== undefined && app.secret !== undefined;
}

/** The client whose channel most scenes use. */
export function ownClient(target: PusherTarget): Client | undefined {
  return target.clients.find((client) => client.tenant === 'own');
}

/** Another client, of another tenant where there is one: what is its must stay with it. */
export function otherClient(target: PusherTarget): Client | undefined {
  const own = ownClient(target);
  // A program has keys of its own; who signs with the app's secret needs no token either.
  const needsToken = performerOf(target, 'submit') !== 'command' || target.app.secret === undefined;
  const others = target.clients.filter(
    (client) => client !== own && !(needsToken && client.tokens.api === undefined),
  );
  return others.find((client) => client.tenant === 'foreign') ?? others[0];
}
