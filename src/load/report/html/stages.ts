import { html, type Markup } from '../../../report/html/markup.ts';
import { count, duration } from '../../../report/plain-text.ts';
import type { StageShape } from '../../plan/load-plan.ts';
import { type LoadResult, latencyNames, type StageResult } from '../../verdict/load-result.ts';
import { bytesText, countText, msText, rateText } from '../number-words.ts';
import {
  deliveredText,
  floorAt,
  headlineOf,
  latencyText,
  lossText,
  quantileNames,
  quantileTitles,
} from '../standing.ts';
import { steadyText } from './against-load.ts';
import { numberTable, part } from './tables.ts';

/** What was asked of the server, which every run can tell. */
export function shapes({ stages, notOffered }: LoadResult): Markup {
  return html`${
    stages.length === 0
      ? html`<p>No stage was performed.</p>`
      : numberTable(
          'What was performed',
          [
            'stage',
            'subscribers',
            'channels',
            'connections/s',
            'publishes/s',
            'publishes',
            'padding',
            'besides',
            'time',
          ],
          stages.map(({ name, shape, durationMs, unfinished, publishes }) => [
            unfinished ? html`${name} <em>unfinished</em>` : name,
            ...[countText(shape.subscribers), channelsText(shape), rateText(shape.connectRate)],
            shape.pace.length === 0 ? 'none' : shape.pace.map(({ rate }) => rateText(rate)).join(', '),
            ...[countText(publishes.planned), bytesText(shape.padding)],
            ...[shape.behaviour.kind === 'steady' ? '–' : shape.behaviour.kind, duration(durationMs)],
          ]),
        )
  }${
    notOffered.length === 0
      ? undefined
      : html`<p>Not offered, since this machine's generator could not have carried it:</p><ul>${notOffered.map(({ stage, reason }) => html`<li><b>${stage}</b>: ${reason}</li>`)}</ul>`
  }`;
}

function channelsText({ channels, space }: StageShape): string {
  return space ? `${count(channels, 'space')} with ${count(space.jobs, 'job')} each` : countText(channels);
}

/** What came of it: the numbers that a run may claim, or not. */
export function numbers({ stages }: LoadResult): Markup {
  if (stages.length === 0) return html``;
  const name = headlineOf(stages);
  const floored = stages.some((stage) => floorAt(stage, 'p99') !== undefined);
  return html`${numberTable(
    'Stages',
    [
      ...['stage', 'ready', 'publishes/s', 'deliveries/s'],
      ...quantileNames.map((quantile) => `${name} ${quantileTitles[quantile]}`),
      ...['floor p99', 'delivered', 'missing', 'latency'],
    ],
    stages.map((stage) => [
      stage.unfinished ? html`${stage.name} <em>unfinished</em>` : stage.name,
      `${countText(stage.connections.ready)} of ${countText(stage.connections.asked)}`,
      `${rateText(stage.rate.publishesAchieved)} of ${rateText(stage.rate.publishesOffered)}`,
      `${rateText(stage.rate.deliveriesAchieved)} of ${rateText(stage.rate.deliveriesOffered)}`,
      ...quantileNames.map((quantile) => latencyText(stage, name, stage.latency[name], quantile)),
      ...[msText(floorAt(stage, 'p99')), deliveredText(stage), lossText(stage) || '–', steadyText(stage)],
    ]),
  )}${
    floored
      ? html`<p class="note">The floor is the generator’s own share, measured on a server that does nothing else, before and after the run; the worse of both. ≤: below twice the floor, so the latency is at most that.</p>`
      : undefined
  }${part('All latencies', latencies(stages))}${part('Accounts of deliveries and publishes', accounts(stages))}${part(
    'Machine and generator',
    machine(stages),
  )}${besides(stages)}`;
}

function latencies(stages: readonly StageResult[]): Markup {
  return numberTable(
    'All latencies',
    ['stage, latency', 'values', ...quantileNames.map((quantile) => quantileTitles[quantile])],
    stages.flatMap((stage) =>
      latencyNames.flatMap((name) => {
        const quantiles = stage.latency[name];
        if (!quantiles) return [];
        return [
          [
            `${stage.name}, ${name}${name === 'bulk' ? ' (the generator’s own delay included)' : ''}`,
            countText(quantiles.count),
            ...quantileNames.map((quantile) => latencyText(stage, name, quantiles, quantile)),
          ],
        ];
      }),
    ),
  );
}

function accounts(stages: readonly StageResult[]): Markup {
  const finished = stages.filter(({ unfinished }) => !unfinished);
  return html`${numberTable(
    'Accounts of deliveries',
    [
      'stage',
      'owed',
      'received',
      'lost',
      'twice',
      'out of order',
      'ghosts',
      'leaks',
      'changed',
      'neither owed nor forbidden',
    ],
    finished.map(({ name, deliveries: of }) => [
      name,
      ...[of.owed, of.received, of.lost, of.duplicated, of.reordered].map(countText),
      ...[of.ghosts, of.leaks, of.changed, of.indeterminate].map(countText),
    ]),
  )}${numberTable(
    'Accounts of publishes, and frames that monitors judged',
    [
      'stage',
      'planned',
      'sent',
      'acknowledged',
      'not known',
      'of them warm-up',
      'frames seen',
      'judged',
      'skipped',
    ],
    finished.map(({ name, publishes: of, monitors }) => [
      name,
      ...[of.planned, of.sent, of.acknowledged, of.unknown, of.warmup].map(countText),
      ...[monitors.seen, monitors.judged, monitors.skipped].map(countText),
    ]),
  )}${finished.length < stages.length ? html`<p class="note">Of a stage that did not end there are no accounts.</p>` : undefined}`;
}

function machine(stages: readonly StageResult[]): Markup {
  const worst = (values: readonly (number | null)[]): number | undefined => {
    const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const rows = stages.flatMap(({ name, system, lag }) => {
    const processes = [...new Set(system.flatMap(({ cpu, rss }) => Object.keys({ ...cpu, ...rss })))].sort();
    return [
      ...processes.map((process) => {
        const cpu = worst(system.map((one) => one.cpu[process] ?? null));
        const rss = worst(system.map((one) => one.rss[process] ?? null));
        return [
          ...[`${name}, ${process}`, cpu === undefined ? 'not observed' : `${cpu.toFixed(2)} cores`],
          rss === undefined ? 'not observed' : bytesText(rss),
        ];
      }),
      [
        `${name}, the machine`,
        shareOf(worst(system.map(({ busy }) => busy))),
        `pressure ${percentOf(worst(system.map(({ pressure }) => pressure)))}`,
      ],
      [
        `${name}, the generator’s loop`,
        `late p99 ${msText(worst(lag.map(({ p99 }) => p99)))}`,
        `at most ${msText(worst(lag.map(({ max }) => max)))}`,
      ],
    ];
  });
  return html`${numberTable('Machine and generator', ['stage, what', 'most CPU', 'most memory, or else'], rows)}<p class="note">The worst second of each stage.</p>`;
}

function shareOf(share: number | undefined): string {
  return share === undefined ? 'not observed' : `${Math.round(share * 100)} % busy`;
}

function percentOf(percent: number | undefined): string {
  return percent === undefined ? 'not observed' : `${percent.toFixed(1)} %`;
}

/** Of the behaviours that have something of their own to tell. */
function besides(stages: readonly StageResult[]): Markup {
  const intruders = stages.flatMap(({ name, intruders: of }) =>
    of ? [[name, ...[of.goodIn, of.goodOut, of.badIn, of.badOut].map(countText)]] : [],
  );
  const storms = stages.flatMap(({ name, recovery: of }) =>
    of ? [[name, ...[of.p50, of.p99, of.all].map((ms) => (ms === null ? 'never' : msText(ms)))]] : [],
  );
  const bursts = stages.flatMap(({ name, burst: of }) =>
    of
      ? [
          [
            name,
            ...[of.before, of.during, of.after].map((one) => (one ? msText(one.p99) : 'none')),
            of.backMs === null ? 'never' : msText(of.backMs),
          ],
        ]
      : [],
  );
  const turnovers = stages.flatMap(({ name, turnover: of }) =>
    of ? [[name, ...[of.left, of.cut, of.back, of.asleep].map(countText)]] : [],
  );
  const sizes = stages.flatMap(({ name, traffic: of, shape }) =>
    of && of.messages > 0 && shape.padding > 0
      ? [[name, countText(of.messages), bytesText(of.bytes / of.messages), bytesText(of.bytes)]]
      : [],
  );
  return html`${
    bursts.length === 0
      ? undefined
      : numberTable(
          'The burst: p99 of the last receivers, and from its end until all was as before',
          ['stage', 'before', 'in it', 'after', 'as before'],
          bursts,
        )
  }${
    turnovers.length === 0
      ? undefined
      : numberTable(
          'Subscribers that came and went',
          ['stage', 'left', 'cut off', 'came in their place', 'stopped reading'],
          turnovers,
        )
  }${
    sizes.length === 0
      ? undefined
      : numberTable('Messages to the generator', ['stage', 'messages', 'each', 'in all'], sizes)
  }${
    intruders.length === 0
      ? undefined
      : numberTable(
          'Good and bad tokens',
          ['stage', 'good, let in', 'good, refused', 'bad, let in', 'bad, refused'],
          intruders,
        )
  }${
    storms.length === 0
      ? undefined
      : numberTable('Back after the storm', ['stage', 'half were back after', '99 of 100', 'all'], storms)
  }`;
}
