import { histogramKinds } from '../control/codec.ts';
import { accountOf } from '../evidence/accounts.ts';
import { clockSlackMs } from '../evidence/clock-slack.ts';
import type { SeatRecord, StageRecord } from '../evidence/stage-record.ts';
import { lineThrough, quantileOf } from '../evidence/statistics.ts';
import { onlyConnects, publishesOf, type StageShape, seatsPerLife } from '../plan/load-plan.ts';
import { dueAfter } from '../plan/schedule.ts';
import { Histogram } from '../wire/histogram.ts';
import { burstOf } from './burst.ts';
import {
  blindOf,
  extremesOf,
  type Measured,
  measuredOf,
  ofHistogram,
  quantilesOf,
  warmupLasts,
} from './latencies.ts';
import type { LatencyName, Quantiles, StageResult, Window } from './load-result.ts';

/** What a stage is told of, beside its own record. */
export interface StageCircumstances {
  readonly floor: { readonly before: Quantiles | null; readonly after: Quantiles | null };
  readonly monitors: StageResult['monitors'];
}

/** Growth of the median within a stage that is none: at most a quarter, or 2 ms. */
const steadyShare = 0.25;
const steadyMs = 2;

/** Numbers of a stage from what was seen in it. Pure: the same record, the same result. */
export function stageResultOf(record: StageRecord, { floor, monitors }: StageCircumstances): StageResult {
  const { plan } = record;
  const { stage } = plan;
  const measured = measuredOf(record);
  const accounts = accountOf(record);
  const began = Number.isNaN(record.startAt) ? firstOf(record) : record.startAt;
  const ended = endOf(record, began);
  const offset = record.offsets[0]?.offset ?? 0;
  const windows = windowsOf(record, measured, began, ended);
  return {
    name: stage.name,
    shape: stage,
    startedAt: new Date(began + offset).toISOString(),
    durationMs: Math.round(ended - began),
    connections: connectionsOf(record),
    publishes: publishCounts(record),
    deliveries: {
      owed: accounts.owed,
      received: accounts.received,
      lost: accounts.lost,
      duplicated: accounts.duplicated,
      reordered: accounts.reordered,
      ghosts: accounts.ghosts,
      leaks: accounts.leaks,
      changed: accounts.changed,
      indeterminate: accounts.indeterminate,
    },
    rate: ratesOf(record, accounts.received),
    latency: latencyOf(record, measured),
    positions: positionsOf(measured),
    sentinel: quantilesOf(delays(measured.filter(({ role }) => role === 'sentinel'))),
    floor,
    blind: quantilesOf(blindOf(extremesOf(measured))),
    steady: steadyOf(windows, stage),
    windows,
    system: record.system
      .filter(({ at }) => at >= began)
      .map(({ at, cpu, rss, busy, pressure }) => ({
        second: Math.round((at - began) / 1000),
        cpu,
        rss,
        busy: Number.isNaN(busy) ? 0 : busy,
        pressure: Number.isNaN(pressure) ? null : pressure,
      })),
    lag: record.lags
      .filter(({ at }) => at >= began)
      .map(({ at, p50, p99, max }) => ({ second: Math.round((at - began) / 1000), p50, p99, max })),
    intruders: stage.behaviour.kind === 'intruders' ? intrudersOf(record) : null,
    recovery: stage.behaviour.kind === 'storm' ? recoveryOf(record) : null,
    ...burstOf(record, extremesOf(measured)),
    ...turnoverOf(record),
    ...(record.counts.frames > 0
      ? { traffic: { messages: record.counts.frames, bytes: record.counts.bytes } }
      : {}),
    monitors,
    marks: record.marks.map(({ at, what }) => ({ second: (at - began) / 1000, what })),
  };
}

function delays(measured: readonly Measured[]): number[] {
  return measured.map(({ at, intended }) => at - intended);
}

function latencyOf(
  record: StageRecord,
  measured: readonly Measured[],
): Readonly<Partial<Record<LatencyName, Quantiles>>> {
  const probes = measured.filter(({ role }) => role === 'probes');
  const extremes = extremesOf(measured);
  // Where connections are what is measured, probes make as many of them as that takes.
  const isClaimed = onlyConnects(record.plan.stage);
  const opened = record.seats.filter(
    (seat) => !Number.isNaN(seat.opened) && (!isClaimed || seat.role === 'probes'),
  );
  const all: Record<LatencyName, Quantiles | null> = {
    delivery: quantilesOf(delays(probes)),
    last: quantilesOf(extremes.map(({ last, intended }) => last - intended)),
    first: quantilesOf(extremes.map(({ first, intended }) => first - intended)),
    service: quantilesOf(probes.map(({ at, sent }) => at - sent)),
    connect: quantilesOf(opened.map((seat) => seat.opened - seat.dialled)),
    // A space greets nobody: how long that takes is a matter of our own events, and nothing of the server's.
    subscribe: quantilesOf(record.plan.stage.space ? [] : opened.map((seat) => seat.ready - seat.opened)),
    acknowledge: quantilesOf(
      record.plan.surface === 'beam'
        ? []
        : record.publishes
            .filter(({ acknowledged }) => acknowledged >= 0)
            .map(({ acknowledged, sent }) => acknowledged - sent),
    ),
    refusal: quantilesOf(record.intruders.refusalMs),
    // The first publishes of a process that has just started are late, and count for no latency either.
    lateness: quantilesOf(
      record.publishes
        .filter(({ intended }) => intended + 1e-6 >= record.startAt + warmupLasts(record))
        .map(({ sent, intended }) => Math.max(0, sent - intended)),
    ),
    bulk: bulkOf(record),
  };
  const known = Object.entries(all).filter((entry): entry is [LatencyName, Quantiles] => entry[1] !== null);
  return Object.fromEntries(known);
}

function bulkOf(record: StageRecord): Quantiles | null {
  const sum = new Histogram();
  for (const { kind, pairs, overflow } of record.histograms) {
    if (kind === histogramKinds.delivery) sum.addPairs(pairs, overflow);
  }
  return ofHistogram(sum);
}

function positionsOf(measured: readonly Measured[]): StageResult['positions'] {
  const at = (position: string): Quantiles | null =>
    quantilesOf(delays(measured.filter((one) => one.role === 'probes' && one.position === position)));
  const all = (['first', 'middle', 'last'] as const).map((position) => [position, at(position)] as const);
  return Object.fromEntries(all.filter(([, quantiles]) => quantiles !== null));
}

/** Share of the connections whose first answer k6 may have lost, by far: it is one in some thousands. */
const mostLostAnswers = 0.002;

function connectionsOf({ seats, drainedAt }: StageRecord): StageResult['connections'] {
  const refused: Record<string, number> = {};
  const closedByServer: Record<string, number> = {};
  let dropped = 0;
  for (const seat of seats) {
    if (seat.refused >= 0) refused[seat.refused] = (refused[seat.refused] ?? 0) + 1;
    if (seat.closedBy !== 'them' || seat.refused >= 0) continue;
    closedByServer[seat.code] = (closedByServer[seat.code] ?? 0) + 1;
    if (Number.isNaN(seat.leaving) && !(seat.closed > drainedAt)) dropped += 1;
  }
  const ready = seats.filter((seat) => !Number.isNaN(seat.ready));
  const twice = seats.filter(({ redialled }) => redialled !== undefined).length;
  const readyAtTwice = ready.filter(({ redialled }) => redialled !== undefined).length;
  // More than the generator may lose was lost by the server.
  const forgiven = Math.min(readyAtTwice, 1 + Math.floor(seats.length * mostLostAnswers));
  return {
    asked: seats.length,
    opened: seats.filter(({ opened }) => !Number.isNaN(opened)).length,
    ready: ready.length - readyAtTwice + forgiven,
    ...(twice > 0 ? { redialled: twice } : {}),
    refused,
    closedByServer,
    dropped,
    pending: seats.filter(
      ({ opened, ready, refused: status }) => Number.isNaN(opened) && Number.isNaN(ready) && status < 0,
    ).length,
  };
}

function publishCounts(record: StageRecord): StageResult['publishes'] {
  const { publishes, plan } = record;
  const acknowledged = publishes.filter(({ status }) => status >= 200 && status < 300).length;
  const isOwn = plan.surface === 'beam';
  const sent = isOwn ? asked(record.seats) : publishes.length;
  return {
    planned: publishesOf(plan.stage),
    sent,
    acknowledged: isOwn ? sent : acknowledged,
    unknown: isOwn ? 0 : publishes.length - acknowledged,
    warmup: plan.stage.warmup,
  };
}

function asked(seats: readonly SeatRecord[]): number {
  let count = 0;
  for (const seat of seats) {
    for (let at = 0; at + 1 < seat.asked.length; at += 2)
      count += (seat.asked[at + 1] ?? 0) - (seat.asked[at] ?? 0) + 1;
  }
  return count;
}

function ratesOf(record: StageRecord, received: number): StageResult['rate'] {
  const { stage, surface } = record.plan;
  const planned = publishesOf(stage);
  const seconds = planned > 0 ? dueAfter(stage, planned) / 1000 : 0;
  // What the server took: a publisher that never waits sends at any rate to a server that takes none of it.
  const taken = record.publishes.filter(({ status }) => status >= 200 && status < 300);
  const done = surface === 'beam' ? asked(record.seats) : taken.length;
  const first = taken.reduce((least, one) => Math.min(least, one.acknowledged), Number.POSITIVE_INFINITY);
  const last = record.publishes.reduce(
    (most, one) => Math.max(most, one.sent, one.acknowledged),
    Number.NEGATIVE_INFINITY,
  );
  // The last one takes its interval, too.
  const took = last > first ? ((last - first) / 1000) * (planned / Math.max(1, planned - 1)) : seconds;
  const perPublish = surface === 'beam' ? 1 : stage.subscribers / Math.max(1, record.plan.channels.length);
  return {
    publishesOffered: seconds > 0 ? planned / seconds : 0,
    publishesAchieved: took > 0 ? done / took : 0,
    deliveriesOffered: seconds > 0 ? (planned / seconds) * perPublish : 0,
    deliveriesAchieved: took > 0 ? received / took : 0,
  };
}

function windowsOf(
  record: StageRecord,
  measured: readonly Measured[],
  began: number,
  ended: number,
): readonly Window[] {
  const seconds = Math.max(1, Math.ceil((ended - began) / 1000));
  const byWindow: number[][] = Array.from({ length: seconds }, () => []);
  for (const { role, intended, at } of measured) {
    if (role === 'probes') byWindow[Math.floor((intended - began) / 1000)]?.push(at - intended);
  }
  const publishes = new Array<number>(seconds).fill(0);
  for (const { sent } of record.publishes) {
    const second = Math.floor((sent - began) / 1000);
    if (second >= 0 && second < seconds) publishes[second] = (publishes[second] ?? 0) + 1;
  }
  const deliveries = new Array<number>(seconds).fill(0);
  for (const { kind, at, pairs, overflow } of record.histograms) {
    if (kind !== histogramKinds.delivery) continue;
    const second = Math.min(seconds - 1, Math.max(0, Math.floor((at - began) / 1000)));
    let sum = overflow;
    for (let index = 1; index < pairs.length; index += 2) sum += pairs[index] ?? 0;
    deliveries[second] = (deliveries[second] ?? 0) + sum;
  }
  return byWindow.map((values, second) => ({
    second,
    publishes: publishes[second] ?? 0,
    count: values.length,
    p50: orNull(quantileOf(values, 0.5)),
    p90: orNull(quantileOf(values, 0.9)),
    p99: orNull(quantileOf(values, 0.99)),
    max: values.length === 0 ? null : Math.max(...values),
    connections: openAt(record.seats, began + second * 1000),
    deliveries: (deliveries[second] ?? 0) + values.length,
  }));
}

/** Whether the median grows within the stage: a server that falls behind does so even where its p99 still passes. */
function steadyOf(windows: readonly Window[], { pace, behaviour }: StageShape): StageResult['steady'] {
  // Where the load itself changes, its median may.
  const isConstant = new Set(pace.map(({ rate }) => rate)).size <= 1 && behaviour.kind !== 'storm';
  const known = windows.filter((window): window is Window & { p50: number } => window.p50 !== null);
  const line = lineThrough(
    known.map(({ second }) => second),
    known.map(({ p50 }) => p50),
  );
  if (!line || !isConstant) return { judged: false, steady: true, slope: 0, low: 0, high: 0, growth: 0 };
  const growth = line.last - line.first;
  const allowed = Math.max(steadyShare * Math.max(0, line.first), steadyMs);
  return {
    judged: true,
    steady: !(line.low > 0 && growth > allowed),
    slope: line.slope,
    low: line.low,
    high: line.high,
    growth,
  };
}

function intrudersOf({ intruders }: StageRecord): StageResult['intruders'] {
  const { goodIn, goodOut, badIn, badOut } = intruders;
  return { goodIn, goodOut, badIn, badOut };
}

/** Who left, was cut off, came in the place of such a one, or stopped reading. */
function turnoverOf(record: StageRecord): Pick<StageResult, 'turnover'> {
  const { kind } = record.plan.stage.behaviour;
  if (kind === 'steady' || kind === 'intruders') return {};
  const bulk = record.seats.filter(({ role }) => role === 'bulk');
  const told = bulk.filter(({ leaving }) => !Number.isNaN(leaving)).length;
  return {
    turnover: {
      left: kind === 'sleepers' ? 0 : told,
      cut: cutOf(record).size,
      back: bulk.filter(({ seat, ready }) => seat >= seatsPerLife && !Number.isNaN(ready)).length,
      asleep: kind === 'sleepers' ? told : 0,
    },
  };
}

/** First seats of those who were ready when all were cut off. */
function cutOf(record: StageRecord): ReadonlySet<number> {
  const { seats, marks } = record;
  const cut = marks.find(({ what }) => what === 'cut')?.at ?? Number.NaN;
  // Whoever came back is closed after the cut as well, when all is over.
  return new Set(
    seats
      .filter(
        ({ ready, closing, role }) =>
          role === 'bulk' && ready < cut && closing >= cut - clockSlackMs(record, 'bulk'),
      )
      .map(({ seat }) => seat % seatsPerLife),
  );
}

/** From the cut to when half, 99 of 100 and all of the cut subscribers were ready again. */
function recoveryOf(record: StageRecord): StageResult['recovery'] {
  const { seats, marks } = record;
  const cut = marks.find(({ what }) => what === 'cut')?.at;
  if (cut === undefined) return null;
  const gone = cutOf(record);
  const wanted = gone.size;
  const back = seats
    .filter(({ seat, role }) => role === 'bulk' && seat >= seatsPerLife && gone.has(seat % seatsPerLife))
    .map(({ ready }) => ready - cut)
    .filter((ms) => !Number.isNaN(ms))
    .sort((a, b) => a - b);
  const after = (share: number): number | null => back[Math.max(0, Math.ceil(share * wanted) - 1)] ?? null;
  return { p50: after(0.5), p99: after(0.99), all: after(1) };
}

function openAt(seats: readonly SeatRecord[], moment: number): number {
  let count = 0;
  for (const { opened, closed } of seats) if (opened <= moment && !(closed <= moment)) count += 1;
  return count;
}

/** When the first subscriber dialled; where none came so far, when the stage's clock began. */
function firstOf({ seats, offsets }: StageRecord): number {
  const dialled = seats.map((seat) => seat.dialled).filter((moment) => !Number.isNaN(moment));
  return dialled.length === 0
    ? (offsets[0]?.at ?? 0)
    : dialled.reduce((least, moment) => Math.min(least, moment));
}

function endOf(record: StageRecord, began: number): number {
  const moments = [
    record.drainedAt,
    record.publishedAt,
    ...record.marks.map(({ at }) => at),
    began + 1000,
  ].filter((moment) => !Number.isNaN(moment));
  return Math.max(...moments);
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
