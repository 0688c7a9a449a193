import type { JsonObject } from '../../contract/json.ts';
import type { PusherDialect } from '../../contract/pusher-rules.ts';
import type { Job, Update } from './job.ts';

/** A job as it stands, as an update. */
export function updateOf(job: Job): Update {
  const { status, progress, preview, resultUrl } = job;
  return { job, status, progress, preview, resultUrl };
}

/** The updates that are announced now that a job has changed: none for a status that is kept off the wire. */
export function announcedUpdates(
  reading: (point: string) => string,
): (job: Job, dialect: PusherDialect) => readonly Update[] {
  return (job, dialect) => {
    const shown = dialect.events[job.status]?.shown ?? 'never';
    const announced = shown === 'undecided' ? reading('A4') === 'sent' : shown !== 'never';
    return announced ? [updateOf(job)] : [];
  };
}

/** A job update in the form of its dialect: the payload of a job event. */
export function updatePayload(update: Update, dialect: PusherDialect): JsonObject {
  return {
    request_id: update.job.id,
    status: update.status,
    preview: previewText(update.preview, dialect),
    result_url: update.resultUrl ?? null,
    progress: progressValue(update.progress, dialect),
  };
}

function previewText(preview: Buffer | undefined, dialect: PusherDialect): string | null {
  if (!preview) return null;
  const text = preview.toString('base64');
  return dialect.preview === 'data-uri' ? `data:image/jpeg;base64,${text}` : text;
}

function progressValue(progress: number, dialect: PusherDialect): number | string {
  return dialect.progress === 'decimal-string' ? progress.toFixed(2) : Math.round(progress * 100) / 100;
}
