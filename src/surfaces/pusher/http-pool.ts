import { isObject } from '../../contract/json.ts';
import type { Stage } from '../../suite/scene.ts';
import type { Exchange } from '../../wire/event.ts';
import { HttpClient } from '../../wire/http.ts';
import { isByCommand, whyByCommand } from '../command-program.ts';

/** One HTTP request of a driver. */
export interface Call {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** It changes nothing to ask twice. */
  readonly isSafe?: boolean;
}

/** One pool of HTTP connections per target and run. */
export function httpOf(stage: Stage): HttpClient {
  const known = stage.shared.get('http');
  if (known instanceof HttpClient) return known;
  const made = new HttpClient(stage.target.tls, stage.connectMs);
  stage.shared.set('http', made);
  return made;
}

/** Makes one exchange, under the target's own headers and its limit of requests. */
export async function exchange(stage: Stage, call: Call): Promise<Exchange> {
  await stage.turn();
  return httpOf(stage).exchange(stage.recorder.transcript, {
    ...call,
    headers: { ...stage.target.headers, ...call.headers },
    ms: stage.answerMs,
  });
}

/** 2xx, and not an error in disguise. */
export function isTaken({ status, json }: Exchange): boolean {
  if (status < 200 || status > 299) return false;
  return !(isObject(json) && json.error !== undefined && json.error !== null);
}

/** Why a call was not taken, in words. */
export function whyNot(exchange: Exchange): string {
  if (isByCommand(exchange)) return whyByCommand(exchange);
  const { method, url, status, body, error } = exchange;
  const asked = `${method} ${URL.canParse(url) ? new URL(url).pathname : url}`;
  if (status === 0) return `${asked}: ${error ?? 'no answer'}`;
  return `${asked} was answered ${status} ${body.slice(0, 120)}`.trim();
}
