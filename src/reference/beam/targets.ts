import type { JsonObject } from '../../contract/json.ts';
import type { Address } from '../surface-server.ts';
import type { Endpoint } from './endpoint.ts';

/** Entries of a target file that reach the endpoints at an address. */
export function beamTargets(endpoints: readonly Endpoint[], address: Address): readonly JsonObject[] {
  return endpoints.map(({ dialect, handlerKey, path, tokens }) => ({
    name: `beam-${dialect}`,
    surface: 'beam',
    dialect,
    urls: { ws: `${address.ws}${path}` },
    tokens: { valid: tokens.valid, revoked: tokens.revoked },
    handler: { key: handlerKey },
    drivers: ['beam-handler'],
  }));
}
