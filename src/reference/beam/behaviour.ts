import { isObject, type Json } from '../../contract/json.ts';
import type { BeamOnAPort } from './beam-on-a-port.ts';
import { type Talk, talkTo, type Upgrade, upgrade } from './talk.ts';

/**
 * What one endpoint does when it is put through everything that a fault or a reading can change, as plain data:
 * equal for two servers that behave alike. Nothing here judges.
 */
export async function behaviourOf(server: BeamOnAPort, dialect: string): Promise<Record<string, Json>> {
  const url = `${server.ws}/beam/${dialect}/`;
  const token = `plumbline-${dialect}-token-0123456789`;
  const good = { authorization: `Bearer ${token}` };
  const seen: Record<string, Json> = {};

  const attempts: [string, string, Record<string, string>][] = [
    ['valid', '', good],
    ['none', '', {}],
    ['empty', '', { authorization: 'Bearer' }],
    ['garbage', '', { authorization: 'Bearer nobody' }],
    ['truncated', '', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['wrong-scheme', '', { authorization: `Basic ${token}` }],
    ['revoked', '', { authorization: `Bearer plumbline-${dialect}-revoked-0123456789` }],
    ['query', `?auth_token=${token}`, {}],
    ['query-garbage', '?auth_token=nobody', {}],
  ];
  await Promise.all(
    attempts.map(async ([name, query, headers]) => {
      seen[name] = await door(await upgrade(url + query, headers));
    }),
  );
  seen.get = await fetch(url.replace('ws:', 'http:')).then(
    (answer) => answer.headers.get('content-type'),
    () => 'no answer',
  );
  if (seen.valid !== 'opened') return seen;

  // Each on a connection of its own, with a transform behind it to show that the connection lives.
  const inputs: Record<string, string | Buffer> = {
    transform: '{"nonce":"n","op":"transform"}',
    stream: '{"nonce":"n","op":"stream","n":3}',
    fail: '{"nonce":"n","op":"fail"}',
    unicode: '{"nonce":"žluť 🪢","op":"transform"}',
    further: '{"nonce":"n","op":"transform","more":1}',
    array: '[]',
    text: 'not JSON',
    binary: Buffer.from([0, 255, 254]),
  };
  await Promise.all(
    Object.entries(inputs).map(async ([name, input]) => {
      seen[name] = await inputOf(url, good, input);
    }),
  );

  const [one, two] = [await upgrade(url, good), await upgrade(url, good)];
  if (one.kind === 'opened' && two.kind === 'opened') {
    two.talk.send({ nonce: 'two', op: 'transform' });
    await two.talk.until(4, 100);
    seen.isolation = [outputs(one.talk), outputs(two.talk)];
  }

  const idle = await upgrade(url, { ...good, 'x-plumbline-connection': 'idle' });
  if (idle.kind === 'opened') {
    await idle.talk.until(100, 150);
    const early = Math.min(idle.talk.frames.length, 3);
    server.timers.advance('idle', 10_000);
    await idle.talk.until(100, 100);
    seen.idle = [early, idle.talk.frames.length > 3, idle.talk.frames.length, idle.talk.socket.readyState];
    seen.beat = idle.talk.frames.slice(0, 1).map(({ binary, text }) => `${text} ${binary}`);
  }
  return seen;
}

async function door(made: Upgrade): Promise<Json> {
  if (made.kind === 'refused') return made.status;
  if (made.kind === 'broken') return made.reason.replace(/\d{4,}/, 'N');
  await made.talk.until(2, 20);
  const closed = await Promise.race([
    made.talk.closed,
    new Promise<0>((resolve) => setTimeout(resolve, 20, 0)),
  ]);
  made.talk.socket.terminate();
  return closed === 0 ? 'opened' : `opened, ${outputs(made.talk).length} frames, closed ${closed}`;
}

async function inputOf(url: string, headers: Record<string, string>, input: string | Buffer): Promise<Json> {
  let talk: Talk;
  try {
    talk = await talkTo(url, headers);
  } catch {
    return 'not opened';
  }
  talk.socket.send(input);
  talk.send({ nonce: 'after', op: 'transform' });
  talk.send({ nonce: 'last', op: 'transform' });
  const closed = await Promise.race([talk.closed, fence(talk)]);
  talk.socket.terminate();
  return [outputs(talk), closed];
}

/** Resolves when the last answer is there, or never will be, also on a machine that stands still for a while. */
async function fence(talk: Talk): Promise<0> {
  const deadline = Date.now() + 4000;
  for (let count = 1; Date.now() < deadline; count += 1) {
    if (talk.frames.some(({ text }) => text.includes('last'))) break;
    await talk.until(count, deadline - Date.now());
  }
  return 0;
}

/** Outputs without proofs, heartbeats left out. */
function outputs(talk: Talk): Json[] {
  return talk.frames
    .filter(({ json }) => !(isObject(json) && json.type === 'ping'))
    .map(
      ({ binary, json, text }) =>
        `${json === undefined ? 'no JSON ' : ''}${binary ? 'binary ' : ''}${short(text)}`,
    );
}

function short(text: string): string {
  return text.replace(/[0-9a-f]{64}/g, 'proof');
}
