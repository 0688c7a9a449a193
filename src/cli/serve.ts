import { type Contract, InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import type { Reference } from '../reference/start.ts';
import { exitCodes } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import type { ServeOptions } from './options.ts';

/** `plumbline serve`: a server of all surfaces until Ctrl-C. Resolves to the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const contract = await loadContract();
  if (options.listFaults) {
    const { listFaults } = await import('./list-faults.ts');
    process.stdout.write(listFaults(contract));
    return exitCodes.done;
  }
  if (options.listImpostors) {
    const { listImpostors } = await import('./list-faults.ts');
    process.stdout.write(listImpostors());
    return exitCodes.done;
  }
  const interrupt = onInterrupt();
  const reference = await started(options, contract);
  try {
    const { banner } = await import('./banner.ts');
    if (options.writeTarget !== undefined) {
      const { writeTargetFile } = await import('./write-target.ts');
      await writeTargetFile(options.writeTarget, reference.targets());
    }
    process.stdout.write(banner(options, reference));
    await aborted(interrupt.signal);
  } finally {
    await reference.close();
    interrupt.release();
  }
  return exitCodes.done;
}

async function started(options: ServeOptions, contract: Contract): Promise<Reference> {
  if (options.impostor !== undefined) {
    if (options.fault.length > 0 || options.tls || options.flow !== undefined) {
      throw new InputError(
        '--impostor: goes with neither --fault nor --tls nor --flow, which it knows nothing of',
      );
    }
    const { startImpostor } = await import('../reference/impostors/start-impostor.ts');
    const { impostor: id, port, host, dialect: dialects } = options;
    return startImpostor({ contract, id, port, host, dialects });
  }
  const { startReference } = await import('../reference/start.ts');
  return startReference({
    contract,
    port: options.port,
    host: options.host,
    dialects: options.dialect,
    readings: options.reading,
    faults: options.fault,
    tls: options.tls,
    ...(options.flow === undefined ? {} : { flow: { name: options.flow, loop: options.loop } }),
    ...(options.verbose ? { log: (line: string) => process.stderr.write(`${line}\n`) } : {}),
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
