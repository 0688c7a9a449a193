import type { Stage } from '../../suite/scene.ts';
import type { Exchange } from '../../wire/event.ts';
import { HttpClient } from '../../wire/http.ts';
import { isControlTaken } from '../control-answer.ts';
import type { Knock } from './door.ts';

/** A GET that asks for no upgrade. What it is answered with may never end, so only the head is waited for. */
export async function plainGet(stage: Stage, name: string, { url, headers }: Knock): Promise<Exchange> {
  await stage.turn();
  return httpOf(stage).exchange(stage.recorder.transcript, {
    name,
    method: 'GET',
    url: url.replace(/^ws/i, 'http'),
    headers,
    headOnly: true,
    ms: stage.answerMs,
  });
}

/** Moves the timers of one connection on, where the target has `control`. */
export async function advance(stage: Stage, connection: string, ms: number): Promise<boolean> {
  const { control, headers } = stage.target;
  if (control === undefined) return false;
  const exchange = await httpOf(stage).exchange(stage.recorder.transcript, {
    name: 'control',
    method: 'POST',
    url: control,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ op: 'advance', connection, seconds: ms / 1000 }),
    ms: stage.answerMs,
  });
  return isControlTaken(exchange);
}

/** One pool of HTTP connections per target and run. */
function httpOf(stage: Stage): HttpClient {
  const known = stage.shared.get('http');
  if (known instanceof HttpClient) return known;
  const made = new HttpClient(stage.target.tls, stage.connectMs);
  stage.shared.set('http', made);
  return made;
}
