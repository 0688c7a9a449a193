import type { SurfaceContract } from '../../src/contract/contract.ts';
import { isObject, parseJson } from '../../src/contract/json.ts';
import type { AuthTry, PusherRules, Row } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, passed, type Reading, show, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import { type Encoding, signatureIn } from '../../src/surfaces/pusher/auth-endpoint.ts';
import { subscriptionAnswer } from '../../src/surfaces/pusher/message.ts';
import { fill, lacking, type Values } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Target } from '../../src/target/target.ts';
import type { Exchange } from '../../src/wire/event.ts';
import { exchangeOf, reading, wrong } from './frames.ts';

type AuthRow = Row<{ readonly send?: Partial<AuthTry> }>;

const encodings: readonly Encoding[] = ['form', 'json'];
const stepOf = (row: string, encoding: Encoding): string => `${row} as ${encoding}`;

/** A relay is not asked for what its publisher's own server does. */
export const isAsked = (target: Target): true | string =>
  target.surface !== 'pusher' || target.role === 'application' || target.urls.auth !== undefined
    ? true
    : 'a relay that has no auth endpoint';

/** Every request to the auth endpoint, in both encodings: who gets a signature, and how others are refused. */
export function authEndpoint(
  { rules }: SurfaceContract<PusherRules>,
  dialect: string,
): {
  scenes: Scene<PusherVerbs>[];
  cases: Case[];
} {
  const rows = Object.entries(rules.authEndpoint.rows);
  const requests = authScene(rules, rows);
  const opening = openingScene();
  const own = rules.dialects[dialect]?.body ?? 'form';
  const { granted, denied, preflight } = rules.authEndpoint;
  return {
    scenes: [requests, opening],
    cases: [
      ...encodings.flatMap((encoding) =>
        judgeEach(
          requests,
          // Fields in the query have no encoding.
          rows.filter(([, row]) => row.send?.method !== 'GET' || encoding === 'form'),
          ([name, row]) => ({
            ...rowCase(rules, name, row, encoding, own),
            covers: [`auth/${name}`, `auth-encoding/${encoding}`],
            applies: { offers: row.offers ?? [] },
            when: isAsked,
          }),
        ),
      ),
      ...judgeEach(requests, encodings, (encoding) => ({
        id: `pusher/auth-endpoint/${encoding}/granted`,
        title: `a granted request (${encoding}) is answered with the right signature, and 200`,
        checks: {
          ...each(granted.signed, (view: View) => signed(view, encoding)),
          ...Object.fromEntries(
            Object.entries(granted.status).map(([id, statuses]) => [
              id,
              (view: View) => grantedWith(view, encoding, statuses),
            ]),
          ),
        },
        when: isAsked,
      })),
      judge(
        requests,
        'pusher/auth-endpoint/no-page',
        'a refusal is neither a page nor a redirect, though the caller accepts anything',
        each(denied.page, (view: View) => noPage(view)),
        { when: isAsked },
      ),
      judge(
        requests,
        'pusher/auth-endpoint/preflight',
        "a browser's preflight is answered so that Authorization may be sent",
        each(preflight, (view: View) => preflighted(view)),
        { when: isAsked },
      ),
      ...judgeEach(opening, encodings, (encoding) => ({
        id: `pusher/auth-endpoint/${encoding}/opens`,
        title: `the signature that the endpoint gives (${encoding}) opens the channel`,
        checks: {
          ...each(granted.signed, (view: View) => opens(view, encoding)),
          // Where the signature is known to be wrong, the channel is right to stay shut.
          M7: (view: View) =>
            isKnownWrong(view, encoding) ? untestable('the signature is wrong') : opens(view, encoding),
        },
        covers: ['auth/right'],
        when: isAsked,
      })),
    ],
  };
}

function authScene(rules: PusherRules, rows: readonly (readonly [string, AuthRow])[]): Scene<PusherVerbs> {
  const { base } = rules.authEndpoint;
  return scene<PusherVerbs>(
    'pusher',
    'pusher/auth-endpoint',
    { title: 'every request to the auth endpoint', needs: ['auth'], cost: { jobs: 0, connections: 0 } },
    async (verbs) => {
      const { endpoint, waits } = verbs;
      // Where nobody else can tell whether a signature holds, a connection that it opens shows it.
      if (!verbs.auth.hasSecret && verbs.hasSocket) await verbs.connections.connect('witness');
      const socket = (): string =>
        `${1e5 + Math.floor(verbs.random() * 1e6)}.${Math.floor(verbs.random() * 1e6)}`;
      const own = socket();
      endpoint.knows(socket());
      const values = valuesOf(verbs, own);
      const send = async (step: string, tried: AuthTry, encoding: Encoding, headers = {}): Promise<void> => {
        const lacks = Object.values(tried).flatMap((part) => (part === null ? [] : lacking(part, values)));
        if (lacks.length > 0) {
          waits.skip(step, 'authorize', `the target file gives no ${lacks.join(', ')}`);
          return;
        }
        const filled = Object.fromEntries(
          Object.entries(tried).map(([name, part]) => [name, part === null ? null : fill(part, values)]),
        ) as unknown as AuthTry;
        const from = waits.position;
        const answer = await endpoint.request({ name: 'auth', encoding, ...filled, headers });
        waits.done(step, 'authorize', from, [answer.seq]);
      };
      const tried = rows.filter(([, row]) => (row.offers ?? []).every(verbs.offers));
      await Promise.all([
        ...tried.flatMap(([name, row]) =>
          encodings.map((encoding) => send(stepOf(name, encoding), { ...base, ...row.send }, encoding)),
        ),
        send('accepts anything', { ...base, authorization: null, accept: null }, 'form'),
        send(
          'preflight',
          { method: 'OPTIONS', authorization: null, accept: null, socket_id: null, channel_name: null },
          'form',
          {
            origin: 'https://plumbline.example',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization,content-type',
          },
        ),
      ]);
    },
  );
}

/** On connections of our own the endpoint's signatures are put to use. */
function openingScene(): Scene<PusherVerbs> {
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

function valuesOf({ auth, nonce }: PusherVerbs, socket: string): Values {
  const own = auth.client('own');
  const other = auth.client('other');
  return {
    socket,
    id: own?.id,
    'shorter-id': own?.id.slice(0, -1),
    'foreign-id': other?.id,
    api: own?.tokens.api,
    revoked: own?.tokens.revoked,
    truncated: own?.tokens.api?.slice(0, -1),
    'foreign-api': other?.tokens.api,
    'made-up': `nobody-issued-${nonce}`,
  };
}

function rowCase(rules: PusherRules, name: string, row: AuthRow, encoding: Encoding, own: Encoding) {
  const id = `pusher/auth-endpoint/${encoding}/${name}`;
  const title = `${row.says} (${encoding})`;
  const asked = {
    name,
    encoding,
    twin: 'twin' in row ? row.twin : name,
    isOptional: encoding !== own && encoding === 'json',
  };
  if ('admitted' in row) {
    const ids = [
      ...row.admitted.filter((requirement) => requirement !== 'M7'),
      ...rules.authEndpoint.encodings[encoding].admitted,
    ];
    return {
      id,
      title: `${title} gets a signature`,
      checks: Object.fromEntries(
        ids.map((requirement) => [
          requirement,
          (view: View): Judgement => {
            if (!row.admitted.includes(requirement)) return givenAs(view, asked);
            // That a JSON body is read at all is advice where the document shows none (A8).
            return asked.isOptional ? optional(view, asked) : givenAtAll(view, asked);
          },
        ]),
      ),
    };
  }
  if (!('refused' in row)) {
    return {
      id,
      title: `${title} gets a signature, or none`,
      checks: each(rules.authEndpoint.denied.page, (view: View) => undecided(view, asked, row.openPoint)),
    };
  }
  const statuses = Object.entries(row.status ?? {});
  return {
    id,
    title: `${title} gets no signature`,
    checks: {
      ...each(row.refused, (view: View) =>
        refused(view, asked, statuses.length > 0 ? row.openPoint : undefined, statuses),
      ),
      ...Object.fromEntries(
        statuses.map(([requirement, allowed]) => [
          requirement,
          (view: View) => refusedWith(view, asked, allowed),
        ]),
      ),
      ...each(rules.authEndpoint.denied.json, (view: View) => asJson(view, asked)),
    },
  };
}

/** Its own requirement says so; what is asked of refusals has nothing to be asked of. */
const notRefused: Judgement = { kind: 'not-applicable', reason: 'it was not refused at all' };

interface Asked {
  readonly name: string;
  readonly encoding: Encoding;
  readonly twin: string;
  /** True where the dialect's document does not show this encoding. */
  readonly isOptional: boolean;
}

const isGranted = (exchange: Exchange): boolean =>
  exchange.status >= 200 && exchange.status < 300 && signatureIn(exchange) !== undefined;

function given(view: View, { name, encoding }: Asked): Judgement {
  const exchange = exchangeOf(view, stepOf(name, encoding));
  if (exchange.status === 0) return untestable(exchange.error ?? 'no answer');
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
function givenAtAll(view: View, asked: Asked): Judgement {
  const judgement = given(view, asked);
  if (judgement.kind !== 'failed' || !givenElsewhere(view, asked)) return judgement;
  return untestable(`only the other encoding is read`);
}

function givenAs(view: View, asked: Asked): Judgement {
  const judgement = given(view, asked);
  if (judgement.kind !== 'failed' || givenElsewhere(view, asked)) return judgement;
  return untestable('no encoding gets a signature');
}

function givenElsewhere(view: View, asked: Asked): boolean {
  const encoding = asked.encoding === 'form' ? 'json' : 'form';
  return given(view, { ...asked, encoding }).kind === 'passed';
}

function optional(view: View, asked: Asked): Judgement {
  const judgement = given(view, asked);
  return judgement.kind === 'failed'
    ? {
        kind: 'not-applicable',
        reason: `the endpoint does not read a ${asked.encoding} body, which is only advice`,
      }
    : judgement;
}

/** Refused beside its accepted twin. A server error says nothing, unless it is what the row is about. */
function refused(
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

function refusedWith(view: View, asked: Asked, allowed: readonly number[]): Judgement {
  const exchange = exchangeOf(view, stepOf(asked.name, asked.encoding));
  const judgement = refused(view, asked, undefined, [['', allowed]]);
  if (judgement.kind === 'failed') return notRefused;
  if (judgement.kind !== 'passed' || allowed.includes(exchange.status)) return judgement;
  return wrong('status', `status ${allowed.join(' or ')}`, `status ${exchange.status}`, exchange);
}

function asJson(view: View, asked: Asked): Judgement {
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

function noPage(view: View): Judgement {
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

function preflighted(view: View): Judgement {
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
function signed(view: View, encoding: Encoding): Judgement {
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
      : wrong('no-auth', 'auth, a string', show(exchange.json ?? exchange.body), exchange);
  if (fact?.kind !== 'fact' || !isObject(fact.value)) return untestable('the signature was not looked at');
  switch (fact.value.verdict) {
    case 'valid':
      return passed(['auth']);
    case 'unknown':
      return /^[^:]+:(\[redacted\]|[0-9a-f]{64})$/.test(auth)
        ? untestable('without app.secret nobody can tell whether it holds')
        : wrong('form', 'the app key, a colon and 64 hexadecimal digits', show(auth.slice(0, 40)), exchange);
    default:
      return wrong(
        'signature',
        'a signature for this socket and channel',
        String(fact.value.verdict),
        exchange,
      );
  }
}

function grantedWith(view: View, encoding: Encoding, statuses: readonly number[]): Judgement {
  const exchange = exchangeOf(view, stepOf('right', encoding));
  if (!isGranted(exchange)) return untestable('no signature was given');
  return statuses.includes(exchange.status)
    ? passed(['auth'])
    : wrong('status', `status ${statuses.join(' or ')}`, `status ${exchange.status}`, exchange);
}

function undecided(view: View, asked: Asked, point: string): Judgement {
  const exchange = exchangeOf(view, stepOf(asked.name, asked.encoding));
  if (exchange.status === 0 || exchange.status >= 500)
    return untestable(`the endpoint answered ${exchange.status}`);
  if (isPage(exchange)) return wrong('page', 'an answer that a program can read', pageOf(exchange), exchange);
  return passed(['auth'], {
    readings: [reading(point, isGranted(exchange) ? 'signed' : 'refused', exchange)],
  });
}

/** The request whose signature was put to use on that connection. */
function askedFor(view: View, encoding: Encoding): Exchange | undefined {
  const type = encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return view.recording.events.find(
    (event): event is Exchange =>
      event.kind === 'exchange' && event.peer === 'auth' && event.requestHeaders['content-type'] === type,
  );
}

function isKnownWrong(view: View, encoding: Encoding): boolean {
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

function opens(view: View, encoding: Encoding): Judgement {
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
    : wrong('refused', 'subscription_succeeded', event?.kind === 'frame' ? event.text : 'nothing', event);
}

/** The channel that a request asked for, in either encoding. */
function channelIn({ requestBody = '' }: Exchange): string | undefined {
  const json = parseJson(requestBody);
  if (isObject(json)) return typeof json.channel_name === 'string' ? json.channel_name : undefined;
  return new URLSearchParams(requestBody).get('channel_name') ?? undefined;
}
