import type { Entry, LooseBeam, LooseEmit, LoosePusher, LooseTarget } from './entry.ts';
import type { BeamTarget, EmitTarget, PusherTarget, Target } from './target.ts';

type Driver = Target['drivers'][number];

/** What an entry must have for a driver to work: path in the file → whether it is there. */
function needs(value: LooseTarget): Readonly<Partial<Record<Driver, Readonly<Record<string, boolean>>>>> {
  switch (value.surface) {
    case 'emit':
      return {
        'emit-rest': { 'urls.http': value.urls.http !== undefined },
        command: { command: value.command !== undefined },
      };
    case 'pusher':
      return {
        'jobs-rest': { 'urls.api': value.urls.api !== undefined, jobs: value.jobs !== undefined },
        'pusher-http': {
          'urls.trigger': value.urls.trigger !== undefined,
          'app.id': value.app.id !== undefined,
          'app.secret': value.app.secret !== undefined,
        },
        command: { command: value.command !== undefined },
      };
    case 'beam':
      return {
        'beam-handler': { 'handler.key': value.handler !== undefined },
        command: { command: value.command !== undefined },
      };
  }
}

/** The drivers that an entry names, or else all that it has what it takes for. */
export function chosenDrivers(value: LooseEmit): EmitTarget['drivers'];
export function chosenDrivers(value: LoosePusher): PusherTarget['drivers'];
export function chosenDrivers(value: LooseBeam): BeamTarget['drivers'];
export function chosenDrivers(value: LooseTarget): readonly Driver[] {
  if (value.drivers && value.drivers.length > 0) return value.drivers;
  const able = Object.entries(needs(value)).filter(([, parts]) => Object.values(parts).every(Boolean));
  return able.length > 0 ? able.map(([driver]) => driver as Driver) : ['none'];
}

/** @throws InputError for a driver that lacks what it works with. */
export function proveDrivers(entry: Entry): void {
  for (const driver of entry.value.drivers ?? []) {
    const parts = needs(entry.value)[driver] ?? {};
    const missing = Object.keys(parts).filter((part) => !parts[part]);
    if (missing.length > 0) {
      throw entry.wrong(
        ['drivers'],
        `the driver ${driver} needs ${missing.join(' and ')}; add it, or leave the driver out`,
      );
    }
  }
}
