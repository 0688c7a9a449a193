import { loadContract } from '../contract/load.ts';
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
  const interrupt = onInterrupt();
  const { startReference } = await import('../reference/start.ts');
  const reference = await startReference({
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
