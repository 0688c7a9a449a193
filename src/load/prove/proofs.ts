import { capacityProof } from './capacity-proof.ts';
import { cellProof } from './cell-proof.ts';
import { comparisonProof } from './comparison-proof.ts';
import { deathProof } from './death-proofs.ts';
import { driverProof } from './driver-proofs.ts';
import { faultProof } from './fault-proofs.ts';
import { limitProof } from './limit-proof.ts';
import { memoryProof } from './memory-proof.ts';
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

/** What takes a quarter of an hour or more each: performed where it is asked for by name. */
export const longProofs: readonly Proof[] = [limitProof, capacityProof, comparisonProof, memoryProof];
