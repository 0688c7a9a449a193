import type { NullFaults } from '../null/options.ts';
import type { StageShape } from '../plan/load-plan.ts';
import { attempt, type During, shapeOf } from './attempt.ts';
import { type Bench, lookAgain, type Proof, type Row, same } from './proof.ts';

/** A generator that cannot keep up, and what notices. */
interface Starved {
  readonly id: string;
  readonly stage: Partial<StageShape>;
  /** Who is stopped for half of the time. */
  readonly stopped: 'publisher' | 'probes';
  readonly check: string;
}

const starved: readonly Starved[] = [
  { id: 'a publisher without processor time', stage: {}, stopped: 'publisher', check: 'lateness' },
  { id: 'probes without processor time', stage: {}, stopped: 'probes', check: 'probes' },
];

const lossy: NullFaults = { drop: { oneIn: 20 } };
const leaky: NullFaults = { wrongTenant: { oneIn: 20 } };

/** A starved generator is not to be mistaken for a slow or lossy server; nor may it hide what it cannot cause. */
export const starveProof: Proof = {
  id: 'starved generator',
  says: 'a starved generator claims nothing, whatever was lost; and a leak fails even then',
  perform: async (bench) => {
    const rows: Row[] = [];
    for (const one of starved) {
      for (const [fault, faults, wanted] of [
        ['loss', lossy, 'invalid, exit 5'],
        ['leak', leaky, 'fail, exit 1'],
      ] as const) {
        const what = `${one.id}, ${fault}`;
        bench.say(what);
        rows.push(...(await lookAgain(bench, what, () => starvedRows(bench, one, faults, wanted))));
      }
    }
    return rows;
  },
};

async function starvedRows(
  bench: Bench,
  { id, stage, stopped, check }: Starved,
  faults: NullFaults,
  wanted: string,
): Promise<readonly Row[]> {
  const driver = bench.drivers.find(({ name }) => name === 'node') ?? bench.drivers[0];
  if (!driver) return [];
  const where = { proof: id, surface: 'pusher', driver: driver.name } as const;
  const stopping = new Stopping();
  const { trust, verdict, record } = await attempt(bench, {
    driver,
    surface: 'pusher',
    stage: shapeOf({ ...stage, channels: faults === leaky ? 3 : 1 }),
    faults,
    meddle: (during) => stopping.begin(during, stopped),
  }).finally(() => stopping.end());
  const broken = trust.filter(({ ok }) => !ok).map((one) => one.id);
  return [
    same(where, 'processes that broke', '', record.broken.join('; ')),
    same(where, `the check ${check}`, 'does not hold', broken.includes(check) ? 'does not hold' : 'holds'),
    same(
      where,
      faults === leaky ? 'verdict of a leak' : 'verdict of loss',
      wanted,
      `${verdict.verdict}, exit ${verdict.exit}`,
    ),
  ];
}

const pulseMs = 400;

/** Stops a process for half of the time while it publishes, as a machine does that has none for it. */
class Stopping {
  #timer: NodeJS.Timeout | undefined;
  #pid = 0;
  #isStopped = false;

  begin({ record, pids }: During, who: string): void {
    if (this.#timer || !(record.startAt > 0)) return;
    this.#pid = pids[who] ?? 0;
    this.#timer = setInterval(() => this.#turn(), pulseMs);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#isStopped) this.#turn();
  }

  #turn(): void {
    this.#isStopped = !this.#isStopped;
    try {
      if (this.#pid > 0) process.kill(this.#pid, this.#isStopped ? 'SIGSTOP' : 'SIGCONT');
    } catch {
      // It has ended.
      clearInterval(this.#timer);
    }
  }
}
