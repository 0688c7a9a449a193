import type { JsonObject } from '../../contract/json.ts';
import type { EmitRules } from '../../contract/rules.ts';
import type { Address } from '../surface-server.ts';
import { demoSpace, spaces, tokensOf, unscopedToken } from './tokens.ts';

/** The entry of a target file that reaches this surface. */
export function emitTarget({ http, ws }: Address, dialect: string): JsonObject {
  return {
    name: 'emit',
    surface: 'emit',
    dialect,
    urls: { ws, http },
    spaces: spaces.map((space) => ({
      id: space.id,
      tenant: space.tenant,
      tokens: Object.fromEntries(tokensOf(space).map(({ role, text }) => [role, text])),
    })),
    unscopedToken: unscopedToken().text,
    drivers: ['emit-rest'],
    dedicated: true,
  };
}

/** What to copy to try the surface by hand. */
export function emitOffers({ http, ws }: Address, { api }: EmitRules): readonly string[] {
  const tokens = tokensOf(demoSpace);
  const text = (wanted: string): string => tokens.find(({ role }) => role === wanted)?.text ?? '';
  const path = (template: string, name: string, value: string): string =>
    api.root + template.replace(`{${name}}`, value);
  return [
    `emit    space  ${ws}${path(api.spaceStream, 'space', demoSpace.id)}?token=${text('read')}`,
    `        job    ${ws}${path(api.jobStream, 'job', '<jobId>')}?token=${text('public')}`,
    `        create POST ${http}${api.root}/spaces/${demoSpace.id}/jobs  x-api-key: ${text('producer')}`,
    `        work   POST ${http}${api.root}/spaces/${demoSpace.id}/jobs/poll  x-api-key: ${text('worker')}`,
  ];
}
