import { InputError } from '../../contract/contract.ts';
import type { WrittenStage } from './profile.ts';

/** What of a stage `--set` may name. */
interface Setting {
  /** Says of a stage whether it has what this is about; absent: every stage has. */
  readonly has?: (stage: WrittenStage) => boolean;
  /** What the text after `=` does to a stage. @throws InputError for what it cannot be. */
  readonly change: (key: string, text: string) => (stage: WrittenStage) => WrittenStage;
}

type Change<Value> = (value: Value, stage: WrittenStage) => WrittenStage;

const most = 10_000_000;
const aboveNone = Number.MIN_VALUE;

/** By the names that they have in a profile. */
const settings: Readonly<Record<string, Setting>> = {
  subscribers: whole(aboveNone, most, (subscribers, stage) => ({ ...stage, subscribers })),
  channels: whole(aboveNone, 65_535, (channels, stage) => ({ ...stage, channels })),
  stream: word(['job', 'space'], (stream, stage) => ({ ...stage, stream })),
  jobs: whole(aboveNone, 10_000, (jobs, stage) => ({ ...stage, jobs })),
  connectRate: decimal(aboveNone, most, (connectRate, stage) => ({ ...stage, connectRate })),
  rate: decimal(aboveNone, most, (rate, stage) => ({ ...stage, rate })),
  publishes: whole(0, most, (publishes, stage) => ({ ...stage, publishes })),
  warmup: whole(0, most, (warmup, stage) => ({ ...stage, warmup })),
  holdMs: whole(0, most, (holdMs, stage) => ({ ...stage, holdMs })),
  padding: whole(0, most, (padding, stage) => ({ ...stage, padding })),
  bare: word(['true', 'false'], (bare, stage) => ({ ...stage, bare: bare === 'true' })),
  churn: decimal(aboveNone, 1, (churn, stage) => ({ ...stage, churn })),
  sleepers: decimal(aboveNone, 1, (sleepers, stage) => ({ ...stage, sleepers })),
  'burst.times': {
    has: ({ burst }) => burst !== undefined,
    ...decimal(1, 1000, (times, stage) =>
      stage.burst ? { ...stage, burst: { ...stage.burst, times } } : stage,
    ),
  },
  'burst.publishes': {
    has: ({ burst }) => burst !== undefined,
    ...whole(0, most, (publishes, stage) =>
      stage.burst ? { ...stage, burst: { ...stage.burst, publishes } } : stage,
    ),
  },
  'storm.jitterMs': {
    has: ({ storm }) => storm !== undefined,
    ...whole(0, most, (jitterMs, stage) => (stage.storm ? { ...stage, storm: { jitterMs } } : stage)),
  },
  'intruders.rate': {
    has: ({ intruders }) => intruders !== undefined,
    ...decimal(aboveNone, most, (rate, stage) =>
      stage.intruders ? { ...stage, intruders: { ...stage.intruders, rate } } : stage,
    ),
  },
  'intruders.badShare': {
    has: ({ intruders }) => intruders !== undefined,
    ...decimal(0, 1, (badShare, stage) =>
      stage.intruders ? { ...stage, intruders: { ...stage.intruders, badShare } } : stage,
    ),
  },
};

/**
 * The stages with `--set KEY=VALUE` applied to each; several values, `subscribers=50,200`, make a stage of each of the
 * first stage that has what is set. Of a burst, a storm or intruders only stages that have them are changed.
 * @throws InputError for what cannot be set.
 */
export function withSettings(
  stages: readonly WrittenStage[],
  given: Readonly<Record<string, string>>,
): readonly WrittenStage[] {
  let all = stages;
  for (const [key, text] of Object.entries(given)) {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    if (!setting) {
      const there = Object.keys(settings).join(', ');
      throw new InputError(`--set ${key}: there is no such setting; there is: ${there}`);
    }
    const base = setting.has ? all.find(setting.has) : all[0];
    if (!base) throw new InputError(`--set ${key}: no stage of the profile has ${key.split('.')[0]}`);
    const values = text.split(',').map((part) => ({ part, change: setting.change(key, part) }));
    const [one] = values;
    all =
      one && values.length === 1
        ? all.map(one.change)
        : values.map(({ part, change }) => ({ ...change(base), name: `${key} ${part}` }));
  }
  return all;
}

function whole(least: number, top: number, change: Change<number>): Setting {
  return numeric(least, top, true, change);
}

function decimal(least: number, top: number, change: Change<number>): Setting {
  return numeric(least, top, false, change);
}

function numeric(least: number, top: number, isWhole: boolean, change: Change<number>): Setting {
  return {
    change: (key, text) => {
      const value = numberOf(key, text, least, top, isWhole);
      return (stage) => change(value, stage);
    },
  };
}

function word<Word extends string>(words: readonly Word[], change: Change<Word>): Setting {
  return {
    change: (key, text) => {
      const found = words.find((one) => one === text);
      if (!found) throw new InputError(`--set ${key}=${text}: there is ${words.join(', and ')}`);
      return (stage) => change(found, stage);
    },
  };
}

function numberOf(key: string, text: string, least: number, top: number, isWhole: boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= top) || (isWhole && !Number.isInteger(value))) {
    const from = least === aboveNone ? 'above 0' : `from ${least}`;
    throw new InputError(`--set ${key}=${text}: needs a ${isWhole ? 'whole ' : ''}number ${from}, to ${top}`);
  }
  return value;
}
