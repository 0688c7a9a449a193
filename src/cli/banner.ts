import type { Reference } from '../reference/start.ts';
import type { ServeOptions } from './options.ts';

/** What `serve` says once it is there: where it is, what opens it, and how to try it. */
export function banner(
  options: ServeOptions,
  { address, offers }: Pick<Reference, 'address' | 'offers'>,
): string {
  const readings = Object.entries(options.reading).map(([point, reading]) => `${point}=${reading}`);
  const file = options.writeTarget;
  const lines = [
    `plumbline serves at ${address.http}`,
    ...(options.fault.length > 0 ? [`broken on purpose: ${options.fault.join(', ')}`] : []),
    ...(readings.length > 0 ? [`open points read as: ${readings.join(', ')}`] : []),
    '',
    ...offers(),
    '',
    file === undefined
      ? 'For a target file of it: --write-target FILE. Stop with Ctrl-C.'
      : `Judge it: plumbline conform --target ${file}. Stop with Ctrl-C.`,
  ];
  return `${lines.join('\n')}\n`;
}
