import type { Contract } from '../contract/contract.ts';
import type { Served } from '../prove/perform-trial.ts';
import type { Trial } from '../prove/trial.ts';
import { startImpostor } from '../reference/impostors/start-impostor.ts';
import { startReference } from '../reference/start.ts';

/** Starts the server that a trial is about, in this thread. */
export async function serveTrial(
  { subject, surface, dialect, secure }: Trial,
  contract: Contract,
): Promise<Served> {
  const surfaces = [surface];
  const dialects = { [surface]: dialect };
  const server = await (subject.kind === 'impostor'
    ? startImpostor({ contract, id: subject.id, surfaces, dialects })
    : startReference({
        ...{ contract, port: 0, surfaces, dialects, tls: secure },
        faults: subject.kind === 'fault' ? [subject.id] : [],
      }));
  return { targets: server.targets(), close: () => server.close() };
}
