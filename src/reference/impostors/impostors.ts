import { InputError } from '../../contract/contract.ts';
import { didYouMean } from '../near-matches.ts';
import type { Impostor } from './impostor.ts';
import { noise } from './noise.ts';
import { obligingImpostors } from './obliging.ts';
import { plainImpostors } from './plain.ts';
import { replay } from './replay.ts';

/** Every impostor there is. */
export const impostors: readonly Impostor[] = [...plainImpostors, ...obligingImpostors, noise, replay];

/** @throws InputError for a name that no impostor has. */
export function chooseImpostor(id: string): Impostor {
  const found = impostors.find((one) => one.id === id);
  if (found) return found;
  const known = impostors.map((one) => one.id);
  throw new InputError(`--impostor ${id}: no such impostor; ${didYouMean(id, known)}`);
}
