/** Everybody who is there, from whom one can be drawn. */
export class Crowd<T> {
  readonly #all: T[] = [];
  readonly #places = new Map<T, number>();

  add(item: T): void {
    if (this.#places.has(item)) return;
    this.#places.set(item, this.#all.length);
    this.#all.push(item);
  }

  remove(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    const last = this.#all.pop();
    if (last === undefined || last === item) return;
    this.#all[place] = last;
    this.#places.set(last, place);
  }

  /** The first that fits, counted from a place that a number draws. */
  drawn(number: number, fits: (item: T) => boolean): T | undefined {
    const { length } = this.#all;
    for (let step = 0; step < length; step++) {
      const item = this.#all[(number + step) % length];
      if (item !== undefined && fits(item)) return item;
    }
    return undefined;
  }
}
