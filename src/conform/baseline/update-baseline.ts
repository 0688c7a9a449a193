import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { InputError } from '../../contract/contract.ts';
import type { CheckResult } from '../check-result.ts';
import type { Baseline } from './baseline.ts';
import {
  type BaselineEntry,
  type EntryKey,
  entryKey,
  type Form,
  noReasonYet,
  type PlacedEntry,
} from './entry.ts';

/** A baseline file as it is to be after a run, and what was done to it. */
export interface UpdatedBaseline {
  readonly text: string;
  /** False where the file says already what it is to say. */
  readonly isChanged: boolean;
  /** New entries: somebody has to say why they are known. */
  readonly added: readonly EntryKey[];
  readonly removed: readonly EntryKey[];
  /** Entries whose failure looks different now: somebody has to say whether the reason still holds. */
  readonly changed: readonly EntryKey[];
  /** Entries that stay though their day is past. */
  readonly expired: readonly EntryKey[];
}

/** What an update is made from. */
export interface UpdateFrom {
  /** What the file says now; undefined where there is none yet. */
  readonly text: string | undefined;
  readonly baseline: Baseline;
  readonly results: readonly CheckResult[];
  readonly gates: (result: CheckResult) => boolean;
  readonly isInterrupted: boolean;
  readonly slow: boolean;
  readonly destructive: boolean;
  readonly today: string;
}

const emptyFile = `# Known failures, for --baseline. --update-baseline keeps reasons, issues, expiry and comments.
format: plumbline-baseline/1
entries: []
`;

/**
 * The smallest baseline that excuses what a run has found: entries that still hold stay as they stand in the
 * file, those whose failure is gone leave, those of which the run says nothing stay. A flaky check and an error
 * are never written, nor is a failure that does not gate.
 */
export function updatedBaseline(from: UpdateFrom): UpdatedBaseline {
  const { baseline, results, text = emptyFile } = from;
  const document = parseDocument(text);
  const items = entriesIn(document);
  const kept: { readonly entry: EntryKey; readonly node: unknown }[] = [];
  const [added, removed, changed, expired]: EntryKey[][] = [[], [], [], []];
  for (const [index, entry] of baseline.file.entries.entries()) {
    let node = items[index];
    const standing = baseline.standing(entry, results, from.isInterrupted);
    if (standing.kind === 'gone') {
      removed?.push(entry);
      continue;
    }
    if (standing.kind === 'differs') {
      changed?.push(entry);
      const fingerprint = sorted(standing.seen);
      if (isMap(node)) node.set('fingerprint', document.createNode(fingerprint));
      else node = document.createNode({ ...withoutPlace(entry), fingerprint });
    }
    if (standing.kind !== 'not-asked' && entry.expires !== undefined && entry.expires < from.today)
      expired?.push(entry);
    kept.push({ entry, node });
  }
  const known = new Set(baseline.file.entries.map(entryKey));
  for (const entry of newEntries(from)) {
    if (known.has(entryKey(entry))) continue;
    added?.push(entry);
    kept.push({ entry, node: document.createNode(entry) });
  }
  const sortedNodes = kept.sort((a, b) => compare(a.entry, b.entry)).map(({ node }) => node);
  replaceEntries(document, sortedNodes);
  const isAsWide = baseline.isAsWide;
  for (const name of ['slow', 'destructive'] as const) {
    if (isAsWide && from[name]) document.set(name, true);
    else if (isAsWide) document.delete(name);
  }
  const made = writtenOut(document, baseline.file.file);
  return {
    text: made,
    isChanged: from.text === undefined || made !== from.text,
    added: added ?? [],
    removed: removed ?? [],
    changed: changed ?? [],
    expired: expired ?? [],
  };
}

/** @throws InputError where an entry that leaves is referred to by one that stays. */
function writtenOut(document: Document, file: string): string {
  try {
    return document.toString({ lineWidth: 0 });
  } catch (cause) {
    throw new InputError(
      `${file}: cannot be updated: ${(cause as Error).message}; write it without anchors and aliases`,
      { cause },
    );
  }
}

function newEntries({ baseline, results, gates }: UpdateFrom): BaselineEntry[] {
  return results
    .filter((result) => result.outcome === 'failed' && !result.flaky && gates(result))
    .flatMap(({ target, case: id, requirement, findings }) =>
      [...baseline.formsOf(findings)].map(([rule, forms]) => ({
        target,
        case: id,
        requirement,
        rule,
        fingerprint: sorted([...forms.values()]),
        reason: noReasonYet,
      })),
    );
}

function withoutPlace({ at: _at, ...entry }: PlacedEntry): BaselineEntry {
  return entry;
}

function sorted(forms: readonly Form[]): Form[] {
  const text = (form: Form): string => `${form.pointer ?? ''} ${form.shape}`;
  return [...forms].sort((a, b) => order(text(a), text(b)));
}

function compare(a: EntryKey, b: EntryKey): number {
  return (
    order(a.target, b.target) ||
    order(a.case, b.case) ||
    order(a.requirement, b.requirement) ||
    order(a.rule, b.rule)
  );
}

/** The same everywhere, whatever the language of the machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The nodes of all entries, each with the comment above it; yaml gives that of the first one to the list. */
function entriesIn(document: Document): readonly unknown[] {
  const list = document.get('entries');
  if (!isSeq(list)) return [];
  const [first] = list.items;
  if (isMap(first) && list.commentBefore != null) {
    first.commentBefore = [list.commentBefore, first.commentBefore].filter(Boolean).join('\n');
    list.commentBefore = null;
  }
  return list.items;
}

function replaceEntries(document: Document, nodes: readonly unknown[]): void {
  const list = document.get('entries') as YAMLSeq;
  const wasEmpty = list.items.length === 0;
  // What follows the last one belongs to the list.
  list.items = [...nodes] as YAMLMap[];
  if (nodes.length === 0) list.flow = true;
  // A list that was empty was written as [].
  else if (wasEmpty) list.flow = false;
}

/** Entries that need a word of a person, in one line each. */
export function named({ target, case: id, requirement, rule }: EntryKey | PlacedEntry): string {
  return `${target}: ${id} ${requirement} "${rule}"`;
}
