import { createHash, createHmac } from 'node:crypto';
import type { Learned, Resigning, Text } from './script.ts';

/** What the ids, hosts and signatures of a recorded scene are in this run, as far as it has told so far. */
export class Values {
  readonly #known = new Map<string, string>();
  readonly #hosts: readonly (readonly [string, string])[];
  readonly #secret: string;

  constructor(hosts: readonly (readonly [was: string, is: string])[], secret: string | undefined) {
    this.#hosts = hosts;
    this.#secret = secret ?? '';
  }

  /** What a value of the recording is now; itself, where nothing has told. */
  of(was: string): string {
    return this.#known.get(was) ?? was;
  }

  /** Takes from a text that came what is wanted of it. */
  learn(wanted: readonly Learned[], text: string): void {
    if (wanted.length === 0) return;
    const message: unknown = jsonOf(text);
    for (const { path, was } of wanted) {
      const value = path.reduce<unknown>((at, key) => {
        const inside = typeof at === 'string' ? jsonOf(at) : at;
        return typeof inside === 'object' && inside !== null
          ? (inside as Record<string, unknown>)[key]
          : undefined;
      }, message);
      if (typeof value === 'string') this.#known.set(was, value);
    }
  }

  /** A text with the values and signatures of this run. */
  now({ text, uses, signatures }: Text): string {
    let now = this.#put(text, uses);
    for (const { was, of } of signatures) now = now.replaceAll(was, this.#hmac(this.#put(of, uses)));
    return now;
  }

  /** The address of a request to the trigger API, dated and signed for this run. */
  signed(method: string, url: string, body: string | undefined, how: Resigning): string {
    const { origin, pathname, searchParams } = new URL(url);
    if (how.dated !== undefined)
      searchParams.set('auth_timestamp', String(Math.round(Date.now() / 1000 + how.dated)));
    if (how.body)
      searchParams.set(
        'body_md5',
        createHash('md5')
          .update(body ?? '')
          .digest('hex'),
      );
    searchParams.delete('auth_signature');
    const query = [...searchParams]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`);
    searchParams.set('auth_signature', this.#hmac([method, pathname, query.join('&')].join('\n')));
    return `${origin}${pathname}?${searchParams}`;
  }

  #put(text: string, uses: readonly string[]): string {
    let now = text;
    for (const was of uses) now = now.replaceAll(was, this.of(was));
    for (const [was, is] of this.#hosts) now = now.replaceAll(was, is);
    return now;
  }

  #hmac(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex');
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
