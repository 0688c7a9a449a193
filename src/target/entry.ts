import { InputError } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';
import type { YamlFile } from '../contract/read-yaml.ts';
import type { BeamTarget, Client, EmitTarget, PusherTarget, Space, Target } from './target.ts';

/** An entry as it may be written: all that has a default may be left out. */
type Loose<T extends Target> = Pick<T, 'name' | 'surface' | 'urls'> &
  Partial<Omit<T, 'name' | 'surface' | 'urls' | 'deadlines' | 'spaces' | 'clients' | 'jobs'>> & {
    readonly deadlines?: Partial<T['deadlines']>;
  };

type LooseSpace = Pick<Space, 'id'> & Partial<Space>;
type LooseClient = Pick<Client, 'id'> & Partial<Client>;
type LooseCall = { readonly path: string; readonly body?: Readonly<Record<string, unknown>> };

export type LooseEmit = Loose<EmitTarget> & { readonly spaces: readonly LooseSpace[] };
export type LooseBeam = Loose<BeamTarget>;
export type LoosePusher = Loose<PusherTarget> &
  Pick<PusherTarget, 'role' | 'app'> & {
    readonly clients?: readonly LooseClient[];
    readonly jobs?: {
      readonly submit: LooseCall;
      readonly submitFailing?: LooseCall;
      readonly submitOther?: LooseCall;
      readonly status: { readonly path: string };
      readonly webhooks?: boolean;
    };
  };

export type LooseTarget = LooseEmit | LooseBeam | LoosePusher;

/** One entry of a target file, of the right form, and its place in the file. */
export class Entry {
  readonly value: LooseTarget;
  readonly #file: YamlFile;
  readonly #index: number;

  /** `value` has been held against the schema. */
  constructor(value: JsonObject, file: YamlFile, index: number) {
    this.value = value as unknown as LooseTarget;
    this.#file = file;
    this.#index = index;
  }

  /** `file:line` of a part of the entry; of the entry itself without a path. */
  at(...path: readonly (string | number)[]): string {
    return `${this.#file.file}:${this.#file.lineOf(['targets', this.#index, ...path])}`;
  }

  /** What is wrong with a part of the entry, to be thrown. */
  wrong(path: readonly (string | number)[], message: string): InputError {
    return new InputError(`${this.at(...path)}: target "${this.value.name}": ${message}`);
  }
}
