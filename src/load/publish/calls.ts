import { md5, requestSignature } from '../../wire/sign.ts';
import type { ChannelPlan, LoadPlan } from '../plan/load-plan.ts';
import type { PublishVia } from '../plan/publish-via.ts';
import { payloadOf } from './payload.ts';

/** One HTTP request that publishes. */
export interface PublishCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request by which one publish is made. `wallSeconds` is what a signature is made at. */
export function callOf(
  plan: LoadPlan,
  via: PublishVia,
  channel: number,
  seq: number,
  wallSeconds: number,
): PublishCall {
  const payload = JSON.stringify(payloadOf(plan, via, channel, seq));
  switch (via.kind) {
    case 'pusher-http':
      return triggerCall(via, nameOf(plan.channels[channel]), payload, wallSeconds);
    case 'emit-rest': {
      const { urls = [], headers } = via.channels[channel] ?? {};
      return {
        url: urls[seq % urls.length] ?? '',
        headers: { ...headers, 'content-type': 'application/json' },
        body: payload,
      };
    }
  }
}

function triggerCall(
  via: Extract<PublishVia, { readonly kind: 'pusher-http' }>,
  channel: string,
  data: string,
  wallSeconds: number,
): PublishCall {
  const body = JSON.stringify({ name: via.event, channels: [channel], data });
  const query = {
    auth_key: via.key,
    auth_timestamp: String(Math.floor(wallSeconds)),
    auth_version: '1.0',
    body_md5: md5(body),
  };
  const auth_signature = requestSignature(via.secret, 'POST', via.path, query);
  const search = new URLSearchParams({ ...query, auth_signature });
  return {
    url: `${via.origin}${via.path}?${search}`,
    headers: { ...via.headers, 'content-type': 'application/json' },
    body,
  };
}

function nameOf(channel: ChannelPlan | undefined): string {
  if (!channel) throw new Error('a publish for a channel that the plan does not have');
  return channel.name;
}
