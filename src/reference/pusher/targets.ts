import type { JsonObject } from '../../contract/json.ts';
import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Address } from '../surface-server.ts';
import { type App, apps } from './apps.ts';

/** What a target of this surface offers, in the words of `applies.offers` and of the rows of the rules. */
const capabilities = [
  'trigger-api',
  'status-api',
  'webhooks',
  'image-jobs',
  'other-jobs',
  'failing-jobs',
  'foreign-client',
  'revoked-token',
  'long-id',
  'secret',
  'hold',
  'step',
  'revoke',
  'presence',
  'client-events',
  'encrypted',
  'cache',
  'sign-in',
  'batch',
  'queries',
];

/** The entries of a target file that reach this surface: one for each app. */
export function pusherTargets({ http, ws }: Address, { authEndpoint }: PusherRules): readonly JsonObject[] {
  return apps.map((app) => ({
    name: app.dialect,
    surface: 'pusher',
    dialect: app.dialect,
    role: 'application',
    urls: { ws, auth: http + authEndpoint.path, trigger: http, api: http },
    app: { id: app.id, key: app.key, secret: app.secret },
    clients: app.clients.map(({ id, tenant, api, revoked }) => ({ id, tenant, tokens: { api, revoked } })),
    drivers: ['jobs-rest', 'pusher-http'],
    jobs: {
      submit: { path: '/api/v1/client/txt2img', body: { prompt: 'a plumb line', model: 'reference' } },
      submitFailing: {
        path: '/api/v1/client/txt2img',
        body: { prompt: 'a plumb line', model: 'reference', fails: true },
      },
      submitOther: { path: '/api/v1/client/txt2audio', body: { prompt: 'a plumb line', model: 'reference' } },
      status: { path: '/api/v1/client/request-status/{request}' },
      webhooks: true,
    },
    capabilities,
    dedicated: true,
  }));
}

/** What to copy to try the surface by hand. */
export function pusherOffers({ http, ws }: Address, rules: PusherRules): readonly string[] {
  return apps.flatMap((app) => linesOf(app, http, ws, rules));
}

function linesOf(
  app: App,
  http: string,
  ws: string,
  { names, authEndpoint }: PusherRules,
): readonly string[] {
  const client = app.clients[0];
  if (!client) return [];
  return [
    `pusher  ${app.dialect.padEnd(9)}  ${ws}/app/${app.key}?protocol=7  ${names.channel.replace('{id}', client.id)}`,
    `        auth       POST ${http}${authEndpoint.path}  Authorization: Bearer ${client.api}`,
    `        submit     POST ${http}/api/v1/client/txt2img  Authorization: Bearer ${client.api}`,
    `        trigger    POST ${http}/apps/${app.id}/events  secret ${app.secret}`,
  ];
}
