import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../clock.ts';
import { accountOf } from '../evidence/accounts.ts';
import type { StageRecord } from '../evidence/stage-record.ts';
import { bulkOf, type LoadPlan, onlyConnects, publishesOf, type StageShape } from '../plan/load-plan.ts';
import { dueAfter } from '../plan/schedule.ts';
import { Conductor, type StageContext } from './conductor.ts';

/** Probes and sentinels come one by one, whatever the rate of the others. */
const probeRate = 200;
/** How long what is owed after the last publish is waited for, where nothing is known to be slow. */
const usualDrainMs = 10_000;
/** The most that a generator is waited for that has yet to read what it has received. */
const mostLagMs = 60_000;
/** Between two events that subscribers of a space are ready with. */
const leastGreetMs = 100;
const mostGreetMs = 1000;

/** How often a space is greeted: no more than the stage itself publishes there, within bounds that keep joins short. */
function greetEveryMs({ pace: [first], channels }: StageShape): number {
  const own = first ? (1000 * channels) / first.rate : mostGreetMs;
  return Math.min(mostGreetMs, Math.max(leastGreetMs, own));
}

/** Performs one stage: connect without publishing, late probes last, publish, drain. Whatever happens, it ends. */
export async function performStage(context: StageContext): Promise<StageRecord> {
  const conductor = await Conductor.start(context);
  try {
    if (conductor.record.broken.length > 0) return conductor.record;
    await connect(conductor, context.plan);
    // Without one of its processes a stage tells nothing more.
    const isWhole = conductor.record.unreachable === undefined && conductor.record.broken.length === 0;
    if (isWhole && !context.signal.aborted) {
      await whilePublishing(conductor, context);
      await drain(conductor, context);
    }
  } finally {
    conductor.record.interrupted = context.signal.aborted;
    await conductor.stop();
  }
  return conductor.record;
}

async function connect(conductor: Conductor, plan: LoadPlan): Promise<void> {
  const { stage } = plan;
  conductor.mark('connect');
  if (stage.space) conductor.greet(greetEveryMs(stage));
  const ready = onlyConnects(stage) ? await joinTogether(conductor, plan) : await joinAround(conductor, plan);
  await conductor.flush();
  // Nobody joins later but where subscribers change.
  if (stage.space && stage.behaviour.kind !== 'churn' && stage.behaviour.kind !== 'storm') conductor.greet(0);
  conductor.mark('ready');
  if (ready === 0) conductor.record.unreachable = whyNobody(conductor.record);
}

/** All at the rate of the stage, each part at its share of it: what a probe's connection takes is what those beside it take. */
async function joinTogether(conductor: Conductor, plan: LoadPlan): Promise<number> {
  const { probes, sentinels, stage } = plan;
  const parts = [
    { role: 'probes', count: probes },
    { role: 'sentinel', count: sentinels },
    { role: 'bulk', count: bulkOf(plan) },
  ] as const;
  const { ready } = await conductor.joinAll(
    parts.map(({ role, count }) => ({ role, count, rate: (stage.connectRate * count) / stage.subscribers })),
  );
  return ready;
}

/** Probes before, amidst and after the others: where in the server's list one stands decides what one sees. */
async function joinAround(conductor: Conductor, plan: LoadPlan): Promise<number> {
  const { probes, sentinels, stage } = plan;
  const bulk = bulkOf(plan);
  let ready = 0;
  for (const part of [1, 2, 3]) {
    const some = (count: number): number => Math.round((count * part) / 3);
    const first = await conductor.joinAll([
      { role: 'probes', count: some(probes), rate: probeRate },
      { role: 'sentinel', count: some(sentinels), rate: probeRate },
    ]);
    ready += first.ready;
    if (ready === 0) break;
    if (part === 3 || bulk === 0) continue;
    const more = await conductor.joinAll([
      { role: 'bulk', count: part === 1 ? Math.floor(bulk / 2) : bulk, rate: stage.connectRate },
    ]);
    ready += more.ready;
  }
  return ready;
}

async function whilePublishing(conductor: Conductor, { plan, via, signal }: StageContext): Promise<void> {
  const { stage } = plan;
  const publishes = publishesOf(stage);
  const lasts = publishes > 0 ? dueAfter(stage, publishes) : stage.holdMs;
  const isPublished = publishes > 0 && (via !== undefined || plan.surface === 'beam');
  const over = new AbortController();
  const behaving = behave(conductor, plan, lasts, AbortSignal.any([over.signal, signal]));
  if (isPublished) {
    const inTime = await conductor.publish(lasts + plan.deadlines.answerMs + 30_000);
    // That it fell behind is no crash: what it did not send is missing in the accounts.
    if (!inTime && !signal.aborted) conductor.mark('the publisher did not come to its end');
  } else await hold(stage.holdMs, signal);
  over.abort();
  await behaving;
  if (stage.space) conductor.greet(0);
  conductor.mark('published');
}

/** What else happens meanwhile. */
async function behave(conductor: Conductor, plan: LoadPlan, lasts: number, over: AbortSignal): Promise<void> {
  const { behaviour } = plan.stage;
  const bulk = bulkOf(plan);
  switch (behaviour.kind) {
    case 'steady':
      return;
    case 'churn': {
      const from = now();
      let swapped = 0;
      while (!over.aborted) {
        await hold(1000, over);
        if (over.aborted) return;
        // By the clock, so that a small share is one now and then, and a slow second is made up for.
        const due = Math.floor((bulk * behaviour.sharePerSecond * (now() - from)) / 1000);
        const count = Math.min(bulk, due - swapped);
        if (count < 1) continue;
        swapped += count;
        await conductor.orderBulk(
          (share) => ({ say: 'swap', id: 0, count: share(count), rate: plan.stage.connectRate }),
          10_000,
        );
      }
      return;
    }
    case 'storm':
      await hold(lasts / 2, over);
      if (over.aborted) return;
      conductor.mark('cut');
      await conductor.orderBulk(() => ({ say: 'cut', id: 0, withinMs: behaviour.jitterMs }), 60_000);
      conductor.mark('back');
      return;
    case 'intruders': {
      await hold(500, over);
      const members = Math.max(1, conductor.bulkMembers);
      await conductor.orderBulk(
        () => ({
          say: 'intrude',
          id: 0,
          rate: behaviour.rate / members,
          badShare: behaviour.badShare,
          forMs: Math.max(1000, lasts - 1000),
        }),
        lasts + 30_000,
      );
      return;
    }
    case 'sleepers':
      conductor.mark('sleep');
      conductor.tellBulk((share) => ({
        say: 'sleep',
        count: share(Math.max(1, Math.round(bulk * behaviour.share))),
      }));
      return;
  }
}

/** Until everything owed has arrived, and no longer than the drain lasts. */
async function drain(conductor: Conductor, { signal, drainMs = usualDrainMs }: StageContext): Promise<void> {
  const { record } = conductor;
  const from = now();
  const least = Math.max(drainMs, 5 * slowest(record));
  for (;;) {
    await conductor.flush();
    // Whoever was lost tells of nothing more that it received.
    if (signal.aborted || record.broken.length > 0) break;
    const most = Math.max(least, Math.min(mostLagMs, 5 * lagOf(record)));
    if (accountOf(record).lost === 0 || now() - from >= most) break;
    await hold(250, signal);
  }
  record.drainedAt = now();
  conductor.mark('drained');
}

/** How far the generator is behind what has reached it, milliseconds: what it has yet to read is not lost. */
function lagOf({ lags }: StageRecord): number {
  const last = new Map(lags.map(({ process, p99 }) => [process, p99]));
  return Math.max(0, ...last.values());
}

/** Roughly the p99 of what probes saw, milliseconds. */
function slowest({ receipts, publishes }: StageRecord): number {
  const sent = new Map(publishes.map((one) => [`${one.channel} ${one.seq}`, one.sent]));
  const delays = receipts
    .map(({ channel, seq, at }) => at - (sent.get(`${channel} ${seq}`) ?? at))
    .sort((a, b) => a - b);
  return delays[Math.floor(delays.length * 0.99)] ?? 0;
}

function whyNobody({ seats }: StageRecord): string {
  const refused = seats.find((seat) => seat.refused > 0);
  if (refused) return `every connection was refused with ${refused.refused}`;
  if (seats.some(({ opened }) => opened > 0)) return 'connections were opened, and none became ready';
  return 'no connection could be opened';
}

async function hold(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return;
  await sleep(ms, undefined, { signal }).catch(() => {});
}
