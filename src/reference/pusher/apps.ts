import type { PusherDialect } from '../../contract/pusher-rules.ts';

/** An application: what its key opens, and who its clients are. */
export interface App {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  readonly dialect: string;
  /** The product's name in the headers of its webhooks. */
  readonly product: string;
  readonly clients: readonly Client[];
}

/** Somebody with an API token, and the private channel `private-client.{id}`. */
export interface Client {
  readonly id: string;
  readonly tenant: 'own' | 'foreign';
  readonly api: string;
  readonly revoked: string;
}

/** Who a token belongs to, and whether it still is good for anything. */
export interface Bearer {
  readonly token: string;
  readonly app: App;
  readonly client: Client;
  revoked: boolean;
}

// 421 begins with 42, and 4 is what 42 begins with: prefix matching opens them.
const clients = [
  { id: '42', tenant: 'own' },
  { id: '44', tenant: 'own' },
  { id: '43', tenant: 'foreign' },
  { id: '421', tenant: 'foreign' },
  { id: '4', tenant: 'foreign' },
] as const;

function app(dialect: string, product: string, id: string): App {
  const token = (client: string, kind: string): string => `${dialect}-client-${client}-${kind}-token`;
  return {
    id,
    key: `plumbline-${dialect}-key`,
    secret: `plumbline-${dialect}-secret`,
    dialect,
    product,
    clients: clients.map((client) => ({
      ...client,
      api: token(client.id, 'api'),
      revoked: token(client.id, 'revoked'),
    })),
  };
}

/** The two applications, one for each dialect. */
export const apps: readonly App[] = [app('modelbeam', 'ModelBeam', '1001'), app('dryapi', 'DryAPI', '1002')];

/** Every token there is. */
export function issueTokens(): ReadonlyMap<string, Bearer> {
  const bearers = apps.flatMap((app) =>
    app.clients.flatMap((client): Bearer[] => [
      { token: client.api, app, client, revoked: false },
      { token: client.revoked, app, client, revoked: true },
    ]),
  );
  return new Map(bearers.map((bearer) => [bearer.token, bearer]));
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** What a dialect's rules say, by an app. */
export type DialectOf = (app: App) => PusherDialect;
