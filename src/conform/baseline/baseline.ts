import { fingerprintOf } from '../../suite/fingerprint.ts';
import type { Finding } from '../../suite/judgement.ts';
import type { Redactor } from '../../wire/redact.ts';
import type { CheckResult } from '../check-result.ts';
import { entryKey, type Form, formKey, formText, noReasonYet, type PlacedEntry } from './entry.ts';
import type { BaselineFile } from './read-baseline.ts';

/** What an entry of a baseline came to that must not go on as it is. */
export interface StaleEntry {
  readonly target: string;
  readonly case: string;
  readonly requirement: string;
  readonly rule: string;
  /** `file:line` of the entry. */
  readonly at: string;
  /** `expired`: past its day; `passed`: what it excuses is no longer seen; `differs`: it fails in another way. */
  readonly why: 'expired' | 'passed' | 'differs';
  /** All of it, in a sentence. */
  readonly reason: string;
}

/** What a baseline came to in one run. */
export interface BaselineReport {
  readonly file: string;
  readonly entries: number;
  /** Failed checks that it excuses. */
  readonly known: number;
  /** Entries of which this run says nothing: their checks did not run in full. */
  readonly notJudged: number;
  /** Entries whose reason nobody has filled in. */
  readonly withoutReason: number;
  readonly stale: readonly StaleEntry[];
}

/** What else decides whether an entry can be said to be stale. */
export interface BaselineCircumstances {
  /** Today, UTC: `2027-01-31`. */
  readonly today: string;
  /** This run saw all that the run which wrote the baseline had seen: it had no `--slow` that this one lacks. */
  readonly isAsWide: boolean;
}

/** The known failures of a run: marks what they excuse, and tells which of them are no longer right. */
export class Baseline {
  readonly file: BaselineFile;
  readonly #entries: ReadonlyMap<string, PlacedEntry>;
  readonly #byCheck = new Map<string, PlacedEntry[]>();
  readonly #redact: Redactor;
  readonly #today: string;
  /** This run saw all that the run which wrote the baseline had seen. */
  readonly isAsWide: boolean;

  /** Fingerprints are compared as they were written: with every secret taken out. */
  constructor(file: BaselineFile, redact: Redactor, { today, isAsWide }: BaselineCircumstances) {
    this.file = file;
    this.#entries = new Map(file.entries.map((entry) => [entryKey(entry), entry]));
    for (const entry of file.entries) {
      const key = checkOf(entry);
      this.#byCheck.set(key, [...(this.#byCheck.get(key) ?? []), entry]);
    }
    this.#redact = redact;
    this.#today = today;
    this.isAsWide = isAsWide;
  }

  /** The result, marked `known` where each of its findings is one that an entry excuses. Errors are never excused. */
  mark(result: CheckResult): CheckResult {
    if (result.outcome !== 'failed' || !this.#byCheck.has(checkOf(result))) return result;
    const reasons = new Set<string>();
    for (const [rule, forms] of this.formsOf(result.findings)) {
      const entry = this.#entries.get(entryKey({ ...keyOf(result), rule }));
      if (!entry || this.#isExpired(entry)) return result;
      const known = new Set(entry.fingerprint.map(formKey));
      if (![...forms.keys()].every((form) => known.has(form))) return result;
      reasons.add(entry.issue === undefined ? entry.reason : `${entry.reason} (${entry.issue})`);
    }
    return { ...result, known: [...reasons].join('; ') };
  }

  /** What the baseline came to, given all results of a run, marked or not. */
  report(results: readonly CheckResult[], isInterrupted: boolean): BaselineReport {
    const stale: StaleEntry[] = [];
    let notJudged = 0;
    for (const entry of this.file.entries) {
      const found = this.standing(entry, results, isInterrupted);
      if (found.kind === 'not-asked') continue;
      if (this.#isExpired(entry))
        stale.push(staleEntry(entry, 'expired', `it expired after ${entry.expires}`));
      else if (found.kind === 'not-judged') notJudged += 1;
      else if (found.kind === 'gone') stale.push(staleEntry(entry, 'passed', found.how));
      else if (found.kind === 'differs') stale.push(staleEntry(entry, 'differs', found.how));
    }
    return {
      file: this.file.file,
      entries: this.file.entries.length,
      known: results.filter(({ known }) => known !== undefined).length,
      notJudged,
      withoutReason: this.file.entries.filter(({ reason }) => reason === noReasonYet).length,
      stale,
    };
  }

  /** How one entry stands after a run, whatever day it is. */
  standing(entry: PlacedEntry, results: readonly CheckResult[], isInterrupted: boolean): Standing {
    const own = results.filter(({ target }) => target === entry.target);
    if (own.length === 0) return { kind: 'not-asked' };
    const result = own.find((one) => checkOf(one) === checkOf(entry));
    // What is only tried decides nothing, not even by coming out otherwise than before.
    if (!result || result.level === 'MAY' || result.flaky || !fullyJudged.has(result.outcome))
      return { kind: 'not-judged' };
    // What watches the whole run has seen less of it where some of it was left out, or broke.
    const saysAll =
      result.scene !== null ||
      (this.isAsWide && !isInterrupted && !own.some(({ outcome }) => outcome === 'error'));
    if (result.outcome !== 'failed') {
      return saysAll ? { kind: 'gone', how: `the check has ${result.outcome}` } : { kind: 'not-judged' };
    }
    const forms = this.formsOf(result.findings);
    const seen = forms.get(entry.rule);
    if (!seen) {
      const rules = [...forms.keys()].join(', ');
      return saysAll
        ? { kind: 'gone', how: `"${entry.rule}" is no longer seen; the check fails by: ${rules}` }
        : { kind: 'not-judged' };
    }
    const known = new Set(entry.fingerprint.map(formKey));
    const odd = [...seen].find(([key]) => !known.has(key))?.[1];
    if (!odd) return { kind: 'stands', seen: [...seen.values()] };
    const how = `it fails differently: ${formText(odd)}, where the baseline has ${entry.fingerprint.map(formText).join(' or ')}`;
    return { kind: 'differs', how, seen: [...seen.values()] };
  }

  /** Rule → the forms in which findings break it, with every secret taken out. */
  formsOf(findings: readonly Finding[]): Map<string, Map<string, Form>> {
    const rules = new Map<string, Map<string, Form>>();
    for (const finding of findings) {
      const { rule, pointer, shape } = fingerprintOf(finding);
      const form = {
        ...(pointer === undefined ? {} : { pointer: this.#redact(pointer) }),
        shape: this.#redact(shape),
      };
      const clean = this.#redact(rule);
      const forms = rules.get(clean) ?? new Map<string, Form>();
      rules.set(clean, forms.set(formKey(form), form));
    }
    return rules;
  }

  #isExpired({ expires }: PlacedEntry): boolean {
    return expires !== undefined && expires < this.#today;
  }
}

/** How an entry stands after a run. */
export type Standing =
  | { readonly kind: 'stands'; readonly seen: readonly Form[] }
  | { readonly kind: 'differs'; readonly seen: readonly Form[]; readonly how: string }
  | { readonly kind: 'gone'; readonly how: string }
  | { readonly kind: 'not-judged' }
  /** Its target is not part of the run. */
  | { readonly kind: 'not-asked' };

const fullyJudged: ReadonlySet<string> = new Set(['failed', 'passed', 'ambiguous']);

function staleEntry(entry: PlacedEntry, why: StaleEntry['why'], how: string): StaleEntry {
  const { target, case: id, requirement, rule, at } = entry;
  return {
    ...{ target, case: id, requirement, rule, at, why },
    reason: `${at}: ${id} ${requirement} "${rule}" of ${target}: ${how}`,
  };
}

function keyOf({ target, case: id, requirement }: Pick<CheckResult, 'target' | 'case' | 'requirement'>) {
  return { target, case: id, requirement };
}

function checkOf(one: Pick<CheckResult, 'target' | 'case' | 'requirement'>): string {
  return JSON.stringify([one.target, one.case, one.requirement]);
}
