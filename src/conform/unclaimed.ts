import type { AnyScene } from '../suite/scene.ts';
import type { Suite } from '../suite/surface.ts';
import type { Target } from '../target/target.ts';
import type { PlannedCheck } from './planned-check.ts';

/** What `--optional` tries besides: features that a target might have, and does not claim. */
export interface Unclaimed {
  readonly words: readonly string[];
  /** The target as if it claimed them. Only scenes of the phase `optional` meet it. */
  readonly target: Target;
}

/** Undefined where a target claims all that its surface has, or is a client. */
export function unclaimedBy(target: Target, { optional = [] }: Suite): Unclaimed | undefined {
  const words = optional.filter((word) => !target.capabilities.includes(word));
  if (words.length === 0 || target.client) return undefined;
  return { words, target: { ...target, capabilities: [...target.capabilities, ...words] } };
}

/**
 * What would be asked besides if the features were claimed, as checks of level MAY. They have performances of their
 * own, even of a scene that is performed anyway, so that all other checks rest on what they would rest on without.
 */
export function optionalChecks(
  asked: readonly PlannedCheck[],
  ifClaimed: readonly PlannedCheck[],
): PlannedCheck[] {
  const names = ({ case: id, group }: PlannedCheck): string[] => group.map((member) => `${id} ${member}`);
  const known = new Set(asked.filter(applies).flatMap(names));
  return ifClaimed
    .filter((check) => applies(check) && check.level !== 'INFO' && check.how.kind !== 'open-point')
    .filter((check) => !names(check).some((name) => known.has(name)))
    .map((check) => ({
      ...check,
      level: 'MAY',
      scene: check.scene === null ? null : optionalId(check.scene),
      optional: true,
    }));
}

/** A scene as it is performed for features that nobody claims: by another name, and after all others. */
export function asOptional(scene: AnyScene): AnyScene {
  return { ...scene, id: optionalId(scene.id), phase: 'optional' };
}

function applies({ settled }: PlannedCheck): boolean {
  return settled?.outcome !== 'not-applicable';
}

function optionalId(scene: string): string {
  return `${scene}/optional`;
}
