import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { PusherTarget } from '../../target/target.ts';
import type { Authorize, ChannelPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import type { Lacking, Preparation, Stamped } from './preparation.ts';

/** What a pusher target lacks for a load. */
export function lackingForPusher(
  target: PusherTarget,
  needs: { readonly publish: boolean; readonly channels: number },
): Lacking {
  const lacking: string[] = [];
  const client = target.clients.find(({ tenant }) => tenant === 'own');
  if (target.urls.ws === undefined) lacking.push('urls.ws: where subscribers connect');
  if (target.app.secret === undefined) {
    if (target.urls.auth === undefined) lacking.push('app.secret, or urls.auth: to authorize subscriptions');
    else if (client?.tokens.api === undefined)
      lacking.push('a client of its own with tokens.api, for urls.auth');
    else if (needs.channels > 1)
      lacking.push('app.secret: the auth endpoint opens the channel of one client alone');
  }
  if (needs.publish && !target.drivers.includes('pusher-http')) {
    lacking.push(
      'the driver pusher-http (urls.trigger, app.id, app.secret): to publish at a schedule of ours',
    );
  }
  return lacking;
}

/** Channels, signatures and the trigger API of a pusher target; nothing has to be begun for it. */
export function preparePusher(
  rules: PusherRules,
  target: PusherTarget,
  dialect: string,
  { run, stage }: Stamped,
): Preparation {
  const [progress, preview] = [rules.dialects[dialect]?.progress, rules.dialects[dialect]?.preview];
  const right = rules.protocol.connections.right;
  if (!right) throw new Error('the rules have no right way to connect');
  const url = urlOf(target, right.path, right.query);
  const names = channelNames(rules, target, run, stage.channels);
  const channels = names.map((name): ChannelPlan => ({ name, url, headers: target.headers }));
  const [good] = channels;
  return {
    channels,
    authorize: authorizeOf(target, rules.dialects[dialect]?.body === 'form' ? 'form' : 'json'),
    // A key that no app has: what lets nobody in.
    ...(good
      ? {
          intruder: {
            good,
            bad: { ...good, url: urlOf(target, right.path, right.query, `plumbline-${run.toString(16)}`) },
          },
        }
      : {}),
    ...viaOf(rules, target, progress === 'decimal-string' ? progress : 'number', preview === 'data-uri'),
    finish: async () => {},
  };
}

/** With the secret any channel can be opened, so a load is put on channels of its own; else on the client's. */
function channelNames(
  rules: PusherRules,
  target: PusherTarget,
  run: number,
  count: number,
): readonly string[] {
  if (target.app.secret === undefined) {
    const client = target.clients.find(({ tenant }) => tenant === 'own');
    return [rules.names.channel.replace('{id}', client?.id ?? '')];
  }
  return Array.from({ length: count }, (_, n) =>
    rules.names.channel.replace('{id}', `plumbline-${run.toString(16).padStart(8, '0')}-${n}`),
  );
}

function authorizeOf(target: PusherTarget, body: 'form' | 'json'): Authorize {
  const { key, secret } = target.app;
  if (secret !== undefined) return { kind: 'sign', key, secret };
  const token = target.clients.find(({ tenant }) => tenant === 'own')?.tokens.api ?? '';
  return {
    kind: 'endpoint',
    url: target.urls.auth ?? '',
    headers: { ...target.headers, authorization: `Bearer ${token}` },
    body,
  };
}

function viaOf(
  rules: PusherRules,
  target: PusherTarget,
  progress: 'number' | 'decimal-string',
  isDataUri: boolean,
): { readonly via?: PublishVia } {
  const { app, urls, drivers, headers } = target;
  if (!drivers.includes('pusher-http') || app.secret === undefined || urls.trigger === undefined) return {};
  const origin = urls.trigger.replace(/\/$/, '');
  return {
    via: {
      kind: 'pusher-http',
      origin,
      path: rules.triggerApi.calls.events.path.replace('{app}', app.id ?? ''),
      key: app.key,
      secret: app.secret,
      event: rules.names.event,
      progress,
      previewPrefix: isDataUri ? 'data:image/png;base64,' : '',
      headers,
    },
  };
}

function urlOf(
  target: PusherTarget,
  path: string,
  query: Readonly<Record<string, string>> | undefined,
  key = target.app.key,
): string {
  return `${target.urls.ws ?? ''}${path.replace('{key}', key)}?${new URLSearchParams(query)}`;
}
