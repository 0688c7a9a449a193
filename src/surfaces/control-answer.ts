import { isObject } from '../contract/json.ts';
import type { Exchange } from '../wire/event.ts';

/**
 * Whether a control endpoint took a command, by the answer of specs/formats/control.schema.json: a page with
 * status 200 moves no timer, and what then does not happen is not the target's fault.
 */
export function isControlTaken({ status, json }: Pick<Exchange, 'status' | 'json'>): boolean {
  return status >= 200 && status <= 299 && isObject(json) && json.ok === true;
}
