import type { Contract } from '../../contract/contract.ts';
import type { Target } from '../../target/target.ts';
import { lackingForBeam, prepareBeam } from './beam.ts';
import { lackingForEmit, prepareEmit } from './emit.ts';
import type { Lacking, Preparation, Stamped } from './preparation.ts';
import { lackingForPusher, preparePusher } from './pusher.ts';

/** What a target lacks for loads of a profile, in words for whoever wrote its file. Empty: nothing. */
export function lackingFor(
  target: Target,
  needs: { readonly publish: boolean; readonly channels: number; readonly spaces?: number },
): Lacking {
  switch (target.surface) {
    case 'pusher':
      return lackingForPusher(target, needs);
    case 'emit':
      return lackingForEmit(target, needs);
    case 'beam':
      return lackingForBeam(target, needs);
  }
}

/** Finds out, or makes, what a stage is performed on. @throws Error where the target does not let it. */
export async function prepare(
  contract: Contract,
  target: Target,
  dialect: string,
  stamped: Stamped,
): Promise<Preparation> {
  switch (target.surface) {
    case 'pusher':
      return preparePusher(contract.pusher.rules, target, dialect, stamped);
    case 'emit':
      return prepareEmit(contract.emit.rules, target, stamped);
    case 'beam':
      return prepareBeam(target, stamped);
  }
}

/** The dialect that payloads are written in: the target's, or the first of its surface where that is to be found out. */
export function dialectOf(contract: Contract, target: Target): string {
  if (target.dialect !== 'auto') return target.dialect;
  return Object.keys(contract[target.surface].dialects)[0] ?? '';
}
