import { cellProof } from './cell-proof.ts';
import { deathProof } from './death-proofs.ts';
import { driverProof } from './driver-proofs.ts';
import { faultProof } from './fault-proofs.ts';
import type { Proof } from './proof.ts';
import { starveProof } from './starve-proofs.ts';
import { timeProof } from './time-proofs.ts';

/** All proofs, in the order in which they are performed. */
export const proofs: readonly Proof[] = [
  faultProof(),
  timeProof,
  starveProof,
  deathProof,
  driverProof,
  cellProof,
];
