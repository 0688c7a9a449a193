import type { Context, Hono } from 'hono';
import type { JsonObject } from '../../contract/json.ts';
import { type App, apps } from './apps.ts';
import { bodyText, send } from './http-replies.ts';
import type { Hub } from './hub.ts';
import type { PusherPolicies, Reply } from './policies.ts';
import { membersOf } from './presence.ts';
import { isPresence } from './protocol.ts';
import type { Publish } from './publisher.ts';
import { readTriggers, type Trigger, type TriggerRequest } from './trigger-request.ts';

interface Parts {
  readonly policies: PusherPolicies;
  readonly publish: Publish;
  readonly hubOf: (app: App) => Hub;
}

const refused = (status: number, message: string): Reply => ({ status, body: { error: message } });

/** The signed API by which anybody with the secret publishes: `/apps/{id}/…`. */
export function mountTriggerApi(server: Hono, { policies, publish, hubOf }: Parts): void {
  const route = (
    call: string,
    method: 'GET' | 'POST',
    path: string,
    answer: (request: TriggerRequest, hub: Hub, c: Context) => Reply,
  ): void => {
    server.on(method, `/apps/:app${path}`, async (c) => {
      const app = apps.find(({ id }) => id === c.req.param('app'));
      if (!app) return send(c, refused(401, 'no such app'));
      const url = new URL(c.req.url);
      const request: TriggerRequest = {
        app,
        method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: method === 'POST' ? await bodyText(c) : '',
        now: Date.now() / 1000,
      };
      const denials = policies.triggerDenials(request);
      const reply =
        denials.length > 0
          ? refused(401, `not authentic: ${denials.join(', ')}`)
          : answer(request, hubOf(app), c);
      return send(c, policies.triggerReply(call, reply));
    });
  };

  const trigger =
    (call: 'events' | 'batch') =>
    (request: TriggerRequest, hub: Hub): Reply => {
      const triggers = readTriggers(call, request.body, policies.triggerLimits(), policies.triggerData);
      if ('status' in triggers) return refused(triggers.status, triggers.message);
      for (const { name, channels, data, except } of policies.batchOrder(triggers)) {
        for (const channel of channels) {
          publish({ app: request.app, channel, name, data, ...(except === undefined ? {} : { except }) });
        }
      }
      return { status: 200, body: infoOf(call, triggers, hub) };
    };

  route('events', 'POST', '/events', trigger('events'));
  route('batch', 'POST', '/batch_events', trigger('batch'));
  route('channels', 'GET', '/channels', ({ query }, hub) => {
    const prefix = query.filter_by_prefix ?? '';
    const info = query.info?.split(',') ?? [];
    if (info.includes('user_count') && !prefix.startsWith('presence-')) {
      return refused(400, 'user_count is of presence channels only');
    }
    const names = [...hub.channels()].filter((name) => policies.lists(name, prefix));
    return {
      status: 200,
      body: { channels: Object.fromEntries(names.map((name) => [name, attributes(name, info, hub)])) },
    };
  });
  route('channel', 'GET', '/channels/:channel', ({ query }, hub, c) => {
    const channel = c.req.param('channel') ?? '';
    const info = query.info?.split(',') ?? [];
    if (info.includes('user_count') && !isPresence(channel)) {
      return refused(400, 'user_count is of presence channels only');
    }
    return {
      status: 200,
      body: { occupied: hub.subscribers(channel).size > 0, ...attributes(channel, info, hub) },
    };
  });
  route('users', 'GET', '/channels/:channel/users', (_request, hub, c) => {
    const channel = c.req.param('channel') ?? '';
    if (!isPresence(channel)) return refused(400, 'users are of presence channels only');
    return { status: 200, body: { users: membersOf(hub, channel).map(({ userId }) => ({ id: userId })) } };
  });
}

function infoOf(call: 'events' | 'batch', triggers: readonly Trigger[], hub: Hub): JsonObject {
  if (triggers.every(({ info }) => info.length === 0)) return {};
  const of = ({ channels, info }: Trigger): readonly (readonly [string, JsonObject])[] =>
    channels.map((channel) => [channel, attributes(channel, info, hub)]);
  return call === 'events'
    ? { channels: Object.fromEntries(triggers.flatMap(of)) }
    : { batch: triggers.map((each) => of(each)[0]?.[1] ?? {}) };
}

function attributes(channel: string, info: readonly string[], hub: Hub): JsonObject {
  return {
    ...(info.includes('subscription_count') ? { subscription_count: hub.subscribers(channel).size } : {}),
    ...(info.includes('user_count') ? { user_count: membersOf(hub, channel).length } : {}),
  };
}
