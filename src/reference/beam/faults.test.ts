import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { loadContract } from '../../contract/load.ts';
import { startReference } from '../start.ts';
import { beamOnAPort, beamPoints, beamRules } from './beam-on-a-port.ts';
import { behaviourOf } from './behaviour.ts';
import { beamFaults } from './faults.ts';

interface SecureTarget {
  readonly urls: { readonly ws: string };
  readonly tokens: { readonly valid: string };
  readonly tls: { readonly ca: string };
}

const dialects = Object.keys(beamRules.dialects);
const faults = beamFaults(beamRules);

async function behaviour(dialect: string, ...given: Parameters<typeof beamOnAPort>) {
  const server = await beamOnAPort(...given);
  try {
    return await behaviourOf(server, dialect);
  } finally {
    await server.close();
  }
}

const correct = new Map(
  await Promise.all(dialects.map(async (name) => [name, await behaviour(name)] as const)),
);

describe.each(dialects)('%s', (dialect) => {
  it('behaves the same twice', async () => {
    expect(await behaviour(dialect)).toEqual(correct.get(dialect));
  });

  // What shows over TLS only is met below.
  const own = faults.filter(
    ({ dialects: some, secure }) => secure !== true && (some?.includes(dialect) ?? true),
  );
  it.concurrent.each(own.map((fault) => [fault.id, fault.says, fault] as const))(
    '%s: %s',
    async (_, __, fault) => {
      expect(await behaviour(dialect, [fault])).not.toEqual(correct.get(dialect));
    },
  );

  const readings = beamPoints.flatMap((point) =>
    point.readings.slice(1).map((reading) => [point, reading] as const),
  );
  it.concurrent.each(readings.map(([point, reading]) => [point.id, reading, point] as const))(
    'performs %s=%s unless it pins another',
    async (id, reading, point) => {
      const pinned = point.pinned[dialect];
      const same = pinned !== undefined;
      const made = await behaviour(dialect, [], { [id]: reading });
      if (same) expect(made).toEqual(correct.get(dialect));
      else expect(made).not.toEqual(correct.get(dialect));
    },
  );
});

it('has a fault for every requirement of the rules that a server can break', () => {
  const broken = new Set(faults.map((fault) => fault.breaks[0]));
  const must = ['B2', 'B5', 'B6', 'B7', 'B8', 'B10', 'B11', 'B13', 'B14', 'B16', 'B17'];
  const others = ['B6i', 'B7i', 'B8i', 'B10i', 'B15i', 'B18', 'BH1', 'BH2', 'BH3', 'BH4', 'BH5'];
  expect([...must, ...others].filter((id) => !broken.has(id))).toEqual([]);
});

it.each(faults.filter(({ secure }) => secure).map(({ id, says }) => [id, says] as const))(
  '%s: %s',
  async (id) => {
    const contract = await loadContract();
    const statusWith = async (...given: string[]): Promise<number> => {
      const server = await startReference({ contract, surfaces: ['beam'], faults: given, tls: true });
      const [target] = server.targets() as unknown as readonly SecureTarget[];
      const { urls, tokens, tls } = target as SecureTarget;
      const headers = { authorization: `Bearer ${tokens.valid}` };
      const socket = new WebSocket(urls.ws, { headers, ca: tls.ca }).on('error', () => {});
      const status = await new Promise<number>((resolve) => {
        socket.once('open', () => resolve(101));
        socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
      });
      socket.terminate();
      await server.close();
      return status;
    };
    expect(await statusWith()).toBe(101);
    expect(await statusWith(id)).toBeGreaterThanOrEqual(400);
  },
);

it('has no two faults of one id', () => {
  expect(new Set(faults.map((fault) => fault.id)).size).toBe(faults.length);
});
