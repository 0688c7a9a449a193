import type { NullFaults } from '../null/options.ts';
import { onlyConnects, type StageShape } from '../plan/load-plan.ts';
import { attempt, type During, shapeOf } from './attempt.ts';
import { type Bench, lookAgain, type Proof, type Row, same } from './proof.ts';

/** A generator that cannot keep up, and what notices. */
interface Starved {
  readonly id: string;
  /** Who is stopped for half of the time. */
  readonly stopped: 'publisher' | 'probes';
  readonly check: string;
  readonly cases: readonly Case[];
}

/** What the server does meanwhile, and the verdict all the same. */
interface Case {
  readonly fault: string;
  readonly faults: NullFaults;
  readonly stage: Partial<StageShape>;
  readonly wanted: string;
}

const publishing: readonly Case[] = [
  { fault: 'loss', faults: { drop: { oneIn: 20 } }, stage: {}, wanted: 'invalid, exit 5' },
  { fault: 'leak', faults: { wrongTenant: { oneIn: 20 } }, stage: { channels: 3 }, wanted: 'fail, exit 1' },
];
const connecting: readonly Case[] = [
  {
    fault: 'refusals',
    faults: { refuse: { share: 0.2, status: 503 } },
    stage: { subscribers: 240, connectRate: 40, pace: [], warmup: 0, holdMs: 500 },
    wanted: 'invalid, exit 5',
  },
];

const starved: readonly Starved[] = [
  { id: 'a publisher without processor time', stopped: 'publisher', check: 'lateness', cases: publishing },
  { id: 'probes without processor time', stopped: 'probes', check: 'probes', cases: publishing },
  {
    id: 'probes without processor time while connecting',
    stopped: 'probes',
    check: 'dialling',
    cases: connecting,
  },
];

/** A starved generator is not to be mistaken for a slow or lossy server; nor may it hide what it cannot cause. */
export const starveProof: Proof = {
  id: 'starved generator',
  says: 'a starved generator claims nothing, whatever was lost; and a leak fails even then',
  perform: async (bench) => {
    const rows: Row[] = [];
    for (const one of starved) {
      for (const under of one.cases) {
        const what = `${one.id}, ${under.fault}`;
        bench.say(what);
        rows.push(...(await lookAgain(bench, what, () => starvedRows(bench, one, under))));
      }
    }
    return rows;
  },
};

async function starvedRows(
  bench: Bench,
  { id, stopped, check }: Starved,
  { fault, faults, stage, wanted }: Case,
): Promise<readonly Row[]> {
  const driver = bench.drivers.find(({ name }) => name === 'node') ?? bench.drivers[0];
  if (!driver) return [];
  const where = { proof: id, surface: 'pusher', driver: driver.name } as const;
  const stopping = new Stopping();
  const { trust, verdict, record } = await attempt(bench, {
    driver,
    surface: 'pusher',
    stage: shapeOf(stage),
    faults,
    meddle: (during) => stopping.begin(during, stopped),
  }).finally(() => stopping.end());
  const broken = trust.filter(({ ok }) => !ok).map((one) => one.id);
  return [
    same(where, 'processes that broke', '', record.broken.join('; ')),
    same(where, `the check ${check}`, 'does not hold', broken.includes(check) ? 'does not hold' : 'holds'),
    same(where, `verdict of ${fault}`, wanted, `${verdict.verdict}, exit ${verdict.exit}`),
  ];
}

const pulseMs = 400;

/** Stops a process for half of the time while it publishes or connects, as a machine does that has none for it. */
class Stopping {
  #timer: NodeJS.Timeout | undefined;
  #pid = 0;
  #isStopped = false;

  begin({ record, pids }: During, who: string): void {
    if (this.#timer || !(record.startAt > 0 || onlyConnects(record.plan.stage))) return;
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
