import type { Applies, Requirement } from '../contract/requirement.ts';
import type { Surface } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';

/** Why something does not apply to a target; undefined: it does. */
export function whyNot(
  applies: Applies,
  target: Target,
  dialect: string,
  surface: Surface,
): string | undefined {
  if (applies.dialects && !applies.dialects.includes(dialect)) return `not of dialect ${dialect}`;
  if (applies.role && target.surface === 'pusher' && target.role !== applies.role) {
    return `asked of an ${applies.role} only; this target is a ${target.role}`;
  }
  if (applies.scheme === 'secure' && !isSecure(target)) return 'asked of wss:// and https:// only';
  for (const word of applies.offers ?? []) {
    if (!surface.offers(target, word)) return `the target does not offer ${word}`;
  }
  return undefined;
}

/**
 * The member of a requirement's group that speaks for a target: the one of its dialect's own document,
 * else whichever applies. Undefined where none does.
 */
export function bearer(
  requirement: Requirement,
  byId: ReadonlyMap<string, Requirement>,
  target: Target,
  dialect: string,
  surface: Surface,
): Requirement | undefined {
  const members = requirement.group
    .map((id) => byId.get(id))
    .filter((member): member is Requirement => member !== undefined)
    .filter((member) => whyNot(member.applies, target, dialect, surface) === undefined);
  const ownDocument = members.filter((member) => member.applies.dialects?.length === 1);
  return (
    ownDocument.find((member) => member.id === requirement.id) ??
    ownDocument[0] ??
    members.find((member) => member.id === requirement.id) ??
    members[0]
  );
}

/** True where the target is reached over TLS. */
export function isSecure(target: Target): boolean {
  const url = target.urls.ws ?? (target.surface === 'pusher' ? target.urls.auth : undefined) ?? '';
  return /^(wss|https):/i.test(url);
}
