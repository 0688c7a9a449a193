import { createHash } from 'node:crypto';

/** What a token is called in a target file. */
export type TokenRole = 'producer' | 'worker' | 'read' | 'progress' | 'public' | 'revoked' | 'unscoped';

/** An API key. */
export interface Token {
  readonly text: string;
  readonly role: TokenRole;
  /** The only space it is good for; undefined: it is good for all. */
  readonly space: string | undefined;
  readonly scopes: readonly string[];
  revoked: boolean;
}

/** A space, and whose it is from the point of view of a target file. */
export interface Space {
  readonly id: string;
  readonly tenant: 'own' | 'foreign';
}

/** The space in which `--flow` plays. It is in no target file, so nothing disturbs a conformance run. */
export const demoSpace: Space = { id: 'demo', tenant: 'own' };

/** The spaces of a target file: as many as there may be scenes side by side, and somebody else's. */
export const spaces: readonly Space[] = [
  ...Array.from({ length: 16 }, (_, at): Space => ({ id: `space-${twoDigits(at + 1)}`, tenant: 'own' })),
  ...Array.from({ length: 2 }, (_, at): Space => ({ id: `foreign-${twoDigits(at + 1)}`, tenant: 'foreign' })),
];

const scopesByRole: Readonly<Record<TokenRole, readonly string[]>> = {
  producer: ['jobs:create'],
  worker: ['jobs:worker'],
  read: ['jobs:read'],
  progress: ['jobs:read:progress'],
  public: ['jobs:read:progress'],
  revoked: ['jobs:read'],
  unscoped: ['jobs:read'],
};

/** The tokens of a space: the same texts at every start, so that they can be copied into a page. */
export function tokensOf(space: Space): Token[] {
  const roles: readonly TokenRole[] = ['producer', 'worker', 'read', 'progress', 'public', 'revoked'];
  return roles.map((role) => token(role, space.id, space.id.replace('space-', 'own').replace('-', '')));
}

/** A key that is bound to no space. */
export function unscopedToken(): Token {
  return token('unscoped', undefined, 'all');
}

function token(role: TokenRole, space: string | undefined, label: string): Token {
  const tail = createHash('sha256').update(`plumbline reference ${label} ${role}`).digest('hex').slice(0, 16);
  const text = `emit_${label}_${role}_${tail}`;
  return { text, role, space, scopes: scopesByRole[role], revoked: role === 'revoked' };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
