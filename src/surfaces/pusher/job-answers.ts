import { isObject, type JsonObject } from '../../contract/json.ts';
import type { Exchange } from '../../wire/event.ts';

/** The request id of a submission, wherever the application puts it. */
export function requestIn({ json }: Exchange): string | undefined {
  if (!isObject(json)) return undefined;
  const inner = isObject(json.data) ? json.data : json;
  const id = inner.request_id ?? inner.id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** What the status endpoint says of a job. */
export function stateIn({ json }: Exchange): JsonObject | undefined {
  if (!isObject(json)) return undefined;
  return isObject(json.data) ? json.data : json;
}
