import type { Redactor } from '../../wire/redact.ts';
import type { StageRecord } from './stage-record.ts';

/**
 * Takes secrets out of all that somebody else has worded: a server, a process, a command of the user's. What monitors found
 * has been redacted where it was found.
 */
export function redactRecord(record: StageRecord, redact: Redactor): void {
  if (record.unreachable !== undefined) record.unreachable = redact(record.unreachable);
  replace(record.broken, redact);
  replace(record.marks, (mark) => ({ ...mark, what: redact(mark.what) }));
  replace(record.changed, (one) => ({ ...one, text: redact(one.text) }));
  replace(record.endings, (ending) =>
    ending.trouble === undefined ? ending : { ...ending, trouble: redact(ending.trouble) },
  );
}

function replace<T>(list: T[], by: (one: T) => T): void {
  for (const [at, one] of list.entries()) list[at] = by(one);
}
