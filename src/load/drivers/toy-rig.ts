import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/spec-files.ts';
import { now } from '../clock.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import type { BulkDriver, BulkOptions, BulkProcess } from './driver.ts';
import { k6Driver } from './k6-driver.ts';
import { nodeDriver } from './node-driver.ts';
import { findK6 } from './provide-k6.ts';
import { ToyCoordinator } from './toy-coordinator.ts';
import { type ToyShape, toyPlan } from './toy-plan.ts';
import { startToyTarget, type ToyFaults, type ToyTarget } from './toy-target.ts';

/** What is run is built, from the sources as they are. */
export function buildIfStale(): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], {
    cwd: packageRoot(),
  });
  if (status !== 0) throw new Error(String(stderr));
}

/** Why tests of k6 are skipped. */
export const withoutK6 = 'is not there: node scripts/install-k6.js gets one';

/** Both drivers; k6 only where there is one, since none is built for a test. */
export async function driversToTry(): Promise<
  readonly { readonly name: string; readonly driver: BulkDriver | undefined }[]
> {
  const found = await findK6();
  return [
    'k6' in found ? { name: 'k6', driver: k6Driver(found.k6) } : { name: 'k6', driver: undefined },
    { name: 'node', driver: nodeDriver() },
  ];
}

/** A driver between a toy target and a toy coordinator. */
export class ToyRig {
  coordinator: ToyCoordinator;
  target: ToyTarget;
  process: BulkProcess;
  /** Where its output is. */
  readonly log: string;
  readonly #folder: string;

  private constructor(folder: string, coordinator: ToyCoordinator, target: ToyTarget, process: BulkProcess) {
    this.#folder = folder;
    this.log = logIn(folder);
    this.coordinator = coordinator;
    this.target = target;
    this.process = process;
  }

  /** Starts all three; the members have the plan. */
  static async start(
    driver: BulkDriver,
    surface: LoadPlan['surface'],
    how: {
      readonly faults?: ToyFaults;
      readonly shape?: ToyShape;
      readonly plan?: (port: number) => Partial<LoadPlan>;
      readonly options?: Partial<BulkOptions>;
    } = {},
  ): Promise<ToyRig> {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-driver-'));
    const target = await startToyTarget(surface, 0xc0ffee, how.faults);
    const coordinator = await ToyCoordinator.start();
    const process = await driver.start({
      control: coordinator.address,
      surface,
      members: 2,
      log: logIn(folder),
      ...how.options,
    });
    const plan = toyPlan(surface, target.port, how.shape, how.plan?.(target.port));
    await coordinator.plan(plan, process.members);
    return new ToyRig(folder, coordinator, target, process);
  }

  /** Publishes so many, on both channels in turn, or on beam has all of the plan's asked. */
  async publish(surface: LoadPlan['surface'], count = 50): Promise<void> {
    const { coordinator, target } = this;
    for (const { order } of coordinator.members) order({ say: 'publish', startAt: now() + 50 });
    if (surface === 'beam') {
      await coordinator.until(
        'published',
        () => coordinator.saying('published').length === coordinator.members.length,
      );
      return;
    }
    // An order has come before a later one was answered.
    await coordinator.flush(900);
    for (let n = 0; n < count; n++) target.publish(n % 2, Math.floor(n / 2));
  }

  async received(deliveries: number): Promise<void> {
    const { coordinator } = this;
    await coordinator.until(`${deliveries} deliveries`, () => coordinator.received >= deliveries);
  }

  async end(): Promise<void> {
    await this.coordinator.close();
    await this.target.close();
    await this.process.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

function logIn(folder: string): string {
  return join(folder, 'bulk.log');
}
