import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Formats } from '../../contract/format.ts';
import { parseJson } from '../../contract/json.ts';
import { publishesOf } from '../plan/load-plan.ts';
import type { Profile } from '../profile/profile.ts';
import { loadReporters } from '../report/load-reporters.ts';
import { readLoad } from '../report/read-load.ts';
import { resultJson } from '../report/result-json.ts';
import { probesFor, sentinelsFor } from '../run/measure.ts';
import type { LoadResult, StageResult } from '../verdict/load-result.ts';
import { timedMetrics } from './faulty-stages.ts';
import { quickStages } from './quick-stages.ts';

/**
 * What must be true of a load on a right server, on however busy a machine: all is counted, nothing is blamed on the
 * server, and what the profile is about has happened. Times and what hangs on them may come to anything.
 */
export function untruthsOf(result: LoadResult, profile: Profile): readonly string[] {
  const shapes = quickStages(profile);
  const { verdict, exit, complete, findings, stages, gates, trust } = result;
  const blamed = gates.filter(
    ({ gate, outcome }) => outcome === 'failed' && !timedMetrics.has(gate.split(/\s/)[0] ?? ''),
  );
  const isLate = gates.some(({ outcome }) => outcome === 'failed') && blamed.length === 0;
  const isHonest =
    (verdict === 'pass' && exit === 0) ||
    (verdict === 'invalid' && exit === 5 && trust.some(({ ok }) => !ok)) ||
    (verdict === 'fail' && exit === 1 && isLate);
  return [
    ...unless(isHonest && complete, `verdict ${verdict}, exit ${exit}: ${result.reason}`),
    ...findings.map(({ kind, stage, actual }) => `finding ${kind} in ${stage}: ${actual}`),
    ...blamed.map(({ gate, stage, value }) => `${gate} failed in ${stage} with ${value}`),
    ...differ('stages', stages.map(({ name }) => name).join(), shapes.map(({ name }) => name).join()),
    ...differ('gates', gates.length, profile.gates.length * shapes.length),
    ...stages.flatMap((stage) =>
      [...countsOf(stage, result), ...happened(stage)].map((text) => `${stage.name}: ${text}`),
    ),
  ];
}

/** Nothing lost, doubled, reordered, haunting, leaked or changed; everybody in; everything sent. */
function countsOf(stage: StageResult, { target }: LoadResult): readonly string[] {
  const { connections, deliveries, publishes, shape, turnover, monitors } = stage;
  const planned = publishesOf(shape);
  const awake = shape.subscribers - (turnover?.asleep ?? 0);
  const { lost, duplicated, reordered, ghosts, leaks, changed, owed } = deliveries;
  // Whoever comes and goes is owed what fell into its time, which no two runs have in common.
  const isPlain = turnover === undefined || turnover.asleep > 0;
  const all = target.surface === 'beam' ? planned : (planned * awake) / shape.channels;
  return [
    ...Object.entries({ lost, duplicated, reordered, ghosts, leaks, changed }).flatMap(([what, count]) =>
      differ(what, count, 0),
    ),
    ...(isPlain ? differ('owed', owed, all) : unless(owed > 0, 'nothing was owed')),
    ...differ('sent', publishes.sent, planned),
    ...differ('acknowledged', publishes.acknowledged, planned),
    ...differ('asked to connect', connections.asked, shape.subscribers + (turnover?.back ?? 0)),
    ...differ('ready', connections.ready, connections.asked),
    ...differ('refused', JSON.stringify(connections.refused), '{}'),
    ...differ('dropped', connections.dropped, 0),
    ...differ('frames judged', monitors.judged, monitors.seen),
    ...unless(planned === 0 || monitors.judged > 0, 'no frame was judged'),
  ];
}

/** What the stage is about: its behaviour, its burst, the size of its messages. */
function happened({
  shape,
  turnover,
  intruders,
  recovery,
  burst,
  traffic,
  publishes,
}: StageResult): readonly string[] {
  const { behaviour, pace, padding } = shape;
  const bulk = shape.subscribers - probesFor(shape) - sentinelsFor(shape);
  const { left = 0, cut = 0, back = 0, asleep = 0 } = turnover ?? {};
  const size = traffic ? traffic.bytes / traffic.messages : 0;
  return [
    ...unless(padding === 0 || size > padding, `messages of ${Math.round(size)} bytes, padded to ${padding}`),
    ...unless(publishes.planned === 0 || (traffic?.messages ?? 0) > 0, 'the generator got no message'),
    ...unless(
      pace.length < 2 || pace.some(({ rate }) => rate > (pace[0]?.rate ?? 0)),
      'a burst at no higher rate',
    ),
    ...unless(
      pace.length < 3 || Boolean(burst?.before && burst.during && burst.after),
      'nothing is known of before, in or after the burst',
    ),
    ...(behaviour.kind === 'churn'
      ? [...unless(left > 1, `${left} left`), ...differ('came for those that left', back, left)]
      : []),
    ...(behaviour.kind === 'storm'
      ? [
          ...differ('cut', cut, bulk),
          ...differ('came back', back, cut),
          ...unless(recovery?.all !== null && recovery !== null, 'not all came back'),
        ]
      : []),
    ...(behaviour.kind === 'sleepers' ? unless(asleep > 0, 'nobody stopped reading') : []),
    ...(behaviour.kind === 'intruders'
      ? [
          ...differ('wrong accepts', intruders?.badIn, 0),
          ...differ('wrong refusals', intruders?.goodOut, 0),
          ...unless((intruders?.badOut ?? 0) > 0, 'no bad one was refused'),
          ...unless((intruders?.goodIn ?? 0) > 0, 'no good one got in'),
        ]
      : []),
  ];
}

/** Every file of a run is there, and says what the result does. */
export async function unreadableOf(
  folder: string,
  result: LoadResult,
  formats: Formats,
): Promise<readonly string[]> {
  const read = async (file: string): Promise<string> =>
    readFile(join(folder, file), 'utf8').catch((cause: Error) => `! ${cause.message}`);
  const stored = await read('result.json');
  const events = await read('events.ndjson');
  const publishes = (await read('publishes.ndjson')).split('\n').filter(Boolean);
  const rows = (await read('timeline.csv')).trimEnd().split('\n');
  const whole = readLoad('result.json', stored, formats);
  const told = readLoad('events.ndjson', events, formats);
  const empty: string[] = [];
  for (const { file } of Object.values(loadReporters)) {
    const text = file === undefined ? undefined : await read(file);
    if (text !== undefined && (text.trim() === '' || text.startsWith('! '))) empty.push(`${file}: ${text}`);
  }
  // On beam subscribers ask for themselves, and only probes tell of each input.
  const isPublished = result.target.surface !== 'beam';
  const sent = result.stages.reduce((sum, stage) => sum + stage.publishes.sent, 0);
  const channels = Math.max(...result.stages.map(({ shape }) => shape.channels));
  const rowsOf = publishes.map((line) => parseJson(line) as { readonly channel?: number } | undefined);
  return [
    ...empty,
    ...differ('result.json, read and written again', resultJson(whole), stored),
    ...differ('verdict in events.ndjson', `${told.verdict} ${told.exit}`, `${result.verdict} ${result.exit}`),
    ...differ('stages in events.ndjson', told.stages.length, result.stages.length),
    ...(isPublished
      ? differ('lines of publishes.ndjson', publishes.length, sent)
      : unless(
          publishes.length > 0 === sent > 0 && publishes.length <= sent,
          'other lines in publishes.ndjson',
        )),
    ...(isPublished && sent > 0
      ? differ('channels in publishes.ndjson', new Set(rowsOf.map((row) => row?.channel)).size, channels)
      : []),
    ...differ(
      'rows of timeline.csv',
      rows.length - 1,
      result.stages.reduce((sum, { windows }) => sum + windows.length, 0),
    ),
  ];
}

/** What came of a cell, for a person. */
export function cellFigures({ stages, verdict }: LoadResult): string {
  const sum = (count: (stage: StageResult) => number): number =>
    stages.reduce((all, stage) => all + count(stage), 0);
  const figures: readonly (readonly [string, number])[] = [
    ['ready', sum(({ connections }) => connections.ready)],
    ['delivered', sum(({ deliveries }) => deliveries.received)],
    ['left', sum(({ turnover }) => turnover?.left ?? 0)],
    ['cut', sum(({ turnover }) => turnover?.cut ?? 0)],
    ['back', sum(({ turnover }) => turnover?.back ?? 0)],
    ['asleep', sum(({ turnover }) => turnover?.asleep ?? 0)],
    ['refused', sum(({ intruders }) => intruders?.badOut ?? 0)],
  ];
  return [
    verdict,
    ...figures.filter(([, count]) => count > 0).map(([what, count]) => `${what} ${count}`),
  ].join(', ');
}

function unless(isSo: boolean, text: string): readonly string[] {
  return isSo ? [] : [text];
}

function differ(what: string, is: number | string | undefined, wanted: number | string): readonly string[] {
  return is === wanted ? [] : [`${what}: ${short(is)}, and ${short(wanted)} was to be`];
}

function short(value: number | string | undefined): string {
  return String(value).slice(0, 200);
}
