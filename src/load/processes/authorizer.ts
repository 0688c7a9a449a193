import { channelSignature } from '../../wire/sign.ts';
import { tlsConnectOptions } from '../../wire/tls-options.ts';
import { Agent, request } from '../../wire/undici.ts';
import type { Authorize, LoadPlan } from '../plan/load-plan.ts';

/** Gets what opens a private channel for a socket; undefined where it is refused or does not come. */
export type Authorizer = (socketId: string, channelName: string) => Promise<string | undefined>;

type Endpoint = Extract<Authorize, { readonly kind: 'endpoint' }>;

/** Signs by itself or asks the target's endpoint, as the plan has it. */
export function authorizerOf({ authorize, tls, deadlines }: LoadPlan): Authorizer {
  switch (authorize.kind) {
    case 'none':
      return async () => '';
    case 'sign':
      return async (socketId, channelName) =>
        `${authorize.key}:${channelSignature(authorize.secret, socketId, channelName)}`;
    case 'endpoint': {
      const agent = new Agent({
        connect: {
          timeout: deadlines.connectMs,
          ...tlsConnectOptions(tls),
        },
        headersTimeout: deadlines.answerMs,
        bodyTimeout: deadlines.answerMs,
      });
      return (socketId, channelName) => ask(agent, authorize, socketId, channelName);
    }
  }
}

async function ask(
  agent: Agent,
  { url, headers, body }: Endpoint,
  socketId: string,
  channelName: string,
): Promise<string | undefined> {
  const fields = { socket_id: socketId, channel_name: channelName };
  const type = body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: { accept: 'application/json', ...headers, 'content-type': type },
      body: body === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    });
    const { auth } = JSON.parse(await answer.body.text()) as { readonly auth?: unknown };
    return typeof auth === 'string' && answer.statusCode < 300 ? auth : undefined;
  } catch {
    return undefined;
  }
}
