import { InputError } from '../../contract/contract.ts';
import type { WrittenStage } from './profile.ts';

/** A number of a stage that `--set` may name, and what it may be. */
interface Setting {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** Says of a stage whether it has what the number is about; absent: every stage has. */
  readonly has?: (stage: WrittenStage) => boolean;
  readonly put: (stage: WrittenStage, value: number) => WrittenStage;
}

const most = 10_000_000;
const aboveNone = Number.MIN_VALUE;

/** By the names that they have in a profile. */
const settings: Readonly<Record<string, Setting>> = {
  subscribers: whole(aboveNone, most, (subscribers) => ({ subscribers })),
  channels: whole(aboveNone, 65_535, (channels) => ({ channels })),
  connectRate: decimal(aboveNone, most, (connectRate) => ({ connectRate })),
  rate: decimal(aboveNone, most, (rate) => ({ rate })),
  publishes: whole(0, most, (publishes) => ({ publishes })),
  warmup: whole(0, most, (warmup) => ({ warmup })),
  holdMs: whole(0, most, (holdMs) => ({ holdMs })),
  padding: whole(0, most, (padding) => ({ padding })),
  churn: decimal(aboveNone, 1, (churn) => ({ churn })),
  sleepers: decimal(aboveNone, 1, (sleepers) => ({ sleepers })),
  'burst.times': {
    ...{ least: 1, most: 1000, isWhole: false, has: ({ burst }) => burst !== undefined },
    put: (stage, times) => (stage.burst ? { ...stage, burst: { ...stage.burst, times } } : stage),
  },
  'burst.publishes': {
    ...{ least: 0, most, isWhole: true, has: ({ burst }) => burst !== undefined },
    put: (stage, publishes) => (stage.burst ? { ...stage, burst: { ...stage.burst, publishes } } : stage),
  },
  'storm.jitterMs': {
    ...{ least: 0, most, isWhole: true, has: ({ storm }) => storm !== undefined },
    put: (stage, jitterMs) => (stage.storm ? { ...stage, storm: { jitterMs } } : stage),
  },
  'intruders.rate': {
    ...{ least: aboveNone, most, isWhole: false, has: ({ intruders }) => intruders !== undefined },
    put: (stage, rate) => (stage.intruders ? { ...stage, intruders: { ...stage.intruders, rate } } : stage),
  },
  'intruders.badShare': {
    ...{ least: 0, most: 1, isWhole: false, has: ({ intruders }) => intruders !== undefined },
    put: (stage, badShare) =>
      stage.intruders ? { ...stage, intruders: { ...stage.intruders, badShare } } : stage,
  },
};

/**
 * The stages with `--set KEY=VALUE` applied to each; several values, `subscribers=50,200`, make a stage of each of the
 * first stage that has the number. Of a burst, a storm or intruders only stages that have them are changed.
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
    const values = text.split(',').map((part) => numberOf(key, setting, part));
    const [value = 0] = values;
    all =
      values.length === 1
        ? all.map((stage) => setting.put(stage, value))
        : values.map((one) => ({ ...setting.put(base, one), name: `${key} ${one}` }));
  }
  return all;
}

function numberOf(key: string, { least, most: top, isWhole }: Setting, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= top) || (isWhole && !Number.isInteger(value))) {
    const from = least === aboveNone ? 'above 0' : `from ${least}`;
    throw new InputError(`--set ${key}=${text}: needs a ${isWhole ? 'whole ' : ''}number ${from}, to ${top}`);
  }
  return value;
}

function whole(least: number, top: number, part: (value: number) => WrittenStage): Setting {
  return { least, most: top, isWhole: true, put: (stage, value) => ({ ...stage, ...part(value) }) };
}

function decimal(least: number, top: number, part: (value: number) => WrittenStage): Setting {
  return { ...whole(least, top, part), isWhole: false };
}
