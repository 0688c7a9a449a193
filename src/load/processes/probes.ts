import { now } from '../clock.ts';
import { type ControlClient, connectToCoordinator } from '../control/client.ts';
import { encodeReceipts, encodeRuns } from '../control/codec.ts';
import { type BegunRow, type FrameRow, type Order, rowKinds, type SeatRow } from '../control/messages.ts';
import { type LoadPlan, publishesOf } from '../plan/load-plan.ts';
import { dueOfSeat, inputsOfSeat } from '../plan/schedule.ts';
import { pace } from '../publish/pacer.ts';
import { readerOf } from '../wire/sessions.ts';
import { type Authorizer, authorizerOf } from './authorizer.ts';
import { paced } from './paced.ts';
import { Probe, type ProbeListener } from './probe.ts';

/** Raw frames handed to the judge per second; more are counted as skipped. */
const mostFramesPerSecond = 5000;

let plan: LoadPlan | undefined;
const probes: Probe[] = [];
const stopped = new AbortController();
let joins = 0;
let authorizer: Authorizer | undefined;

let seats: BegunRow[] = [];
let life: SeatRow[] = [];
let receipts: number[] = [];
let frames: FrameRow[] = [];
/** Seats of which a message was not handed on. */
const lost = new Set<number>();
let handedOn = 0;
let skipped = 0;
let other = 0;
let count = 0;
let bytes = 0;

const listener: ProbeListener = {
  life: (...row) => {
    life.push(row);
  },
  receipt: (...fields) => {
    receipts.push(...fields);
  },
  frame: (seat, at, text, kind) => {
    if (kind === rowKinds.delivery) {
      count += 1;
      bytes += text.length;
    }
    const isMessage = kind <= rowKinds.binary;
    if (isMessage && handedOn >= mostFramesPerSecond) {
      skipped += 1;
      if (!lost.has(seat)) frames.push([seat, at, '', rowKinds.lost]);
      lost.add(seat);
      return;
    }
    if (isMessage) handedOn += 1;
    frames.push([seat, at, text, kind]);
  },
  other: () => {
    other += 1;
  },
};

await connectToCoordinator('probes', async (order, control) => {
  switch (order.say) {
    case 'plan':
      plan = order.plan;
      setInterval(() => tellReceipts(control), 50);
      setInterval(() => tellAccounts(control), 1000);
      return;
    case 'join':
      await join(order, control);
      return;
    case 'publish':
      // On the other surfaces somebody else publishes.
      if (plan?.surface === 'beam') await ask(plan, order.startAt, control);
      return;
    case 'flush':
      tellReceipts(control);
      tellAccounts(control);
      control.tell({ say: 'flushed', id: order.id });
      return;
    case 'stop':
      stopped.abort();
      for (const probe of probes) probe.close();
      setTimeout(async () => {
        tellReceipts(control);
        tellAccounts(control);
        await control.settled();
        process.exit(0);
      }, 100);
      return;
  }
});

async function join(order: Extract<Order, { readonly say: 'join' }>, control: ControlClient): Promise<void> {
  if (!plan) throw new Error('told to join before there was a plan');
  const known = plan;
  const position = joins++;
  const begun: Probe[] = [];
  authorizer ??= authorizerOf(known);
  const authorize = authorizer;
  await paced(
    order.count - probes.length,
    now(),
    (n) => (n * 1000) / order.rate,
    (_n, due) => {
      const probe = new Probe(known, probes.length, readerOf(known), authorize, listener);
      seats.push([probe.seat, probe.channel, position, due]);
      probes.push(probe);
      begun.push(probe);
    },
    () => stopped.signal.aborted,
  );
  const settled = await Promise.all(begun.map((probe) => within(probe.settled, known)));
  tellAccounts(control);
  const ready = settled.filter(Boolean).length;
  control.tell({ say: 'joined', id: order.id, ready, failed: settled.length - ready });
}

/** Whoever is not let in, and not refused either, is not ready. */
async function within(settled: Promise<boolean>, { deadlines }: LoadPlan): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlines.connectMs + 2 * deadlines.answerMs);
  });
  const isReady = await Promise.race([settled, tooLate]);
  clearTimeout(timer);
  return isReady;
}

/** Each probe asks by its own schedule. */
async function ask(known: LoadPlan, startAt: number, control: ControlClient): Promise<void> {
  const publishes = publishesOf(known.stage);
  const due: { at: number; probe: Probe; seq: number }[] = [];
  for (const probe of probes) {
    const inputs = inputsOfSeat(known.stage, publishes, probe.seat);
    for (let seq = 0; seq < inputs; seq++) {
      due.push({ at: startAt + dueOfSeat(known.stage, probe.seat, seq), probe, seq });
    }
  }
  due.sort((a, b) => a.at - b.at);
  const sent: [number, number, number, number, number][] = [];
  await pace(
    {
      dueAt: Float64Array.from(due, ({ at }) => at),
      ready: (n) => () => {
        const one = due[n];
        if (!one) return;
        const at = now();
        one.probe.ask(one.seq);
        sent.push([one.probe.seat, one.seq, at, at, 200]);
        if (sent.length >= 100) control.tell({ say: 'publishes', rows: sent.splice(0) });
      },
      // What comes for a probe meanwhile would be stamped late.
      ahead: false,
    },
    stopped.signal,
  );
  if (sent.length > 0) control.tell({ say: 'publishes', rows: sent });
  control.tell({ say: 'published' });
}

function tellReceipts(control: ControlClient): void {
  if (receipts.length > 0) control.send(encodeReceipts(receipts));
  receipts = [];
  if (frames.length > 0) control.tell({ say: 'frames', rows: frames, skipped });
  frames = [];
  skipped = 0;
}

function tellAccounts(control: ControlClient): void {
  handedOn = 0;
  if (seats.length > 0) control.tell({ say: 'seats', rows: seats });
  if (life.length > 0) control.tell({ say: 'life', rows: life });
  seats = [];
  life = [];
  const withNews = probes.filter(({ ledger }) => ledger.hasNews);
  if (withNews.length > 0) {
    control.send(
      encodeRuns(
        withNews.map(({ seat }) => seat),
        withNews.map(({ ledger }) => ledger.take()),
      ),
    );
  }
  if (count + other > 0) control.tell({ say: 'counts', frames: count, bytes, other });
  count = 0;
  bytes = 0;
  other = 0;
}
