import type { Authorize } from '../plan/load-plan.ts';
import type { Host } from './host.ts';

/**
 * Gives the signature that opens a private channel for a socket, made here or asked of the target's endpoint; or
 * the status by which it was refused, 0 where there was no answer. This file runs in Node and in k6.
 */
export async function authorizeChannel(
  host: Host,
  by: Authorize,
  socketId: string,
  channelName: string,
): Promise<{ readonly auth: string } | { readonly status: number }> {
  switch (by.kind) {
    case 'none':
      return { auth: '' };
    case 'sign':
      return { auth: `${by.key}:${host.sign(by.secret, `${socketId}:${channelName}`)}` };
    case 'endpoint':
      return askEndpoint(host, by, socketId, channelName);
  }
}

async function askEndpoint(
  host: Host,
  { url, headers, body }: Extract<Authorize, { readonly kind: 'endpoint' }>,
  socketId: string,
  channelName: string,
): Promise<{ readonly auth: string } | { readonly status: number }> {
  const isForm = body === 'form';
  try {
    const answer = await host.post(
      url,
      {
        ...headers,
        accept: 'application/json',
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      },
      isForm
        ? `socket_id=${encodeURIComponent(socketId)}&channel_name=${encodeURIComponent(channelName)}`
        : JSON.stringify({ socket_id: socketId, channel_name: channelName }),
    );
    if (answer.status !== 200) return { status: answer.status };
    const { auth } = JSON.parse(answer.body) as { readonly auth?: unknown };
    return typeof auth === 'string' ? { auth } : { status: 0 };
  } catch {
    return { status: 0 };
  }
}
