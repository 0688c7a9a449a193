import { InvalidArgumentError } from 'commander';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';

/** An option that may be given once: which of two would count is nothing to guess at. */
export function once(value: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError('It is given twice.');
  return value;
}

/** Collects the values of an option that may be repeated. */
export function several(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** A whole number of at least `least`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(
      `It must be a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}.`,
    );
  };
}

/** A number, above zero or from zero. */
export function decimal(bound: 'above 0' | 'from 0'): (value: string) => number {
  return (value) => {
    const number = Number(value);
    const fits = bound === 'above 0' ? number > 0 : number >= 0;
    if (value.trim() !== '' && Number.isFinite(number) && fits) return number;
    throw new InvalidArgumentError(`It must be a number ${bound}.`);
  };
}

/** A time, `10m` or `300s`, in milliseconds. */
export function time(value: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(value) ?? [];
  const factor = { s: 1000, m: 60_000, h: 3_600_000 }[unit];
  if (factor === undefined || !(Number(number) > 0)) {
    throw new InvalidArgumentError('It must be a time, such as 300s, 10m or 1h.');
  }
  return Number(number) * factor;
}

/** The name of a surface. */
export function surfaceName(value: string): SurfaceName {
  const name = surfaceNames.find((one) => one === value);
  if (!name) throw new InvalidArgumentError(`The surfaces are ${surfaceNames.join(', ')}.`);
  return name;
}

/** Collects surfaces. */
export function surfaces(value: string, previous: readonly SurfaceName[] = []): readonly SurfaceName[] {
  return [...previous, surfaceName(value)];
}

export type Dialects = Readonly<Partial<Record<SurfaceName, string>>>;

/** Collects `SURFACE=NAME`. */
export function dialects(value: string, previous: Dialects = {}): Dialects {
  const [surface, name] = pair(value);
  return { ...previous, [surfaceName(surface)]: name };
}

/** Collects `KEY=VALUE`. */
export function pairs(
  value: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [key, text] = pair(value);
  return { ...previous, [key]: text };
}

function pair(value: string): [string, string] {
  const at = value.indexOf('=');
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError('It must be of the form NAME=VALUE.');
  return [value.slice(0, at), value.slice(at + 1)];
}
