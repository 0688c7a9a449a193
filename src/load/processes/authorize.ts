import { request } from 'undici';
import { channelSignature } from '../../wire/sign.ts';
import type { Authorize } from '../plan/load-plan.ts';

/** The signature that opens a channel for a socket: made here, or asked of the target's endpoint. */
export async function signatureFor(by: Authorize, socketId: string, channel: string): Promise<string> {
  switch (by.kind) {
    case 'none':
      return '';
    case 'sign':
      return `${by.key}:${channelSignature(by.secret, socketId, channel)}`;
    case 'endpoint': {
      const fields = { socket_id: socketId, channel_name: channel };
      const isForm = by.body === 'form';
      const answer = await request(by.url, {
        method: 'POST',
        headers: {
          ...by.headers,
          accept: 'application/json',
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        },
        body: isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`the auth endpoint answered ${answer.statusCode}`);
      const { auth } = JSON.parse(text) as { readonly auth?: unknown };
      if (typeof auth !== 'string') throw new Error('the auth endpoint answered without a signature');
      return auth;
    }
  }
}
