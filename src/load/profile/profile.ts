import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Contract, InputError } from '../../contract/contract.ts';
import { checkFormat } from '../../contract/format.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import type { SurfaceName } from '../../contract/requirement.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import type { Behaviour, Pace, StageShape } from '../plan/load-plan.ts';
import { type Gate, readGate } from '../verdict/gates.ts';

/** A stage as it stands in a profile; what is left out has a default. */
export interface WrittenStage {
  readonly name?: string;
  readonly subscribers?: number;
  readonly channels?: number;
  readonly stream?: 'job' | 'space';
  readonly jobs?: number;
  readonly spread?: 'even' | 'skewed';
  readonly connectRate?: number;
  readonly rate?: number;
  readonly publishes?: number;
  readonly burst?: { readonly times: number; readonly publishes: number };
  readonly warmup?: number;
  readonly holdMs?: number;
  readonly padding?: number;
  readonly bare?: boolean;
  readonly churn?: number;
  readonly storm?: { readonly jitterMs: number };
  readonly intruders?: { readonly rate: number; readonly badShare: number };
  readonly sleepers?: number;
}

/** A load profile, `load/profiles/*.yaml`. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly surfaces: readonly SurfaceName[];
  readonly drivers: readonly ('k6' | 'node')[];
  readonly publishes: boolean;
  readonly stages: readonly WrittenStage[];
  readonly gates: readonly Gate[];
}

const ordinary = {
  ...{ subscribers: 100, channels: 1, connectRate: 500, rate: 20, publishes: 1000 },
  jobs: 10,
} as const;

/** One way to perform a profile. */
export interface Cell {
  readonly profile: Profile;
  readonly surface: SurfaceName;
  readonly driver: 'k6' | 'node';
}

/** Every surface and driver that a profile is offered on. */
export function cellsOf(profile: Profile): readonly Cell[] {
  return profile.surfaces.flatMap((surface) =>
    profile.drivers.map((driver): Cell => ({ profile, surface, driver })),
  );
}

/** Names of the profiles that come with the harness. */
export function profileNames(): readonly string[] {
  return readdirSync(folder())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(/\.yaml$/, ''))
    .sort();
}

/**
 * A profile by its name, or from a file of the user's.
 * @throws InputError where there is none, or it is not as it should be.
 */
export async function loadProfile(nameOrFile: string, contract: Contract): Promise<Profile> {
  const isFile = /[./\\]/.test(nameOrFile);
  if (!isFile && !profileNames().includes(nameOrFile)) {
    throw new InputError(
      `there is no profile ${nameOrFile}; there is: ${profileNames().join(', ')}; or the path of a file`,
    );
  }
  const path = isFile ? nameOrFile : join(folder(), `${nameOrFile}.yaml`);
  const file = await readYaml(path, isFile ? nameOrFile : `load/profiles/${nameOrFile}.yaml`);
  checkFormat(contract.formats, 'profile', file);
  const value = file.value as unknown as {
    readonly id: string;
    readonly title: string;
    readonly says: string;
    readonly surfaces: readonly SurfaceName[];
    readonly drivers?: readonly ('k6' | 'node')[];
    readonly publishes?: boolean;
    readonly defaults?: WrittenStage;
    readonly stages: readonly WrittenStage[];
    readonly gates: readonly string[];
  };
  return {
    id: value.id,
    title: value.title,
    says: value.says,
    surfaces: value.surfaces,
    drivers: value.drivers ?? ['k6', 'node'],
    publishes: value.publishes ?? true,
    stages: value.stages.map((stage) => ({ ...value.defaults, ...stage })),
    gates: value.gates.map((text, at) => {
      try {
        return readGate(text, 'profile');
      } catch (cause) {
        if (!(cause instanceof InputError)) throw cause;
        throw new InputError(`${file.file}:${file.lineOf(['gates', at])}: ${cause.message}`);
      }
    }),
  };
}

/**
 * A stage with its defaults filled in. `publishes`: false for profiles that only connect.
 * @throws InputError for jobs where no space is watched, and for bare connections that something is published to.
 */
export function shapeOf(stage: WrittenStage, publishes: boolean): StageShape {
  if (stage.jobs !== undefined && stage.stream !== 'space') {
    throw new InputError(`jobs ${stage.jobs}: are of the stream of a space (stream: space)`);
  }
  if (stage.bare && publishes) {
    throw new InputError(
      'bare connections subscribe to nothing, so nothing can be published to them: idle and connect-ramp can have them',
    );
  }
  const rate = stage.rate ?? ordinary.rate;
  const count = publishes ? (stage.publishes ?? ordinary.publishes) : 0;
  return {
    name: stage.name ?? 'stage',
    subscribers: stage.subscribers ?? ordinary.subscribers,
    channels: stage.channels ?? ordinary.channels,
    ...(stage.stream === 'space' ? { space: { jobs: stage.jobs ?? ordinary.jobs } } : {}),
    spread: stage.spread ?? 'even',
    connectRate: stage.connectRate ?? ordinary.connectRate,
    pace: publishes ? paceOf(rate, count, stage.burst) : [],
    // Five seconds, and never fewer than fifty publishes.
    warmup: publishes ? (stage.warmup ?? Math.max(50, Math.ceil(5 * rate))) : 0,
    holdMs: stage.holdMs ?? 0,
    padding: stage.padding ?? 0,
    ...(stage.bare ? { bare: true } : {}),
    behaviour: behaviourOf(stage),
  };
}

function paceOf(rate: number, publishes: number, burst: WrittenStage['burst']): readonly Pace[] {
  if (!burst) return [{ rate, publishes }];
  const half = Math.floor(publishes / 2);
  return [
    { rate, publishes: half },
    { rate: rate * burst.times, publishes: burst.publishes },
    { rate, publishes: publishes - half },
  ];
}

function behaviourOf({ churn, storm, intruders, sleepers }: WrittenStage): Behaviour {
  if (churn !== undefined) return { kind: 'churn', sharePerSecond: churn };
  if (storm) return { kind: 'storm', jitterMs: storm.jitterMs };
  if (intruders) return { kind: 'intruders', ...intruders };
  if (sleepers !== undefined) return { kind: 'sleepers', share: sleepers };
  return { kind: 'steady' };
}

function folder(): string {
  return join(packageRoot(), 'load', 'profiles');
}
