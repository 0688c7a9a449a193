import type { CredentialRule, Door, EmitRules, RestCall } from '../../contract/rules.ts';
import type { Job } from './job.ts';
import { doorScopes, granted } from './scopes.ts';
import type { Token } from './tokens.ts';

export type StreamKind = 'job' | 'space';

/** Somebody who knocks at a stream. */
export interface StreamRequest {
  readonly stream: StreamKind;
  /** The text of `?token=`; null where there is none. */
  readonly presented: string | null;
  /** Who that is, if the token is good. */
  readonly token: Token | undefined;
  /** The token as it was issued, even if it is good no longer. */
  readonly issued: Token | undefined;
  /** The token in a header, which opens no stream. */
  readonly inHeader: Token | undefined;
  /** The space that the job or the stream belongs to; undefined: there is none such. */
  readonly space: string | undefined;
  /** The job, on a job stream, if there is one. */
  readonly job: Job | undefined;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly error: string;
  /** Set where the refusal comes too late, as a close code after the upgrade. */
  readonly closeCode?: number;
}

export type Answer = { readonly kind: 'admitted'; readonly scope: string } | Refusal;

/** A REST call, as the question of whether it is allowed sees it. */
export interface Call {
  readonly name: string;
  /** These three as in StreamRequest. */
  readonly token: Token | undefined;
  readonly issued: Token | undefined;
  readonly space: string | undefined;
}

type Reading = (point: string) => string;

/** Whether streams open: token, then scope, then place, so that nobody without a scope learns what exists. */
export function streamAdmission(rules: EmitRules, reading: Reading): (request: StreamRequest) => Answer {
  const doors = { job: door(rules, 'job', reading), space: door(rules, 'space', reading) };
  return ({ stream, token, presented, inHeader, issued, space }) => {
    const { scopes, status, anonymous } = doors[stream];
    const nobody = presented === null && !inHeader ? 'none' : presented ? 'bad' : 'empty';
    const open = anonymous(token ? 'scopeless' : nobody);
    if (!token) {
      // Whose token is no longer good is known all the same: it is no stranger's.
      const view = issued?.space === undefined || issued.space === space ? open : undefined;
      if (view === undefined) return refused(status.credential, 'Missing or unknown token');
      if (space === undefined) return refused(status.unknown, `There is no such ${stream}`);
      return { kind: 'admitted', scope: view };
    }
    const scope = scopes.viewOf(token.scopes) ?? (scopes.isReading(token.scopes) ? undefined : open);
    if (scope === undefined) return refused(status.scope, `Missing required scope: ${scopes.least}`);
    const elsewhere = refused(status.foreign, `This token is for another space`);
    if (space === undefined) {
      const told = reading('A29') === 'told-apart' && (stream === 'job' || token.space === undefined);
      return told ? refused(status.unknown, `There is no such ${stream}`) : elsewhere;
    }
    return token.space === undefined || token.space === space ? { kind: 'admitted', scope } : elsewhere;
  };
}

/** Whether a REST call is allowed; undefined: it is. */
export function callAuthority(rules: EmitRules, reading: Reading): (call: Call) => Refusal | undefined {
  return ({ name, token, space }) => {
    const rule = rules.rest[name];
    if (!rule) return refused(404, 'There is no such call');
    if (!token) return refused(401, 'Missing or unknown API key');
    if (!granted(rules, token.scopes).has(rule.scope)) {
      return refused(scopeStatus(rule), `Missing required scope: ${rule.scope}`);
    }
    if (space === undefined && (token.space === undefined || reading('A29') === 'told-apart')) {
      return refused(404, 'There is no such job or space');
    }
    if (token.space !== undefined && token.space !== space)
      return refused(403, 'This key is for another space');
    return undefined;
  };
}

function door(rules: EmitRules, stream: StreamKind, reading: Reading) {
  const rule = rules.streams[stream];
  /** The number of the first row about a kind of credential: the rows of one kind share an open point. */
  const statusFor = (fits: (credential: CredentialRule) => boolean): number => {
    const row = Object.entries(rule.refuses).find(([name]) => {
      const credential = rules.credentials[name];
      return credential && fits(credential);
    })?.[1];
    return row?.openPoint
      ? Number(reading(row.openPoint))
      : (Object.values(row?.status ?? {})[0]?.[0] ?? 403);
  };
  return {
    scopes: doorScopes(rules, rule, reading),
    anonymous: anonymousView(rules, rule, reading),
    status: {
      credential: statusFor(({ scopes }) => scopes.length === 0),
      scope: statusFor(
        ({ scopes, tenant, place }) => scopes.length > 0 && tenant === 'own' && place === 'query',
      ),
      foreign: statusFor(({ tenant }) => tenant === 'foreign'),
      unknown: stream === 'job' ? Number(reading('A28.unknown-job')) : 404,
    },
  };
}

/** Why somebody has no good token: there is none, it is empty or in the wrong place, nobody knows it, or it may not read. */
type Nobody = 'none' | 'empty' | 'bad' | 'scopeless';

/** What somebody sees who has no good token; undefined: nothing. The rows of such credentials decide. */
function anonymousView(
  { credentials }: EmitRules,
  { admits, undecided }: Door,
  reading: Reading,
): (who: Nobody) => string | undefined {
  const kindOf = ({ token, place, scopes }: CredentialRule): Nobody | undefined => {
    if (place === 'nowhere') return 'none';
    if (place === 'header' || token === 'empty') return 'empty';
    if (scopes.length === 0) return 'bad';
    return token === 'producer' ? 'scopeless' : undefined;
  };
  const rows = [
    ...Object.entries(admits).map(([name, { scope }]) => ({ name, scope, isOpen: true })),
    ...Object.entries(undecided).map(([name, { scope, openPoint }]) => ({
      ...{ name, scope },
      isOpen: reading(openPoint) === 'admitted',
    })),
  ];
  return (who) =>
    rows.find(({ name, isOpen }) => {
      const credential = credentials[name];
      return isOpen && credential && kindOf(credential) === who;
    })?.scope;
}

function scopeStatus(rule: RestCall): number {
  return Object.values(rule.refuses).flatMap(({ status }) => Object.values(status))[0]?.[0] ?? 403;
}

function refused(status: number, error: string): Refusal {
  return { kind: 'refused', status, error };
}
