import { parseArgs } from 'node:util';

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** A part of the id of what is measured; empty: all. */
  readonly only: string;
  /** Seconds for each measurement, all its repeats together. */
  readonly seconds: number;
  readonly repeats: number;
  /** Seconds that the rounds of suite and replay take at most, all together. */
  readonly budget: number;
  readonly json?: string;
  readonly help: boolean;
}

export const helpText = `Usage: npm run bench -- [options]

Measures the judge, its parts, its start and the default suite, each beside something that everybody knows the cost of, in
turns within one run. All figures are ratios: the median of the repeats, and from the lowest to the highest. Where an aim
is missed, it says so, and shows in which functions the time goes. Exit code 0: it measured; 2: wrong usage.

  --only TEXT      only what has this in its name
  --seconds N      how long each pair is measured, all repeats together (default 2)
  --repeats N      how often (default 7)
  --budget N       seconds for the rounds of suite and replay: none is begun that would end later (default 300)
  --json FILE      also write the results there
  --help           this text

asyncapi-validator, which the judge is compared with, is installed in scripts/bench/asyncapi-validator the first time.
`;

/** @throws TypeError, or RangeError, in words for whoever typed them. */
export function optionsOf(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '2' },
      repeats: { type: 'string', default: '7' },
      budget: { type: 'string', default: '300' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, json, help } = values;
  const [seconds, repeats, budget] = [Number(values.seconds), Number(values.repeats), Number(values.budget)];
  if (!(seconds > 0)) throw new RangeError(`--seconds ${values.seconds}: it takes a number above 0`);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new RangeError(`--repeats ${values.repeats}: it takes a whole number from 1`);
  if (!(budget > 0)) throw new RangeError(`--budget ${values.budget}: it takes a number above 0`);
  return { only, seconds, repeats, budget, help, ...(json === undefined ? {} : { json }) };
}
