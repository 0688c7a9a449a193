import { randomBytes } from 'node:crypto';
import type { EmitRules } from '../../contract/rules.ts';
import type { Stage } from '../../suite/scene.ts';
import type { EmitTarget, Space, SpaceToken } from '../../target/target.ts';
import { EmitDriver } from './driver.ts';
import { isAsPromised, isUsable, tokenOf } from './offers.ts';

/** What every verb stands on: the stage, the driver, and the spaces that a scene holds. */
export class EmitSpaces {
  readonly rules: EmitRules;
  protected readonly stage: Stage;
  protected readonly target: EmitTarget;
  protected readonly driver: EmitDriver;
  protected readonly spaces = new Map<string, Space>();
  protected retire: (space: string, reason: string) => void = () => {};

  constructor(stage: Stage, rules: EmitRules) {
    if (stage.target.surface !== 'emit') throw new Error('not an emit target');
    this.stage = stage;
    this.target = stage.target;
    this.rules = rules;
    this.driver = new EmitDriver(rules, stage.target, stage);
  }

  get nonce(): string {
    return this.stage.recorder.nonce;
  }

  get random(): () => number {
    return this.stage.random;
  }

  get hasControl(): boolean {
    return this.target.control !== undefined;
  }

  get position(): number {
    return this.stage.recorder.position;
  }

  /** A planted text by name. */
  canary(name: string): string {
    return this.stage.recorder.canary(name);
  }

  /** Takes exclusive use of spaces, before the first job: `own`, `own:1` …, `foreign`. */
  async lease(wanted: { readonly own?: number; readonly foreign?: number }): Promise<void> {
    const pick = (tenant: Space['tenant'], count: number, free: (name: string) => boolean): Space[] =>
      this.target.spaces
        .filter((space) => space.tenant === tenant && free(space.id) && isUsable(this.target, space))
        .slice(0, count);
    const lease = await this.stage.lease((free) => {
      const own = pick('own', wanted.own ?? 0, free);
      const foreign = pick('foreign', wanted.foreign ?? 0, free);
      if (own.length < (wanted.own ?? 0) || foreign.length < (wanted.foreign ?? 0)) return undefined;
      return [...own, ...foreign].map((space) => space.id).sort();
    });
    this.retire = lease.retire;
    const leased = this.target.spaces.filter((space) => lease.names.includes(space.id));
    for (const tenant of ['own', 'foreign'] as const) {
      leased
        .filter((space) => space.tenant === tenant)
        .forEach((space, at) => {
          this.spaces.set(at === 0 ? tenant : `${tenant}:${at}`, space);
        });
    }
  }

  space(name = 'own'): Space {
    const space = this.spaces.get(name);
    if (!space) throw new Error(`the scene leased no space ${name}`);
    return space;
  }

  protected spaceOf(id: string): Space {
    const space = this.target.spaces.find((one) => one.id === id);
    if (!space) throw new Error(`no space ${id} in the target file`);
    return space;
  }

  protected keyFor(credential: string, spaceId: string): string | undefined {
    const rule = this.rules.credentials[credential];
    if (!rule) return undefined;
    const own = this.spaceOf(spaceId);
    switch (rule.token) {
      case 'empty':
        return '';
      case 'made-up':
        return `nobody-issued-${randomBytes(12).toString('hex')}`;
      case 'truncated':
        return tokenOf(own, 'read')?.slice(0, -1);
      case 'unscoped':
        return this.target.unscopedToken;
      default: {
        const name = rule.token as SpaceToken;
        const space =
          rule.tenant === 'foreign'
            ? this.target.spaces.find((one) => one.tenant !== own.tenant && isAsPromised(one, name))
            : own;
        return space && isAsPromised(space, name) ? tokenOf(space, name) : undefined;
      }
    }
  }

  protected tokenFor(verb: string, spaceId: string): string | undefined {
    const space = this.spaceOf(spaceId);
    const scope = this.rules.rest[verb]?.scope ?? '';
    if (scope === 'jobs:create') return tokenOf(space, 'producer');
    return scope === 'jobs:read'
      ? (tokenOf(space, 'read') ?? tokenOf(space, 'worker'))
      : tokenOf(space, 'worker');
  }
}
