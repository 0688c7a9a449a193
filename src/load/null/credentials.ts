import type { JsonObject } from '../../contract/json.ts';

/**
 * The credentials of the null server: the same at every start, and no secrets, as it only ever serves this machine.
 * @module
 */

export const app = { id: 'null', key: 'null-key', secret: 'null-secret' } as const;
export const beam = { valid: 'null-beam', revoked: 'null-beam-revoked', key: 'null-handler-key' } as const;

const scopes = ['producer', 'worker', 'read', 'progress', 'public'] as const;
const foreignName = 'foreign';

/** A space of emit and a client of pusher: ours, or somebody else's. */
export interface Tenant {
  readonly id: string;
  readonly tenant: 'own' | 'foreign';
}

export function tenantsOf(count: number): readonly Tenant[] {
  const own = Array.from({ length: count }, (_, index): Tenant => ({ id: `null-${index}`, tenant: 'own' }));
  return [...own, { id: foreignName, tenant: 'foreign' }];
}

/** The token of a space, or (`api`) of a client. */
export function tokenOf({ id }: Tenant, role: (typeof scopes)[number] | 'api' | 'revoked'): string {
  return `${id}.${role}`;
}

/** Tokens that are good, each with whose it is. */
export function goodTokens(tenants: readonly Tenant[]): ReadonlyMap<string, Tenant> {
  const all = tenants.flatMap((tenant) =>
    [...scopes, 'api' as const].map((role) => [tokenOf(tenant, role), tenant] as const),
  );
  return new Map(all);
}

/** Entries of a target file that reach the server. */
export function targetsOf(http: string, ws: string, tenants: readonly Tenant[]): readonly JsonObject[] {
  return [
    {
      name: 'null-pusher',
      surface: 'pusher',
      dialect: 'modelbeam',
      role: 'relay',
      urls: { ws, trigger: http, auth: `${http}/broadcasting/auth` },
      app,
      clients: tenants.map((tenant) => ({
        ...tenant,
        tokens: { api: tokenOf(tenant, 'api'), revoked: tokenOf(tenant, 'revoked') },
      })),
      drivers: ['pusher-http'],
      dedicated: true,
    },
    {
      name: 'null-emit',
      surface: 'emit',
      dialect: 'emit@1',
      urls: { ws, http },
      spaces: tenants.map((tenant) => ({
        ...tenant,
        tokens: Object.fromEntries(
          [...scopes, 'revoked' as const].map((role) => [role, tokenOf(tenant, role)]),
        ),
      })),
      drivers: ['emit-rest'],
      dedicated: true,
    },
    {
      name: 'null-beam',
      surface: 'beam',
      dialect: 'document',
      urls: { ws },
      tokens: { valid: beam.valid, revoked: beam.revoked },
      handler: { key: beam.key },
      drivers: ['beam-handler'],
    },
  ];
}
