import type { Contract } from '../contract/contract.ts';
import type { Served } from '../prove/perform-trial.ts';
import type { Trial } from '../prove/trial.ts';
import { startReference } from '../reference/start.ts';

/** Starts the server that a trial is about, in this thread. */
export async function serveTrial(
  { subject, surface, dialect, secure }: Trial,
  contract: Contract,
): Promise<Served> {
  if (subject.kind === 'impostor') throw new Error('no impostors yet');
  const reference = await startReference({
    ...{ contract, port: 0, surfaces: [surface], dialects: { [surface]: dialect }, tls: secure },
    faults: subject.kind === 'fault' ? [subject.id] : [],
  });
  return { targets: reference.targets(), close: () => reference.close() };
}
