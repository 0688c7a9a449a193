import { MarkerReader } from './marker.ts';
import type { Reading, SessionReader, SessionState } from './session.ts';

/** Steps of a job from its first event to its last: progress 0, 10, … 100. */
export const placesOfJob = 11;

/** A subscriber of a private channel, by the Pusher protocol. This file runs in Node and in k6. */
export class PusherSession implements SessionReader {
  channel = 0;
  seq = 0;
  reply = '';
  reason = '';
  readonly #run: number;
  readonly #marker = new MarkerReader();

  constructor(run: number) {
    this.#run = run;
  }

  opened(): undefined {
    return undefined;
  }

  read(text: string, state: SessionState): Reading {
    const at = this.#marker.find(text);
    if (at >= 0 && this.#marker.run === this.#run) {
      this.channel = this.#marker.channel;
      this.seq = this.#marker.number * placesOfJob + placeIn(text, at);
      return 'delivery';
    }
    return this.#protocol(text, state);
  }

  subscribe(channelName: string, auth: string): string {
    return JSON.stringify({ event: 'pusher:subscribe', data: { channel: channelName, auth } });
  }

  leave(channelName: string): string {
    return JSON.stringify({ event: 'pusher:unsubscribe', data: { channel: channelName } });
  }

  fence(): string {
    return '{"event":"pusher:ping","data":{}}';
  }

  #protocol(text: string, state: SessionState): Reading {
    const message = parsed(text);
    switch (message?.event) {
      case 'pusher:connection_established': {
        const data = typeof message.data === 'string' ? parsed(message.data) : message.data;
        const socketId = (data as { socket_id?: unknown } | undefined)?.socket_id;
        if (typeof socketId !== 'string') return this.#refused('a greeting without a socket id');
        state.socketId = socketId;
        return 'authorize';
      }
      case 'pusher_internal:subscription_succeeded':
        state.ready = true;
        return 'ready';
      case 'pusher:ping':
        this.reply = '{"event":"pusher:pong","data":{}}';
        return 'reply';
      case 'pusher:pong':
        return state.leaving ? 'fence' : 'other';
      case 'pusher:error':
      case 'pusher:subscription_error':
      case 'pusher_internal:subscription_error':
        return state.ready ? 'other' : this.#refused(text.slice(0, 200));
      default:
        return 'other';
    }
  }

  #refused(reason: string): Reading {
    this.reason = reason;
    return 'refused';
  }
}

/** The step of a job that an update is about, by its progress: a number, or one in a string. */
function placeIn(text: string, from: number): number {
  let at = text.indexOf('progress', from);
  if (at < 0) at = text.lastIndexOf('progress', from);
  if (at < 0) return 0;
  at += 'progress'.length;
  while (at < text.length && !isDigit(text.charCodeAt(at))) at += 1;
  return Math.round(Number.parseFloat(text.slice(at, at + 6)) / 10) || 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function parsed(text: string): { readonly event?: unknown; readonly data?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
