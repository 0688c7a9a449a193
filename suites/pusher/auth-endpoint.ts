import type { SurfaceContract } from '../../src/contract/contract.ts';
import type { AuthTry, PusherRules, Row } from '../../src/contract/pusher-rules.ts';
import { type Case, each, judge, judgeEach } from '../../src/suite/case.ts';
import { type Judgement, untestable } from '../../src/suite/judgement.ts';
import { type Scene, scene } from '../../src/suite/scene.ts';
import type { View } from '../../src/suite/view.ts';
import type { Encoding } from '../../src/surfaces/pusher/auth-endpoint.ts';
import { fill, lacking, type Values } from '../../src/surfaces/pusher/template.ts';
import type { PusherVerbs } from '../../src/surfaces/pusher/verbs.ts';
import type { Target } from '../../src/target/target.ts';
import {
  asJson,
  encodings,
  givenAs,
  givenAtAll,
  grantedWith,
  noPage,
  preflighted,
  refused,
  refusedWith,
  signed,
  stepOf,
  undecided,
} from './auth-answers.ts';
import { isKnownWrong, openingScene, opens } from './auth-in-use.ts';

type AuthRow = Row<{ readonly send?: Partial<AuthTry> }>;

/** A relay is not asked for what its publisher's own server does. */
export const isAsked = (target: Target): true | string =>
  target.surface !== 'pusher' || target.role === 'application' || target.urls.auth !== undefined
    ? true
    : 'a relay that has no auth endpoint';

/** An endpoint that is judged on its own signs for connections that nobody here can make. */
const isPutToUse = (target: Target): true | string =>
  target.surface === 'pusher' && target.urls.ws === undefined
    ? 'no connection to put a signature to use on (urls.ws)'
    : isAsked(target);

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
        when: isPutToUse,
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
      // That a JSON body is read at all is advice where the document shows none (A8): no MUST could fail there.
      ...(asked.isOptional ? [] : row.admitted.filter((requirement) => requirement !== 'M7')),
      ...rules.authEndpoint.encodings[encoding].admitted,
    ];
    return {
      id,
      title: `${title} gets a signature`,
      checks: Object.fromEntries(
        ids.map((requirement) => [
          requirement,
          (view: View): Judgement => {
            return row.admitted.includes(requirement) ? givenAtAll(view, asked) : givenAs(view, asked);
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
  // Whatever is a listed reading of the row's open point passes, and is reported there.
  const point = rules.openPoints.find(({ id: own }) => own === row.openPoint);
  const readings = (point?.readings ?? []).map(Number);
  const statuses = Object.entries(row.status ?? {}).map(
    ([requirement, allowed]) => [requirement, [...new Set([...allowed, ...readings])]] as const,
  );
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
