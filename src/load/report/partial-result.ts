import type { LoadResult, Quantiles, StageResult } from '../verdict/load-result.ts';
import type { LoadEvent, LoadHeader, StageStarted, WindowEvent } from './load-events.ts';
import { mergedQuantiles } from './merged-quantiles.ts';

/** What the events of a run come to, whether they tell its end or not. */
export function resultOfEvents(header: LoadHeader, events: readonly LoadEvent[]): LoadResult {
  const { event: _, stages: _names, ...start } = header;
  const of = <Name extends LoadEvent['event']>(name: Name) =>
    events.filter((one): one is Extract<LoadEvent, { event: Name }> => one.event === name);
  const findings = of('finding').map(({ finding }) => finding);
  const [footer] = of('footer');
  const told = of('verdict').at(-1);
  // A verdict without a footer stands only where it is none to be glad of.
  const verdict = told && (footer || told.exit !== 0) ? told : unended(header, events, findings.length);
  const { event: _verdict, ...end } = verdict;
  return {
    ...start,
    ...end,
    findings,
    trust: of('trust').map(({ trust }) => trust),
    gates: of('gate').map(({ gate }) => gate),
    stages: stagesOf(events),
    complete: footer?.complete === true,
  };
}

type Verdict = Extract<LoadEvent, { event: 'verdict' }>;

function unended(header: LoadHeader, events: readonly LoadEvent[], findings: number): Verdict {
  const shared = { event: 'verdict', durationMs: timeOf(header, events), comparison: null } as const;
  if (findings === 0)
    return { ...shared, verdict: 'incomplete', exit: 3, reason: 'the stream ends before the run does' };
  const reason = `${findings} findings that no generator can cause, and the stream ends before the run does`;
  return { ...shared, verdict: 'fail', exit: 1, reason };
}

/** Milliseconds from the beginning to the last second that was told of. */
function timeOf({ startedAt }: LoadHeader, events: readonly LoadEvent[]): number {
  const begin = Date.parse(startedAt);
  let [stage, last] = [begin, begin];
  for (const event of events) {
    if (event.event === 'stage-started') stage = Date.parse(event.startedAt);
    if (event.event === 'window') last = Math.max(last, stage + (event.window.second + 1) * 1000);
    if (event.event === 'stage-ended')
      last = Math.max(last, Date.parse(event.stage.startedAt) + event.stage.durationMs);
  }
  return Math.max(0, last - begin);
}

/** Each stage as it ended, or as far as it came. Two may have one name, in rounds: each start is a stage. */
function stagesOf(events: readonly LoadEvent[]): StageResult[] {
  const stages: StageResult[] = [];
  let open: { readonly started: StageStarted; readonly windows: WindowEvent[] } | undefined;
  const leave = (): void => {
    if (open) stages.push(unfinished(open.started, open.windows));
    open = undefined;
  };
  for (const event of events) {
    if (event.event === 'stage-started') {
      leave();
      open = { started: event, windows: [] };
    } else if (event.event === 'window') open?.windows.push(event);
    else if (event.event === 'stage-ended') {
      open = undefined;
      stages.push(event.stage);
    }
  }
  leave();
  return stages;
}

/** What the windows of a stage tell of it. Its accounts were never made: they are 0, and reports do not show them. */
function unfinished(
  { stage: name, shape, startedAt }: StageStarted,
  told: readonly WindowEvent[],
): StageResult {
  const windows = told.map(({ window }) => window);
  const sum = (count: (window: StageResult['windows'][number]) => number): number =>
    windows.reduce((all, window) => all + count(window), 0);
  const at = (...positions: readonly string[]): Quantiles | undefined =>
    mergedQuantiles(
      told.flatMap(({ histograms }) => histograms.filter((one) => positions.includes(one.position))),
    );
  const [delivery, bulk] = [at('first', 'middle', 'last'), at('bulk')];
  const [first, middle, last] = [at('first'), at('middle'), at('last')];
  const seconds = Math.max(1, (windows.at(-1)?.second ?? 0) + 1);
  const connected = Math.max(0, ...windows.map(({ connections }) => connections));
  const sent = sum(({ publishes }) => publishes);
  const received = sum(({ deliveries }) => deliveries);
  const rate = shape.pace[0]?.rate ?? 0;
  return {
    ...{ name, shape, startedAt, durationMs: seconds * 1000, unfinished: true },
    connections: {
      ...{ asked: shape.subscribers, opened: connected, ready: connected },
      ...{ refused: {}, closedByServer: {}, dropped: 0, pending: 0 },
    },
    publishes: {
      planned: shape.warmup + shape.pace.reduce((all, { publishes }) => all + publishes, 0),
      ...{ sent, acknowledged: 0, unknown: 0, warmup: shape.warmup },
    },
    deliveries: {
      ...{ owed: 0, received, lost: 0, duplicated: 0, reordered: 0 },
      ...{ ghosts: 0, leaks: 0, changed: 0, indeterminate: 0 },
    },
    rate: {
      ...{ publishesOffered: rate, publishesAchieved: sent / seconds },
      deliveriesOffered: (rate * shape.subscribers) / Math.max(1, shape.channels),
      deliveriesAchieved: received / seconds,
    },
    latency: { ...(delivery ? { delivery } : {}), ...(bulk ? { bulk } : {}) },
    positions: { ...(first ? { first } : {}), ...(middle ? { middle } : {}), ...(last ? { last } : {}) },
    ...{ sentinel: null, floor: { before: null, after: null }, blind: null },
    steady: {
      ...{ judged: false, steady: false },
      ...{ slope: Number.NaN, low: Number.NaN, high: Number.NaN, growth: Number.NaN },
    },
    ...{ windows, system: [], lag: [], intruders: null, recovery: null },
    ...{ monitors: { seen: 0, judged: 0, skipped: 0 }, marks: [] },
  };
}
