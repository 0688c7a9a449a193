import { realpath } from 'node:fs/promises';
import { Baseline } from '../conform/baseline/baseline.ts';
import { noReasonYet } from '../conform/baseline/entry.ts';
import { entriesOf, proveForm } from '../conform/baseline/read-baseline.ts';
import { named, updatedBaseline } from '../conform/baseline/update-baseline.ts';
import type { TargetPlan } from '../conform/plan.ts';
import type { RunResult } from '../conform/run.ts';
import { type Contract, InputError } from '../contract/contract.ts';
import { readText, readTextIfAny } from '../contract/read-text.ts';
import { parseYaml, type YamlFile } from '../contract/read-yaml.ts';
import type { Output } from '../report/output.ts';
import { toFile } from '../report/to-file.ts';
import { secretsOf } from '../target/target.ts';
import { redactor } from '../wire/redact.ts';
import type { ConformOptions } from './options.ts';

/** A baseline file that has been read, and, where it is to be updated, been opened for it. */
export class BaselineInUse {
  readonly #file: YamlFile;
  readonly #text: string | undefined;
  readonly #update: Output | undefined;
  readonly #options: ConformOptions;
  readonly #today = new Date().toISOString().slice(0, 10);
  #written = false;

  private constructor(
    file: YamlFile,
    text: string | undefined,
    update: Output | undefined,
    options: ConformOptions,
  ) {
    this.#file = file;
    this.#text = text;
    this.#update = update;
    this.#options = options;
  }

  /**
   * Reads the file that `--baseline` names, before anything runs. To be updated, it need not be there yet.
   * @throws InputError naming file and line where it is not of the right form, or cannot be written.
   */
  static async open(
    path: string | undefined,
    options: ConformOptions,
    contract: Contract,
  ): Promise<BaselineInUse | undefined> {
    if (path === undefined) {
      if (options.updateBaseline) throw new InputError('--update-baseline: needs --baseline FILE');
      return undefined;
    }
    const text = await (options.updateBaseline ? readTextIfAny(path) : readText(path));
    const file = parseYaml(text ?? '{ format: plumbline-baseline/1, entries: [] }', path);
    proveForm(file, contract.formats);
    if (!options.updateBaseline) return new BaselineInUse(file, text, undefined, options);
    try {
      // Through a link, what it points to is replaced, not the link.
      const output = await toFile(await realpath(path).catch(() => path), 'whole');
      return new BaselineInUse(file, text, output, options);
    } catch (cause) {
      throw new InputError(`--baseline ${path}: cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  /**
   * The baseline of a run. `whole` are the plans of its targets with everything in them, so that an entry of
   * what this run leaves out is known all the same.
   * @throws InputError naming file and line of an unknown id.
   */
  for(whole: readonly TargetPlan[], targets: readonly string[]): Baseline {
    const checks = whole.flatMap((plan) => plan.checks);
    const file = entriesOf(this.#file, { targets, checks });
    const { slow, destructive } = this.#options;
    const isAsWide = (!file.slow || slow) && (!file.destructive || destructive);
    const redact = redactor(whole.flatMap(({ target }) => secretsOf(target)));
    return new Baseline(file, redact, { today: this.#today, isAsWide });
  }

  /**
   * Writes what the run has found, if it was asked to, and says what that was. A run that was cut short
   * changes nothing.
   * @throws Error where the file cannot be written.
   */
  async update(baseline: Baseline, result: RunResult, say: (line: string) => void): Promise<void> {
    const { file } = this.#file;
    const unreasoned = baseline.file.entries.filter(({ reason }) => reason === noReasonYet).length;
    if (!this.#update) {
      if (unreasoned > 0)
        say(
          `plumbline: ${file}: ${unreasoned} of ${baseline.file.entries.length} entries without a reason; fill it in`,
        );
      return;
    }
    if (!result.complete) return say(`plumbline: ${file}: not updated, since the run was cut short`);
    const { slow, destructive, level } = this.#options;
    const gates = (check: { readonly level: string }): boolean =>
      check.level === 'MUST' || (level === 'should' && check.level === 'SHOULD');
    const updated = updatedBaseline({
      ...{ text: this.#text, baseline, results: result.checks, gates, slow, destructive },
      isInterrupted: false,
      today: this.#today,
    });
    if (updated.isChanged) {
      await this.#update.write(updated.text);
      await this.#update.end();
      this.#written = true;
    }
    const { added, removed, changed, expired } = updated;
    const done = [`${added.length} added`, `${removed.length} removed`, `${changed.length} changed`];
    say(`plumbline: ${file}: ${updated.isChanged ? `updated: ${done.join(', ')}` : 'as it was'}`);
    for (const one of added) say(`  fill in why it is known:   ${named(one)}`);
    for (const one of changed) say(`  does its reason still hold? ${named(one)}`);
    for (const one of expired) say(`  has expired, and stays:    ${named(one)}`);
    if (updated.isChanged)
      say('  this run was judged by the file as it was before; run again to be judged by it');
  }

  /** Leaves the file as it was, unless it has been written. */
  async discard(): Promise<void> {
    if (!this.#written) await this.#update?.discard();
  }
}
