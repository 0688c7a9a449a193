import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suites } from '../../suites/index.ts';
import { InputError } from '../contract/contract.ts';
import { loadContract } from '../contract/load.ts';
import { packageRoot } from '../contract/spec-files.ts';
import type { BulkDriver } from '../load/drivers/driver.ts';
import { loadProfile, profileNames } from '../load/profile/profile.ts';
import { shapeOf } from '../load/prove/attempt.ts';
import { faultProof } from '../load/prove/fault-proofs.ts';
import { faultyStages } from '../load/prove/faulty-stages.ts';
import { performProofs, provenText } from '../load/prove/perform-proofs.ts';
import { plainRun } from '../load/prove/plain-run.ts';
import type { Bench, Proof } from '../load/prove/proof.ts';
import { longProofs, proofs } from '../load/prove/proofs.ts';
import { RunFiles } from '../load/run/run-files.ts';
import { runLoad } from '../load/run/run-load.ts';
import type { Gate } from '../load/verdict/gates.ts';
import { toFile } from '../report/to-file.ts';
import { loadTargets } from '../target/load.ts';
import { onInterrupt } from './interrupt.ts';
import type { LoadProveOptions } from './load-options.ts';
import { startReferenceServer } from './load-target.ts';

/**
 * Longest time that all proofs may take; what was not tried until then is named as not run. They take under ten minutes
 * on two quiet cores and are meant to take at most twelve; a machine that is slower than that has not broken anything.
 */
const mostMs = 20 * 60 * 1000;
/** The same where a proof was asked for that takes long by itself. */
const mostLongMs = 3 * 60 * 60 * 1000;

/** `plumbline load-prove`: whether loads measure what is there. Resolves to the exit code. */
export async function loadProve(options: LoadProveOptions): Promise<number> {
  if (options.coordinate !== undefined) return coordinate(options.coordinate, options.driver);
  const contract = await loadContract();
  const chosen = chosenOf(options.only);
  const isLong = longProofs.some((proof) => chosen.includes(proof));
  const output = await toFile(join(options.out, 'load-prove.json'), 'whole').catch((cause: Error) => {
    throw new InputError(`--out ${options.out}: load-prove.json cannot be written: ${cause.message}`, {
      cause,
    });
  });
  const { drivers, lacking } = await driversOf(options.driver);
  const profiles = await Promise.all(profileNames().map((name) => loadProfile(name, contract)));
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-load-prove-'));
  const interrupt = onInterrupt();
  const bench: Bench = {
    contract,
    drivers,
    gates: distinct(profiles.flatMap(({ gates }) => gates)),
    profiles,
    suites,
    rightServer: () => startReferenceServer(contract),
    folder,
    signal: AbortSignal.any([interrupt.signal, AbortSignal.timeout(isLong ? mostLongMs : mostMs)]),
    coordinator: (of, driver) => ({
      command: process.execPath,
      args: [
        join(packageRoot(), 'bin', 'plumbline.js'),
        'load-prove',
        '--coordinate',
        of,
        '--driver',
        driver,
      ],
    }),
    say: (line) => process.stderr.write(`${line}\n`),
  };
  try {
    const proven = await performProofs(bench, chosen, lacking);
    await output.write(`${JSON.stringify(proven, null, 2)}\n`);
    await output.end();
    process.stdout.write(provenText(proven));
    return proven.exit;
  } finally {
    interrupt.release();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds of publishing of a run that is to be killed long before. */
const longSeconds = 60;

/** A load run in this process, for a proof to kill: on the first target of `target.json`, written down beside it. */
async function coordinate(folder: string, names: readonly ('k6' | 'node')[]): Promise<number> {
  const contract = await loadContract();
  const [target] = await loadTargets(join(folder, 'target.json'), { contract, env: {} });
  const { drivers } = await driversOf(names);
  const [driver] = drivers;
  if (!target || !driver) throw new InputError(`--coordinate ${folder}: there is no target, or no driver`);
  const files = new RunFiles(folder);
  const quiet = { phase: () => {}, stageStarted: () => {}, progress: () => {}, stageEnded: () => {} };
  const { exit } = await runLoad({
    ...plainRun({ contract, gates: [], signal: new AbortController().signal }, driver, target, folder),
    stages: [shapeOf({ pace: [{ rate: 50, publishes: 50 * longSeconds }] })],
    listener: quiet,
    files,
  });
  files.close();
  return exit;
}

/** @throws InputError naming what there is. */
function chosenOf(only: readonly string[]): readonly Proof[] {
  if (only.length === 0) return proofs;
  const stages = faultyStages.filter(({ id }) => only.includes(id));
  const whole = [...proofs, ...longProofs].filter(({ id }) => only.includes(id));
  const found = [...stages, ...whole].map(({ id }) => id);
  const unknown = only.find((name) => !found.includes(name));
  if (unknown !== undefined) {
    const there = [...proofs, ...longProofs, ...faultyStages].map(({ id }) => id).join(', ');
    throw new InputError(`--only ${unknown}: there is no such proof; there is: ${there}`);
  }
  return stages.length > 0 ? [...whole, faultProof(stages)] : whole;
}

/** The drivers that were asked for, and why one is not there. */
async function driversOf(
  wanted: readonly ('k6' | 'node')[],
): Promise<{ readonly drivers: readonly BulkDriver[]; readonly lacking: readonly string[] }> {
  const drivers: BulkDriver[] = [];
  const lacking: string[] = [];
  for (const name of wanted) {
    if (name === 'node') {
      const { nodeDriver } = await import('../load/drivers/node-driver.ts');
      drivers.push(nodeDriver());
      continue;
    }
    const { provideK6 } = await import('../load/drivers/provide-k6.ts');
    const { k6Driver } = await import('../load/drivers/k6-driver.ts');
    try {
      drivers.push(k6Driver(await provideK6({ say: (line) => process.stderr.write(`${line}\n`) })));
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      lacking.push(`k6 is skipped: ${cause.message.split('\n')[0] ?? ''}`);
    }
  }
  return { drivers, lacking };
}

function distinct(gates: readonly Gate[]): readonly Gate[] {
  return [...new Map(gates.map((gate) => [gate.text, gate])).values()];
}
