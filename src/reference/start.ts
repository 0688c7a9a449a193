import { type Contract, InputError } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { createApp } from './app.ts';
import { createBeam } from './beam/beam.ts';
import { mountControl } from './control.ts';
import { playFlow } from './emit/demo.ts';
import { createEmit } from './emit/emit.ts';
import { chooseFaults } from './faults.ts';
import { createListener, type Listener } from './listener.ts';
import { createPusher } from './pusher/pusher.ts';
import { chooseReadings } from './readings.ts';
import type { Address, ReferenceContext, SurfaceServer } from './surface-server.ts';
import { createTimers } from './timers.ts';
import { type Certificate, throwAwayCertificate } from './tls.ts';

export interface ReferenceOptions {
  readonly contract: Contract;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Open point → reading, where it is not to be the first one. */
  readonly readings?: Readonly<Record<string, string>>;
  /** Ids of faults to switch on. */
  readonly faults?: readonly string[];
  /** Surface → the only dialect that is offered; absent: all of them, and of emit, whose versions exclude each other, the first. */
  readonly dialects?: Readonly<Partial<Record<SurfaceName, string>>>;
  /** The surfaces to serve. @default all */
  readonly surfaces?: readonly SurfaceName[];
  /** Serve https and wss with a certificate made for this run. */
  readonly tls?: boolean;
  readonly log?: (line: string) => void;
  /** A flow of the emit surface to play by itself. */
  readonly flow?: { readonly name: string; readonly loop: boolean };
}

/** A running reference server. */
export interface Reference {
  readonly port: number;
  readonly address: Address;
  /** Entries for a target file. */
  readonly targets: () => JsonObject[];
  /** Lines for a banner: what to copy to try it by hand. */
  readonly offers: () => string[];
  readonly close: () => Promise<void>;
}

/** Of the surfaces that are like any other; `--flow` needs to know the one that is left, emit. */
const factories: Readonly<Partial<Record<SurfaceName, (context: ReferenceContext) => SurfaceServer>>> = {
  pusher: createPusher,
  beam: createBeam,
};

/**
 * Starts a complete, correct server of all surfaces in this process, on one port.
 * @throws InputError for an unknown reading, fault, dialect or flow, and where the port is taken.
 */
export async function startReference(options: ReferenceOptions): Promise<Reference> {
  const { contract, log = () => {}, host = '127.0.0.1', dialects = {} } = options;
  proveDialects(contract, dialects);
  const { timers, surfaces, emit } = createSurfaces(options, log);
  let stopFlow = (): void => {};
  const stop = (): void => {
    stopFlow();
    for (const surface of surfaces) surface.close();
    timers.close();
  };

  const app = createApp(log);
  mountControl(app, surfaces, timers);
  for (const surface of surfaces) surface.mount(app);
  let listener: Listener;
  let certificate: Certificate | undefined;
  try {
    if (options.flow && emit) stopFlow = playFlow(contract.emit.flows, options.flow, emit.lifecycle, log);
    certificate = options.tls ? await throwAwayCertificate(host) : undefined;
    const port = options.port ?? 0;
    listener = await createListener({
      app,
      surfaces,
      host,
      port,
      log,
      ...(certificate ? { certificate } : {}),
    });
  } catch (cause) {
    stop();
    throw cause;
  }
  const address = addressOf(host, listener.port, certificate !== undefined);

  const targets = entriesOf(surfaces, address, dialects, certificate?.cert);

  return {
    port: listener.port,
    address,
    targets: () => targets,
    offers: () => surfaces.flatMap((surface) => surface.offers(address)),
    close() {
      stop();
      return listener.close();
    },
  };
}

/** The entries that a server would have, without one: what is planned for them needs no network. */
export function describeReference(
  options: ReferenceOptions,
  address: Address = { http: 'http://127.0.0.1:0', ws: 'ws://127.0.0.1:0' },
): JsonObject[] {
  const { surfaces, timers } = createSurfaces(options, () => {});
  const entries = entriesOf(surfaces, address, options.dialects ?? {});
  for (const surface of surfaces) surface.close();
  timers.close();
  return entries;
}

function createSurfaces(
  { contract, dialects, readings, faults, surfaces: wanted = surfaceNames }: ReferenceOptions,
  log: (line: string) => void,
) {
  const timers = createTimers();
  const context: ReferenceContext = {
    contract,
    reading: chooseReadings(contract, readings),
    faults: chooseFaults(contract, faults),
    log,
    timers,
  };
  const emit = wanted.includes('emit') ? createEmit(context, dialects?.emit) : undefined;
  const surfaces = [...wanted.flatMap((name) => factories[name]?.(context) ?? []), ...(emit ? [emit] : [])];
  return { timers, surfaces, emit };
}

function entriesOf(
  surfaces: readonly SurfaceServer[],
  address: Address,
  dialects: Readonly<Partial<Record<SurfaceName, string>>>,
  ca?: string,
): JsonObject[] {
  return surfaces
    .flatMap((surface) => surface.targets(address))
    .filter((entry) => (dialects[entry.surface as SurfaceName] ?? entry.dialect) === entry.dialect)
    .map((entry) => ({
      control: `${address.http}/control`,
      ...(ca === undefined ? {} : { tls: { ca } }),
      ...entry,
    }));
}

/** @throws InputError for a dialect that the surface does not have. */
function proveDialects(contract: Contract, dialects: Readonly<Partial<Record<SurfaceName, string>>>): void {
  for (const surface of surfaceNames) {
    const name = dialects[surface];
    const known = Object.keys(contract[surface].dialects);
    if (name !== undefined && !known.includes(name)) {
      throw new InputError(
        `--dialect ${surface}=${name}: the dialects of ${surface} are ${known.join(', ')}`,
      );
    }
  }
}

function addressOf(host: string, port: number, secure: boolean): Address {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const authority = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return secure
    ? { http: `https://${authority}`, ws: `wss://${authority}` }
    : { http: `http://${authority}`, ws: `ws://${authority}` };
}
