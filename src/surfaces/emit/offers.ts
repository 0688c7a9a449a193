import type { EmitTarget, Space, SpaceToken, Target, Token } from '../../target/target.ts';

/** The scopes that a token of that name promises, where the target file does not say otherwise. */
const promised: Readonly<Record<SpaceToken, readonly string[]>> = {
  producer: ['jobs:create'],
  worker: ['jobs:worker'],
  read: ['jobs:read'],
  progress: ['jobs:read:progress'],
  public: ['jobs:read:progress'],
  revoked: [],
};

/** A space's token by name, where it is there and carries just what its name promises. */
export function tokenOf(space: Space, name: SpaceToken): string | undefined {
  // The public key has the very scope that a progress token has.
  return (
    tokenValue(space.tokens[name]) ?? (name === 'progress' ? tokenValue(space.tokens.public) : undefined)
  );
}

export function tokenValue(token: Token | undefined): string | undefined {
  return typeof token === 'string' ? token : token?.value;
}

/** True where a token carries the scopes its name promises and no others: else a refusal proves nothing. */
export function isAsPromised(space: Space, name: SpaceToken): boolean {
  const token = space.tokens[name] ?? (name === 'progress' ? space.tokens.public : undefined);
  if (token === undefined) return false;
  if (typeof token === 'string') return true;
  return [...token.scopes].sort().join() === [...promised[name]].sort().join();
}

/** Verbs without which no job goes its way. */
const basic = ['create', 'poll', 'ack', 'progress', 'complete'];

/**
 * What an emit target lacks of some needs, each with a reason. Words: `jobs` (made and moved on),
 * `verb:NAME`, `http` (the REST API itself), `space:own[:N]`,
 * `space:foreign`, `token:NAME`, `foreign-token:NAME`, `dedicated`, `control`, `revoke`, `unscoped-key`.
 */
export function missing(target: Target, needs: readonly string[]): string[] {
  if (target.surface !== 'emit') return ['not an emit target'];
  return needs.flatMap((need) => {
    const reason = lacks(target, need);
    return reason === undefined ? [] : [reason];
  });
}

function lacks(target: EmitTarget, need: string): string | undefined {
  const [word, name, count] = need.split(':');
  const own = target.spaces.filter((space) => space.tenant === 'own');
  const foreign = target.spaces.filter((space) => space.tenant === 'foreign');
  switch (word) {
    case 'jobs':
      return lacksDriver(target, basic);
    case 'verb':
      return lacksDriver(target, [name ?? '']);
    case 'http':
      return hasHttp(target) ? undefined : 'no driver emit-rest: the REST API cannot be asked';
    case 'space': {
      const wanted = Number(count ?? 1);
      const there = (name === 'foreign' ? foreign : own).filter((space) => isUsable(target, space)).length;
      return there >= wanted
        ? undefined
        : `${wanted} ${name} ${wanted === 1 ? 'space' : 'spaces'} needed to make jobs in, the target has ${there}`;
    }
    case 'token':
      return own.some((space) => tokenOf(space, name as SpaceToken))
        ? undefined
        : `no space of ours has a ${name} token`;
    case 'foreign-token':
      return foreign.some((space) => tokenOf(space, name as SpaceToken))
        ? undefined
        : `no foreign space has a ${name} token`;
    case 'control':
      return target.control === undefined ? 'the target has no control URL' : undefined;
    case 'revoke':
      return canRevoke(target) ? undefined : 'no driver performs revoke and restore';
    case 'unscoped-key':
      return target.unscopedToken === undefined ? 'the target has no unscoped key' : undefined;
    default:
      return `unknown need ${need}`;
  }
}

/** Whether jobs can be made and worked on in a space; a command driver has keys of its own. */
export function isUsable(target: EmitTarget, space: Space): boolean {
  if (!target.drivers.includes('emit-rest')) return true;
  return tokenOf(space, 'producer') !== undefined && tokenOf(space, 'worker') !== undefined;
}

/** A token that is revoked must be made good again: others need it after us. */
function canRevoke({ control, command, drivers }: EmitTarget): boolean {
  const verbs = drivers.includes('command') ? (command?.verbs ?? []) : [];
  return control !== undefined || (verbs.includes('revoke') && verbs.includes('restore'));
}

function hasHttp(target: EmitTarget): boolean {
  return target.drivers.includes('emit-rest') && target.urls.http !== undefined;
}

/** Why some verbs cannot be performed: no driver has them, or the driver lacks its keys. */
function lacksDriver(target: EmitTarget, verbs: readonly string[]): string | undefined {
  const own = target.spaces.filter((space) => space.tenant === 'own');
  if (hasHttp(target)) {
    for (const token of ['producer', 'worker'] as const) {
      if (!own.some((space) => tokenOf(space, token))) return `no space of ours has a ${token} token`;
    }
  } else {
    const able = target.drivers.includes('command') ? (target.command?.verbs ?? []) : [];
    const missing = verbs.filter((verb) => !able.includes(verb));
    if (missing.length > 0) return `no driver performs ${missing.join(', ')}`;
  }
  return target.dedicated
    ? undefined
    : 'polling takes whatever job is pending: say dedicated: true if nobody else uses the spaces';
}

/** `offers` words of requirements and open points. */
export function offers(target: Target, word: string): boolean {
  if (target.surface !== 'emit') return false;
  switch (word) {
    case 'unscoped-key':
      return target.unscopedToken !== undefined;
    case 'control':
      return target.control !== undefined;
    case 'revoke':
      return canRevoke(target);
    default:
      return target.capabilities.includes(word);
  }
}
