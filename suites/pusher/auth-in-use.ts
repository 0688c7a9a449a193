import { isObject, parseJson } from '../../src/contract/json.ts';
import { insteadText, type Judgement, passed, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { type Encoding, signatureIn } from '../../src/surfaces/pusher/auth-endpoint.ts';
import { subscriptionAnswer } from '../../src/surfaces/pusher/message.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Exchange } from '../../src/wire/event.ts';
import { encodings } from './auth-answers.ts';
import { wrong } from './frames.ts';

/** On connections of our own the endpoint's signatures are put to use. */
export function openingScene(): Scene<PusherVerbs> {
  return scene<PusherVerbs>(
    'pusher',
    'pusher/auth-endpoint-opens',
    {
      title: "the endpoint's signatures in use",
      needs: ['ws', 'sign', 'auth'],
      cost: { jobs: 0, connections: 2 },
    },
    async ({ connections, endpoint, auth, rules }) => {
      const client = auth.client();
      const channel = rules.names.channel.replace('{id}', client?.id ?? '');
      await Promise.all(
        encodings.map(async (encoding) => {
          await connections.connect(encoding, { away: true });
          const answer = await endpoint.request({
            name: 'auth',
            method: 'POST',
            encoding,
            authorization: `Bearer ${client?.tokens.api ?? ''}`,
            accept: 'application/json',
            socket_id: connections.socketId(encoding),
            channel_name: channel,
          });
          await connections.attempt(encoding, channel, {
            step: `opens ${encoding}`,
            auth: signatureIn(answer) ?? '',
          });
        }),
      );
    },
  );
}

/** The request whose signature was put to use on that connection. */
function askedFor(view: View, encoding: Encoding): Exchange | undefined {
  const type = encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return view.recording.events.find(
    (event): event is Exchange =>
      event.kind === 'exchange' && event.peer === 'auth' && event.requestHeaders['content-type'] === type,
  );
}

/** True where whoever has the secret could tell that the signature does not hold. */
export function isKnownWrong(view: View, encoding: Encoding): boolean {
  const exchange = askedFor(view, encoding);
  return view.recording.events.some(
    (event) =>
      event.kind === 'fact' &&
      event.name === 'signature' &&
      isObject(event.value) &&
      event.value.exchange === exchange?.seq &&
      !['valid', 'unknown'].includes(String(event.value.verdict)),
  );
}

/** The channel opens to the signature that the endpoint gave for it. */
export function opens(view: View, encoding: Encoding): Judgement {
  const step = view.step(`opens ${encoding}`);
  const exchange = askedFor(view, encoding);
  if (!exchange || signatureIn(exchange) === undefined) return untestable('the endpoint gave no signature');
  if (view.maybeStep(`proof ${encoding}`)?.outcome !== 'ok')
    return untestable('nothing is ever confirmed here');
  const event = view.recording.events[step.events[0] ?? -1];
  const isOpen =
    event?.kind === 'frame' && subscriptionAnswer(event, channelIn(exchange) ?? '') === 'granted';
  return isOpen
    ? passed([encoding])
    : wrong(
        'refused',
        'subscription_succeeded',
        event?.kind === 'frame' ? insteadText(event.text) : 'nothing',
        event,
      );
}

/** The channel that a request asked for, in either encoding. */
function channelIn({ requestBody = '' }: Exchange): string | undefined {
  const json = parseJson(requestBody);
  if (isObject(json)) return typeof json.channel_name === 'string' ? json.channel_name : undefined;
  return new URLSearchParams(requestBody).get('channel_name') ?? undefined;
}
