import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wallOffset } from '../clock.ts';
import { decodeReceipts, decodeRuns, frameKinds, type Receipt } from '../control/codec.ts';
import { controlVariables, type Fact, seatEvents } from '../control/messages.ts';
import { type ControlServer, type Member, startControl } from '../control/server.ts';
import type { NullFaults } from '../null/options.ts';
import { type NullServer, startNullServer } from '../null/server.ts';
import type { LoadPlan, StageShape } from '../plan/load-plan.ts';
import { runKinds } from '../wire/seat-ledger.ts';

const run = 0x77;

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js', '--if-stale'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
}, 120_000);

let server: NullServer | undefined;
let control: ControlServer | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  child?.kill('SIGKILL');
  await server?.close();
  await control?.close();
});

/** What a sentinel has told, and a way to order it about. */
class Told {
  readonly facts: Fact[] = [];
  readonly receipts: Receipt[] = [];
  /** Seat → kind of run → pairs. */
  readonly runs = new Map<number, Map<number, [from: number, to: number][]>>();
  member: Member | undefined;
  hasLeft = false;
  readonly #changes = new Set<() => void>();

  static async by(plan: LoadPlan): Promise<Told> {
    const told = new Told();
    control = await startControl({
      joined: (member) => {
        told.member = member;
        told.#changed();
      },
      told: (_member, fact) => {
        told.facts.push(fact);
        told.#changed();
      },
      sent: (_member, frame) => told.#sent(frame),
      left: () => {
        told.hasLeft = true;
        told.#changed();
      },
    });
    child = spawn(process.execPath, ['dist/load-sentinel.js'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        [controlVariables.url]: control.url,
        [controlVariables.token]: control.token,
      },
    });
    await told.until(() => told.member !== undefined);
    expect(told.member?.role).toBe('sentinel');
    told.member?.order({ say: 'plan', plan, index: 0, of: 1, offset: wallOffset() });
    return told;
  }

  async join(id: number, count: number): Promise<Extract<Fact, { readonly say: 'joined' }>> {
    this.member?.order({ say: 'join', id, count, rate: 500 });
    await this.until(() => this.saying('joined').some((fact) => fact.id === id));
    return (
      this.saying('joined').find((fact) => fact.id === id) ?? { say: 'joined', id, ready: -1, failed: -1 }
    );
  }

  async flush(id: number): Promise<void> {
    this.member?.order({ say: 'flush', id });
    await this.until(() => this.saying('flushed').some((fact) => fact.id === id));
  }

  async stop(): Promise<void> {
    this.member?.order({ say: 'stop' });
    await this.until(() => this.hasLeft);
  }

  /** Runs of one kind of a seat, as numbers. */
  numbers(seat: number, kind: number): number[] {
    const pairs = this.runs.get(seat)?.get(kind) ?? [];
    return pairs.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
  }

  life(seat: number): (readonly [event: number, value: number])[] {
    return this.saying('life')
      .flatMap(({ rows }) => rows)
      .filter((row) => row[0] === seat)
      .map(([, event, , value]) => [event, value] as const);
  }

  saying<Say extends Fact['say']>(say: Say): Extract<Fact, { readonly say: Say }>[] {
    return this.facts.filter((fact) => fact.say === say) as Extract<Fact, { readonly say: Say }>[];
  }

  async until(isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!isSo()) return;
        this.#changes.delete(check);
        resolve();
      };
      this.#changes.add(check);
    });
  }

  #sent(frame: DataView): void {
    if (frame.getUint8(0) === frameKinds.receipts) {
      decodeReceipts(frame, (receipt) => this.receipts.push(receipt));
    } else {
      decodeRuns(frame, (seat, kind, from, to) => {
        const kinds = this.runs.get(seat) ?? new Map<number, [number, number][]>();
        this.runs.set(seat, kinds);
        kinds.set(kind, [...(kinds.get(kind) ?? []), [from, to]]);
      });
    }
    this.#changed();
  }

  #changed(): void {
    for (const check of [...this.#changes]) check();
  }
}

const stage: StageShape = {
  name: 'test',
  subscribers: 10,
  channels: 2,
  spread: 'even',
  connectRate: 500,
  pace: [{ rate: 200, publishes: 100 }],
  warmup: 0,
  holdMs: 0,
  padding: 200,
  behaviour: { kind: 'steady' },
};

/** Two probes that somebody else has, and six seats for the sentinel. */
function planOf(
  surface: LoadPlan['surface'],
  channels: readonly (readonly [name: string, url: string])[],
  rest: Partial<LoadPlan> = {},
): LoadPlan {
  return {
    run,
    surface,
    dialect: 'null',
    seed: 1,
    stage: { ...stage, channels: channels.length },
    channels: channels.map(([name, url]) => ({ name, url, headers: {} })),
    authorize: { kind: 'sign', key: 'null-key', secret: 'null-secret' },
    probes: 2,
    sentinels: 6,
    tls: {},
    deadlines: { connectMs: 5000, answerMs: 5000 },
    stamped: true,
    ...rest,
  };
}

async function serve(faults: NullFaults = {}): Promise<NullServer> {
  server = await startNullServer({ faults });
  return server;
}

/** Sends the stage's publishes to two channels; all of them are written when this is over. */
async function blast(surface: 'pusher' | 'emit', channels: readonly string[]): Promise<void> {
  const body = JSON.stringify({ surface, channels, rate: 200, forMs: 500, run, padding: 200 });
  const answer = await fetch(`${server?.http}/blast`, { method: 'POST', body });
  expect(await answer.json()).toMatchObject({ publishes: 100 });
}

const seats = [2, 3, 4, 5, 6, 7];
const fifty = Array.from({ length: 50 }, (_, seq) => seq);

describe('the sentinel', () => {
  it('tells of its seats, what they received and when, and how they ended', async () => {
    const { ws } = await serve();
    const url = `${ws}/app/null-key`;
    const told = await Told.by(
      planOf('pusher', [
        ['private-a', url],
        ['private-b', url],
      ]),
    );
    for (const [id, count] of [2, 4, 6].entries()) {
      expect(await told.join(id, count)).toMatchObject({ ready: 2, failed: 0 });
    }
    await blast('pusher', ['private-a', 'private-b']);
    await told.until(() => told.receipts.length === 300);
    await told.flush(1);
    await told.stop();
    const begun = told.saying('seats').flatMap(({ rows }) => rows);
    // None was to be dialled before the one ahead of it.
    const due = begun.map((row) => row[3]);
    expect(due).toEqual([...due].sort((a, b) => a - b));
    expect(begun.map(([seat, channel, position]) => [seat, channel, position])).toEqual([
      [2, 0, 0],
      [3, 1, 0],
      [4, 0, 1],
      [5, 1, 1],
      [6, 0, 2],
      [7, 1, 2],
    ]);
    for (const seat of seats) {
      expect(told.life(seat)).toEqual([
        [seatEvents.dialled, 0],
        [seatEvents.opened, 0],
        [seatEvents.ready, 0],
        [seatEvents.closing, 0],
        [seatEvents.closed, 1000],
      ]);
      expect(told.numbers(seat, runKinds.inOrder)).toEqual(fifty);
      expect(told.runs.get(seat)?.size).toBe(1);
      const mine = told.receipts.filter((receipt) => receipt.seat === seat);
      expect(mine.map(({ channel, seq }) => [channel, seq])).toEqual(fifty.map((seq) => [seat % 2, seq]));
      for (const { at, own } of mine) expect(own).toBeLessThanOrEqual(at);
    }
    const counts = told.saying('counts');
    expect(counts.reduce((sum, { frames }) => sum + frames, 0)).toBe(300 + 2 * 6);
    expect(counts.reduce((sum, { other }) => sum + other, 0)).toBe(0);
    expect(told.saying('broken')).toEqual([]);
  });

  it('sees what is lost, doubled, overtaken and gone astray, to the number', async () => {
    const { ws, ledger } = await serve({
      drop: { oneIn: 12 },
      duplicate: { oneIn: 11 },
      reorder: { oneIn: 10, heldMs: 100 },
      wrongTenant: { oneIn: 9 },
    });
    const url = `${ws}/app/null-key`;
    const told = await Told.by(
      planOf('pusher', [
        ['private-a', url],
        ['private-b', url],
      ]),
    );
    expect(await told.join(1, 6)).toMatchObject({ ready: 6, failed: 0 });
    await blast('pusher', ['private-a', 'private-b']);
    const { faults } = ledger.toJson();
    const owed = 300 - faults.drop.count + faults.duplicate.count;
    await told.until(() => told.receipts.length === owed);
    await told.stop();
    const sum = (kind: number): number =>
      seats.reduce((total, seat) => total + told.numbers(seat, kind).length, 0);
    const rowsOf = (kind: number): number =>
      seats.reduce((total, seat) => total + (told.runs.get(seat)?.get(kind)?.length ?? 0), 0);
    expect(sum(runKinds.inOrder) + sum(runKinds.late)).toBe(300 - faults.drop.count);
    expect(sum(runKinds.again)).toBe(faults.duplicate.count);
    expect(rowsOf(runKinds.foreign)).toBe(faults.wrongTenant.count);
    expect(faults.drop.count * faults.duplicate.count * faults.wrongTenant.count).toBeGreaterThan(0);
    expect(sum(runKinds.late)).toBe(faults.reorder.count);
    expect(faults.reorder.count).toBeGreaterThan(0);
  });

  it('gets its signatures from an endpoint where there is one', async () => {
    const { ws, http } = await serve();
    const url = `${ws}/app/null-key`;
    const authorize = {
      kind: 'endpoint',
      url: `${http}/broadcasting/auth`,
      headers: { authorization: 'Bearer null-0.api' },
      body: 'form',
    } as const;
    const channels = [
      ['private-client.null-0', url],
      ['private-client.null-1', url],
    ] as const;
    const told = await Told.by(planOf('pusher', channels, { authorize }));
    expect(await told.join(1, 6)).toMatchObject({ ready: 3, failed: 3 });
    await told.stop();
    expect(told.life(2).map(([event]) => event)).toContain(seatEvents.ready);
    expect(told.life(3).map(([event]) => event)).toContain(seatEvents.refused);
  });

  it('watches jobs, and says who was refused by which status', async () => {
    const { ws, http } = await serve();
    const answer = await fetch(`${http}/api/v1/spaces/null-0/jobs`, {
      method: 'POST',
      headers: { 'x-api-key': 'null-0.producer' },
      body: '{"name":"job"}',
    });
    const { id } = (await answer.json()) as { id: string };
    const stream = `${ws}/api/v1/realtime/${id}?token=`;
    const told = await Told.by(
      planOf(
        'emit',
        [
          [id, `${stream}null-0.read`],
          ['bad', `${stream}nobody`],
        ],
        { authorize: { kind: 'none' } },
      ),
    );
    expect(await told.join(1, 6)).toMatchObject({ ready: 3, failed: 3 });
    await blast('emit', [id, 'nothing']);
    await told.until(() => told.receipts.length === 150);
    await told.stop();
    for (const seat of [2, 4, 6]) expect(told.numbers(seat, runKinds.inOrder)).toEqual(fifty);
    for (const seat of [3, 5, 7]) {
      expect(told.life(seat)).toEqual([
        [seatEvents.dialled, 0],
        [seatEvents.refused, 401],
      ]);
    }
  });

  it('asks in its turn on beam, and is answered', async () => {
    const { ws } = await serve();
    const plan = planOf('beam', [['', ws]], { authorize: { kind: 'none' } });
    const [door] = plan.channels;
    if (!door) throw new Error('no channel');
    const headers = { authorization: 'Bearer null-beam' };
    const told = await Told.by({ ...plan, channels: [{ ...door, headers }] });
    expect(await told.join(1, 6)).toMatchObject({ ready: 6, failed: 0 });
    told.member?.order({ say: 'publish', startAt: Number(process.hrtime.bigint()) / 1e6 + 50 });
    // A hundred inputs of ten subscribers, six of whom are here.
    await told.until(() => told.receipts.length === 60 && told.saying('published').length === 1);
    await told.stop();
    const ten = fifty.slice(0, 10);
    for (const seat of seats) {
      expect(told.numbers(seat, runKinds.asked)).toEqual(ten);
      expect(told.numbers(seat, runKinds.inOrder)).toEqual(ten);
      expect(told.receipts.filter((receipt) => receipt.seat === seat && receipt.channel !== seat)).toEqual(
        [],
      );
    }
  });

  it('ends with its coordinator', async () => {
    const { ws } = await serve();
    const told = await Told.by(planOf('pusher', [['private-a', `${ws}/app/null-key`]]));
    await told.join(1, 2);
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    await control?.close();
    expect(await ended).toBe(0);
  });
});
