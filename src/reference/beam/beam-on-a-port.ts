import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { BeamRules } from '../../contract/beam-rules.ts';
import type { Contract } from '../../contract/contract.ts';
import { readOpenPoints } from '../../contract/normalize.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import type { Fault, Timers } from '../surface-server.ts';
import { createTimers } from '../timers.ts';
import { createBeam } from './beam.ts';

/** The beam surface alone on a port of its own, for the tests of this folder. */
export interface BeamOnAPort {
  /** `ws://127.0.0.1:port` */
  readonly ws: string;
  readonly http: string;
  readonly timers: Timers;
  readonly close: () => Promise<void>;
}

const file = await readYaml(join(packageRoot(), 'specs/beam/rules.yaml'), 'specs/beam/rules.yaml');

export const beamRules = file.value as unknown as BeamRules;
export const beamPoints = readOpenPoints('beam', file);

export async function beamOnAPort(
  faults: readonly Fault[] = [],
  readings: Readonly<Record<string, string>> = {},
): Promise<BeamOnAPort> {
  const timers = createTimers();
  const surface = createBeam({
    contract: { beam: { rules: beamRules, openPoints: beamPoints } } as unknown as Contract,
    reading: (id) => readings[id] ?? beamPoints.find((point) => point.id === id)?.readings[0] ?? '',
    faults,
    log: () => {},
    timers,
  });
  const app = new Hono();
  surface.mount(app);
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made as Server));
  });
  server.on('upgrade', (request, socket, head) => {
    if (!surface.upgrade(request, socket, head)) socket.destroy();
  });
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ws: `ws://${origin}`,
    http: `http://${origin}`,
    timers,
    close: () => {
      surface.close();
      timers.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
