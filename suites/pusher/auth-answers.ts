import { isObject } from '../../src/contract/json.ts';
import { instead, type Judgement, passed, type Reading, untestable } from '../../src/suite/judgement.ts';
import type { View } from '../../src/suite/view.ts';
import { type Encoding, signatureIn } from '../../src/surfaces/pusher/auth-endpoint.ts';
import type { Exchange } from '../../src/wire/event.ts';
import { cannotTell, exchangeOf, noAnswer, reading, wrong } from './frames.ts';

export const encodings: readonly Encoding[] = ['form', 'json'];

/** Name of the step in which a row was tried in an encoding. */
export const stepOf = (row: string, encoding: Encoding): string => `${row} as ${encoding}`;

/** Its own requirement says so; what is asked of refusals has nothing to be asked of. */
const notRefused: Judgement = { kind: 'not-applicable', reason: 'it was not refused at all' };

export interface Asked {
  readonly name: string;
  readonly encoding: Encoding;
  readonly twin: string;
  /** True where the dialect's document does not show this encoding. */
  readonly isOptional: boolean;
}

const isGranted = (exchange: Exchange): boolean =>
  exchange.status >= 200 && exchange.status < 300 && signatureIn(exchange) !== undefined;

export function given(view: View, { name, encoding }: Asked): Judgement {
  const exchange = exchangeOf(view, stepOf(name, encoding));
  const none = noAnswer(exchange);
  if (none) return wrong(none.rule, 'a JSON object with auth', none.actual, exchange);
  const cannot = cannotTell(exchange);
  if (cannot) return untestable(cannot);
  return isGranted(exchange)
    ? passed(['auth'])
    : wrong(
        'refused',
        'a JSON object with auth',
        `status ${exchange.status} ${exchange.body.slice(0, 120)}`,
        exchange,
      );
}

/** That there is a signature to be had is one thing, in which encodings another. */
export function givenAtAll(view: View, asked: Asked): Judgement {
  const judgement = given(view, asked);
  if (judgement.kind !== 'failed' || !givenElsewhere(view, asked)) return judgement;
  return untestable(`only the other encoding is read`);
}

export function givenAs(view: View, asked: Asked): Judgement {
  const judgement = given(view, asked);
  if (judgement.kind !== 'failed' || givenElsewhere(view, asked)) return judgement;
  return untestable('no encoding gets a signature');
}

function givenElsewhere(view: View, asked: Asked): boolean {
  const encoding = asked.encoding === 'form' ? 'json' : 'form';
  return given(view, { ...asked, encoding }).kind === 'passed';
}

/** Refused beside its accepted twin. A server error says nothing, unless it is what the row is about. */
export function refused(
  view: View,
  asked: Asked,
  point: string | undefined,
  statuses: readonly (readonly [string, readonly number[]])[],
): Judgement {
  const exchange = exchangeOf(view, stepOf(asked.name, asked.encoding));
  const auth = signatureIn(exchange);
  if (auth !== undefined && exchange.status < 400)
    return wrong('signed', 'no signature', `status ${exchange.status} with auth`, exchange);
  if (exchange.status === 0) return untestable(exchange.error ?? 'no answer');
  const isAboutErrors = statuses.some(([, allowed]) => allowed.includes(422));
  if (exchange.status === 429 || (exchange.status >= 500 && !isAboutErrors))
    return untestable(`the endpoint answered ${exchange.status}, which says nothing about the request`);
  const twin = given(view, { ...asked, name: asked.twin });
  if (twin.kind !== 'passed') {
    return asked.isOptional
      ? {
          kind: 'not-applicable',
          reason: `the endpoint does not read a ${asked.encoding} body, which is only advice`,
        }
      : untestable(`its twin ${asked.twin} was not granted either`);
  }
  const readings: Reading[] = point === undefined ? [] : [reading(point, String(exchange.status), exchange)];
  return passed(['auth'], { readings });
}

export function refusedWith(view: View, asked: Asked, allowed: readonly number[]): Judgement {
  const exchange = exchangeOf(view, stepOf(asked.name, asked.encoding));
  const judgement = refused(view, asked, undefined, [['', allowed]]);
  if (judgement.kind === 'failed') return notRefused;
  if (judgement.kind !== 'passed' || allowed.includes(exchange.status)) return judgement;
  return wrong('status', `status ${allowed.join(' or ')}`, `status ${exchange.status}`, exchange);
}

export function asJson(view: View, asked: Asked): Judgement {
  const exchange = exchangeOf(view, stepOf(asked.name, asked.encoding));
  const judgement = refused(view, asked, undefined, [['', [422]]]);
  if (judgement.kind !== 'passed') return judgement.kind === 'failed' ? notRefused : judgement;
  const isJson = /\bjson\b/.test(exchange.headers['content-type'] ?? '') && exchange.json !== undefined;
  return isJson && (exchange.status < 300 || exchange.status > 399)
    ? judgement
    : wrong(
        'no-json',
        'a refusal in JSON',
        `status ${exchange.status}, ${exchange.headers['content-type']}`,
        exchange,
      );
}

export function noPage(view: View): Judgement {
  const exchange = exchangeOf(view, 'accepts anything');
  if (exchange.status === 0 || exchange.status === 429 || exchange.status >= 500)
    return untestable(`the endpoint answered ${exchange.status}`);
  return isPage(exchange)
    ? wrong('page', 'a refusal that a program can read', pageOf(exchange), exchange)
    : passed(['auth']);
}

function isPage({ status, headers }: Exchange): boolean {
  return /html/.test(headers['content-type'] ?? '') || (status >= 300 && status < 400);
}

const pageOf = ({ status, headers }: Exchange): string =>
  `status ${status}, ${headers['content-type'] ?? headers.location ?? ''}`;

export function preflighted(view: View): Judgement {
  const exchange = exchangeOf(view, 'preflight');
  if (exchange.status === 0) return untestable(exchange.error ?? 'no answer');
  const allowed = (exchange.headers['access-control-allow-headers'] ?? '').toLowerCase();
  const origin = exchange.headers['access-control-allow-origin'];
  const ok =
    exchange.status >= 200 &&
    exchange.status < 300 &&
    origin !== undefined &&
    allowed.includes('authorization');
  return ok
    ? passed(['auth'])
    : wrong(
        'preflight',
        'an allowed origin, and authorization among the allowed headers',
        `status ${exchange.status}, origin ${origin ?? 'none'}, headers ${allowed || 'none'}`,
        exchange,
      );
}

/** The reply is as its schema has it, and the signature holds: for whom, was written down when it came. */
export function signed(view: View, encoding: Encoding): Judgement {
  const step = view.step(stepOf('right', encoding));
  const exchange = exchangeOf(view, stepOf('right', encoding));
  const fact = view.recording.events.find(
    (event) =>
      event.kind === 'fact' &&
      event.name === 'signature' &&
      isObject(event.value) &&
      event.value.exchange === step.events[0],
  );
  const auth = signatureIn(exchange);
  if (exchange.status === 0) return untestable(exchange.error ?? 'no answer');
  if (auth === undefined)
    return exchange.status >= 400
      ? untestable('no signature was given')
      : wrong('no-auth', 'auth, a string', instead(exchange.json ?? exchange.body), exchange);
  if (fact?.kind !== 'fact' || !isObject(fact.value)) return untestable('the signature was not looked at');
  switch (fact.value.verdict) {
    case 'valid':
      return passed(['auth']);
    case 'unknown':
      return /^[^:]+:(\[redacted\]|[0-9a-f]{64})$/.test(auth)
        ? untestable('without app.secret nobody can tell whether it holds')
        : wrong(
            'form',
            'the app key, a colon and 64 hexadecimal digits',
            instead(auth.slice(0, 40)),
            exchange,
          );
    default:
      return wrong(
        'signature',
        'a signature for this socket and channel',
        String(fact.value.verdict),
        exchange,
      );
  }
}

export function grantedWith(view: View, encoding: Encoding, statuses: readonly number[]): Judgement {
  const exchange = exchangeOf(view, stepOf('right', encoding));
  if (!isGranted(exchange)) return untestable('no signature was given');
  return statuses.includes(exchange.status)
    ? passed(['auth'])
    : wrong('status', `status ${statuses.join(' or ')}`, `status ${exchange.status}`, exchange);
}

export function undecided(view: View, asked: Asked, point: string): Judgement {
  const exchange = exchangeOf(view, stepOf(asked.name, asked.encoding));
  if (exchange.status === 0 || exchange.status >= 500)
    return untestable(`the endpoint answered ${exchange.status}`);
  if (isPage(exchange)) return wrong('page', 'an answer that a program can read', pageOf(exchange), exchange);
  return passed(['auth'], {
    readings: [reading(point, isGranted(exchange) ? 'signed' : 'refused', exchange)],
  });
}
