import { isObject, type Json, sameJson } from '../../../contract/json.ts';

/** True where an event is that of a call: it bears its data, or, be it changed, its number. */
export function tells(data: Json | undefined, body: Json | undefined): boolean {
  if (sameJson(data, body)) return true;
  return isObject(data) && isObject(body) && typeof data.n === 'number' && data.n === body.n;
}

interface Group<T> {
  readonly data: Json | undefined;
  readonly members: T[];
}

/** Calls or events, put together where they tell of the same update: each is compared with few others, however many. */
export class ByUpdate<T> {
  readonly #groups = new Map<number, Group<T>[]>();

  constructor(all: readonly T[], dataOf: (one: T) => Json | undefined) {
    for (const one of all) this.add(one, dataOf(one));
  }

  /** Those that tell of an update. */
  of(data: Json | undefined): readonly T[] {
    return this.#groupOf(data)?.members ?? [];
  }

  add(one: T, data: Json | undefined): void {
    const group = this.#groupOf(data);
    if (group) {
      group.members.push(one);
      return;
    }
    const made = { data, members: [one] };
    const weight = weightOf(data);
    const alike = this.#groups.get(weight);
    if (alike) alike.push(made);
    else this.#groups.set(weight, [made]);
  }

  #groupOf(data: Json | undefined): Group<T> | undefined {
    return this.#groups.get(weightOf(data))?.find((group) => tells(group.data, data));
  }
}

/** The same for whatever tells of the same update, in whichever order its keys come, and seldom the same for others. */
function weightOf(data: Json | undefined): number {
  if (!isObject(data)) return scalarWeight(data);
  if (typeof data.n === 'number') return scalarWeight(data.n);
  let weight = 0;
  for (const key of Object.keys(data)) weight = (weight + key.length + 31 * scalarWeight(data[key])) | 0;
  return weight;
}

function scalarWeight(value: Json | undefined): number {
  switch (typeof value) {
    case 'number':
      return value | 0;
    case 'string':
      return value.length;
    default:
      return Array.isArray(value) ? value.length : 0;
  }
}
