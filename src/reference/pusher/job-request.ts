import type { JsonObject } from '../../contract/json.ts';
import type { JobKind, Script, Status } from './job.ts';
import type { Step } from './worker.ts';

/** What is wrong with a field. */
export interface Invalid {
  readonly invalid: string;
}

const mostUpdates = 10_000;
const longestStage = 60_000;
const largestPreview = 65_000;

/** What a submission asks of the worker. Fields that say nothing to it are the job's own, and are let be. */
export function readScript(body: JsonObject, kind: JobKind): Script | Invalid {
  const {
    updates,
    stageMs = 3,
    previews = kind === 'image',
    previewBytes = 0,
    fails = false,
    hold = false,
  } = body;
  if (updates !== undefined && !isWhole(updates, mostUpdates))
    return { invalid: `updates is a number from 0 to ${mostUpdates}.` };
  if (!isWhole(stageMs, longestStage)) return { invalid: `stageMs is a number from 0 to ${longestStage}.` };
  if (!isWhole(previewBytes, largestPreview))
    return { invalid: `previewBytes is a number from 0 to ${largestPreview}.` };
  if (typeof previews !== 'boolean') return { invalid: 'previews is true or false.' };
  if (typeof fails !== 'boolean') return { invalid: 'fails is true or false.' };
  if (typeof hold !== 'boolean') return { invalid: 'hold is true or false.' };
  return { updates, stageMs, previews, previewBytes, fails, hold };
}

/** Where the job is reported, if anywhere. */
export function readWebhookUrl({
  webhook_url: url,
}: JsonObject): { readonly url: string | undefined } | Invalid {
  if (url === undefined || url === null) return { url: undefined };
  if (typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url)) return { url };
  return { invalid: 'webhook_url is an http or https URL.' };
}

const targets: readonly Status[] = ['processing', 'in_progress', 'done', 'error'];

/** One step of a held job. */
export function readStep({ to, progress, preview }: JsonObject): Step | Invalid {
  const status = targets.find((target) => target === to);
  if (!status) return { invalid: `to is one of ${targets.join(', ')}.` };
  if (progress !== undefined && !(typeof progress === 'number' && progress >= 0 && progress <= 100)) {
    return { invalid: 'progress is a number from 0 to 100.' };
  }
  return {
    to: status,
    ...(progress === undefined ? {} : { progress }),
    ...(preview === true ? { preview: true } : {}),
  };
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}
