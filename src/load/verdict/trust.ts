import { k6SlackMs } from '../evidence/clock-slack.ts';
import { pressureDuring } from '../evidence/pressure.ts';
import type { SeatRecord, StageRecord } from '../evidence/stage-record.ts';
import { lineThrough, quantileOf } from '../evidence/statistics.ts';
import { onlyConnects, publishesOf } from '../plan/load-plan.ts';
import { Histogram } from '../wire/histogram.ts';
import type { Ceiling, Quantiles, StageResult, TrustCheck } from './load-result.ts';

/** Limits of DESIGN.md and issue: what separates the server's numbers from the generator's. */
const limits = {
  probeOverSentinel: { factor: 1.25, plusMs: 1 },
  lateness: { leastMs: 3, share: 0.1 },
  /** Lag of the generator's event loop that goes on growing: a queue that does not drain. */
  lagGrowth: { share: 0.5, leastMs: 25 },
  /** Where there are too few seconds for a growth: a median so high at the end is a queue, whatever makes it. */
  lagAtEndMs: 250,
  /** A process that tells of fewer of the seconds is too late even for that. */
  leastTold: 0.5,
  /**
   * How late connections may be begun: by whom they are measured, from their dialling on and so never too short, and by all the
   * others.
   */
  dialling: { leastMs: 25, share: 0.25 },
  ramp: { leastMs: 250, share: 0.1 },
  connectsOverSentinel: { factor: 1.25, plusMs: 5 },
  floorsDiffer: { share: 0.5, leastMs: 1 },
  clockJumpMs: 1,
} as const;

/** Of connections that fall behind more and more, nearly the last. */
const rampShare = 0.9;

/** Whether a stage's numbers are the server's, and if not, what to do. Pure. */
export function trustOf(
  record: StageRecord,
  result: StageResult,
  ceiling: Ceiling | null,
): readonly TrustCheck[] {
  const checks: (TrustCheck | undefined)[] = [
    processesOf(record),
    accountsOf(record, result),
    probesAgainstSentinel(result),
    latenessOf(result),
    lagOf(record, result),
    ...connectingOf(record, result),
    floorsOf(result),
    clockOf(record, result),
    clocksOf(record, result),
    ceilingOf(result, ceiling),
    pressureOf(record, result, ceiling),
  ];
  return checks.filter((check): check is TrustCheck => check !== undefined);
}

function processesOf(record: StageRecord): TrustCheck {
  const troubles = [
    ...record.broken,
    ...record.endings.flatMap(({ name, trouble }) => (trouble === undefined ? [] : [`${name}: ${trouble}`])),
  ];
  return {
    id: 'processes',
    stage: record.plan.stage.name,
    title: 'processes of the harness that did not do their part',
    value: troubles.length,
    limit: 0,
    unit: '',
    ok: troubles.length === 0,
    advice: troubles.slice(0, 3).join('; '),
  };
}

/** All that was planned was sent, and whoever was asked to connect has a record. */
function accountsOf(record: StageRecord, { publishes, connections }: StageResult): TrustCheck | undefined {
  if (record.interrupted || record.unreachable !== undefined) return undefined;
  const { stage } = record.plan;
  const missing = publishesOf(stage) - publishes.sent + Math.max(0, stage.subscribers - connections.asked);
  return {
    id: 'accounts',
    stage: stage.name,
    title: 'planned publishes that were not sent, and subscribers that were not begun',
    value: missing,
    limit: 0,
    unit: '',
    ok: missing === 0,
    advice: 'a process of the generator fell behind: fewer subscribers, or a lower rate',
  };
}

function probesAgainstSentinel({ name, latency, sentinel }: StageResult): TrustCheck | undefined {
  const probe = latency.delivery;
  if (!probe || !sentinel) return undefined;
  const { factor, plusMs } = limits.probeOverSentinel;
  const limit = factor * sentinel.p99 + plusMs;
  return {
    id: 'probes',
    stage: name,
    title: 'p99 of the probes, against a bare socket reader beside them',
    value: probe.p99,
    limit,
    unit: 'ms',
    ok: probe.p99 <= limit,
    advice: 'the measuring process is starved: fewer deliveries per second, or more cores',
  };
}

function latenessOf({ name, latency }: StageResult): TrustCheck | undefined {
  const { lateness, last } = latency;
  if (!lateness) return undefined;
  const limit = Math.max(limits.lateness.leastMs, limits.lateness.share * (last?.p99 ?? 0));
  const share = shareBeyondTen(lateness.count);
  const value = share === 0.99 ? lateness.p99 : quantileAt(lateness, share);
  return {
    id: 'lateness',
    stage: name,
    title: `p${Math.round(share * 100)} of how late publishes were sent`,
    value,
    limit,
    unit: 'ms',
    ok: value <= limit,
    advice: 'the publisher is starved: a lower rate, fewer subscribers, or more cores',
  };
}

function quantileAt({ pairs, overflow }: Quantiles, share: number): number {
  const histogram = new Histogram();
  histogram.addPairs(pairs, overflow);
  return histogram.quantile(share);
}

/**
 * No fixed limit tells a good event loop from a bad one; one that grows does not drain. A queue that is so long that
 * seconds go by untold is worse, and has too few points to see it grow.
 */
function lagOf(record: StageRecord, { name }: StageResult): TrustCheck | undefined {
  const { lags, seats, startAt, publishedAt } = record;
  const seconds = Math.floor((publishedAt - startAt) / 1000);
  const members = new Set([
    ...seats.filter(({ role }) => role === 'bulk').map(({ process }) => process),
    ...lags.map(({ process }) => process),
  ]);
  if (members.size === 0 || !(seconds >= 3)) return undefined;
  let worst = 0;
  let isBehind = false;
  for (const member of members) {
    const told = lags.filter(({ process, at }) => process === member && at >= startAt && at <= publishedAt);
    const end = told.at(-1)?.p50 ?? 0;
    const line = lineThrough(
      told.map(({ at }) => (at - startAt) / 1000),
      told.map(({ p50 }) => p50),
    );
    const growth = line ? line.last - line.first : 0;
    const { share, leastMs } = limits.lagGrowth;
    const grows = line && line.low > 0 && growth > Math.max(leastMs, share * Math.max(0, line.first));
    const isUntold = told.length < limits.leastTold * seconds;
    if (!grows && !isUntold && end <= limits.lagAtEndMs) continue;
    isBehind = true;
    worst = Math.max(worst, growth, end);
  }
  return {
    id: 'lag',
    stage: name,
    title: `event-loop lag of ${record.driver}, where it grows or goes untold`,
    value: worst,
    limit: limits.lagGrowth.leastMs,
    unit: 'ms',
    ok: !isBehind,
    advice: 'the generator falls behind what arrives: fewer deliveries per second, or --driver node',
  };
}

/**
 * Where connections are what is measured: probes dialled when they were to, others did not fall behind the rate that is
 * claimed, and a bare reader beside the probes saw what they saw.
 */
function connectingOf(record: StageRecord, { name, latency }: StageResult): readonly TrustCheck[] {
  const { stage } = record.plan;
  const dialled = record.seats.filter((seat) => !Number.isNaN(seat.dialled));
  const probes = dialled.filter(({ role }) => role === 'probes');
  if (!onlyConnects(stage) || probes.length === 0) return [];
  const late = (seats: readonly SeatRecord[], share: number): number =>
    quantileOf(
      seats.map(({ dialled, due }) => dialled - due),
      share,
    );
  const { dialling, ramp } = limits;
  const share = shareBeyondTen(probes.length);
  const begun = late(probes, share);
  const mostLate = Math.max(dialling.leastMs, dialling.share * (latency.connect?.p99 ?? 0));
  const behind = late(dialled, rampShare);
  const mostBehind = Math.max(ramp.leastMs, (ramp.share * 1000 * stage.subscribers) / stage.connectRate);
  return [
    {
      id: 'dialling',
      stage: name,
      title: `p${Math.round(share * 100)} of how late probes began to connect`,
      value: begun,
      limit: mostLate,
      unit: 'ms',
      ok: begun <= mostLate,
      advice: 'the measuring process is starved: a lower connectRate, or more cores',
    },
    {
      id: 'ramp',
      stage: name,
      title: 'how far connections fell behind the rate at which they were to be made',
      value: behind,
      limit: mostBehind,
      unit: 'ms',
      ok: behind <= mostBehind,
      advice: 'the generator cannot connect that fast: a lower connectRate, or --driver node',
    },
    ...connectsOf(record, name),
  ];
}

function connectsOf(record: StageRecord, stage: string): readonly TrustCheck[] {
  const tookBy = (role: SeatRecord['role']): readonly number[] =>
    record.seats
      .filter((seat) => seat.role === role && !Number.isNaN(seat.opened))
      .map(({ opened, dialled }) => opened - dialled);
  const [probes, sentinels] = [tookBy('probes'), tookBy('sentinel')];
  if (probes.length === 0 || sentinels.length === 0) return [];
  const share = shareBeyondTen(Math.min(probes.length, sentinels.length));
  const value = quantileOf(probes, share);
  const { factor, plusMs } = limits.connectsOverSentinel;
  const limit = factor * quantileOf(sentinels, share) + plusMs;
  return [
    {
      id: 'connects',
      stage,
      title: `p${Math.round(share * 100)} of how long probes took to connect, against a bare socket reader beside them`,
      value,
      limit,
      unit: 'ms',
      ok: value <= limit,
      advice: 'the measuring process is starved: a lower connectRate, or more cores',
    },
  ];
}

/** The quantile that so many samples tell, ten of them beyond it: the p99 of eighty is the one hiccup that there was. */
function shareBeyondTen(count: number): number {
  return Math.max(0.5, Math.min(0.99, 1 - 10 / count));
}

function floorsOf({ name, floor: { before, after } }: StageResult): TrustCheck | undefined {
  if (!before || !after) return undefined;
  const [low, high] = [Math.min(before.p50, after.p50), Math.max(before.p50, after.p50)];
  const { share, leastMs } = limits.floorsDiffer;
  return {
    id: 'floors',
    stage: name,
    title: 'floor before and after the run: p50 that they differ by',
    value: high - low,
    limit: Math.max(leastMs, share * low),
    unit: 'ms',
    ok: high - low <= Math.max(leastMs, share * low),
    advice: 'the machine is not quiet: end what else runs on it, and run again',
  };
}

function clockOf(record: StageRecord, { name }: StageResult): TrustCheck | undefined {
  const { offsets } = record;
  if (offsets.length < 2) return undefined;
  let jump = 0;
  for (let at = 1; at < offsets.length; at++) {
    jump = Math.max(jump, Math.abs((offsets[at]?.offset ?? 0) - (offsets[at - 1]?.offset ?? 0)));
  }
  return {
    id: 'clock',
    stage: name,
    title: 'largest step of the wall clock against the monotonic clock',
    value: jump,
    limit: limits.clockJumpMs,
    unit: 'ms',
    ok: jump <= limits.clockJumpMs,
    advice: 'the wall clock was set during the run: stop what sets it, and run again',
  };
}

/** What members on other machines tell of when they joined and left decides what they are owed. */
function clocksOf({ clocks }: StageRecord, { name }: StageResult): TrustCheck | undefined {
  if (clocks.length === 0) return undefined;
  const value = Math.max(...clocks.map(({ withinMs }) => withinMs));
  return {
    id: 'clocks',
    stage: name,
    title: 'how well the clocks of generators elsewhere are known',
    value,
    limit: k6SlackMs,
    unit: 'ms',
    ok: value <= k6SlackMs,
    advice: 'the way to a generator takes too long to agree on the time: bring it nearer to the coordinator',
  };
}

function ceilingOf({ name, rate }: StageResult, ceiling: Ceiling | null): TrustCheck | undefined {
  if (!ceiling) return undefined;
  return {
    id: 'ceiling',
    stage: name,
    title: 'deliveries per second, against what this generator carries',
    value: rate.deliveriesOffered,
    limit: ceiling.deliveriesPerSecond,
    unit: '/s',
    ok: rate.deliveriesOffered <= ceiling.deliveriesPerSecond,
    advice: `stay under ${Math.floor(ceiling.deliveriesPerSecond)} deliveries per second, or use --driver node`,
  };
}

/**
 * Processes that wait for a CPU stamp late, probes and bare reader alike. How much of that is too much the ceiling has
 * shown, where what broke there had waited more than all that held in any second; elsewhere, as on a machine that is
 * always busy, nobody knows, and nothing is judged.
 */
function pressureOf(
  record: StageRecord,
  { name }: StageResult,
  ceiling: Ceiling | null,
): TrustCheck | undefined {
  const value = pressureDuring(record)?.p50;
  const limit = breakingPressure(ceiling?.trials ?? []);
  if (value === undefined || limit === undefined) return undefined;
  return {
    id: 'pressure',
    stage: name,
    title: 'time in which something waited for a CPU, against that at which this generator broke',
    value,
    limit,
    unit: '%',
    ok: value < limit,
    advice:
      'the CPUs are not enough for server and generator: another machine for the server, or a lower rate',
  };
}

function breakingPressure(trials: Ceiling['trials']): number | undefined {
  const held = trials.flatMap(({ valid, pressure }) => (valid && pressure ? [pressure.max] : []));
  const broke = trials.flatMap(({ valid, pressure }) => (!valid && pressure ? [pressure.p50] : []));
  if (held.length === 0) return undefined;
  const above = broke.filter((pressure) => pressure > Math.max(...held));
  return above.length === 0 ? undefined : Math.min(...above);
}
