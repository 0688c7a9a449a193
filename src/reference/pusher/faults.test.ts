import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRequirements } from '../../contract/normalize.ts';
import { kindOf, type Row } from '../../contract/pusher-rules.ts';
import { readYaml } from '../../contract/read-yaml.ts';
import { packageRoot } from '../../contract/spec-files.ts';
import type { Fault } from '../surface-server.ts';
import { pusherFaults } from './faults.ts';
import {
  askAuth,
  connectionPath,
  dryapi,
  modelbeam,
  type PusherOnAPort,
  pusherOnAPort,
  pusherRules,
  sendNoise,
  trySubscribing,
} from './pusher-on-a-port.ts';

const specs = join(packageRoot(), 'specs', 'pusher');
const requirements = readRequirements('pusher', await readYaml(join(specs, 'requirements.yaml')));
const faults = pusherFaults(pusherRules);

function faultNamed(id: string): Fault {
  const fault = faults.find((each) => each.id === `pusher/${id}`);
  if (!fault) throw new Error(`no fault ${id}`);
  return fault;
}

async function withFault<T>(id: string, act: (server: PusherOnAPort) => Promise<T>): Promise<T> {
  const server = await pusherOnAPort({ faults: [faultNamed(id)] });
  try {
    return await act(server);
  } finally {
    await server.close();
  }
}

function refused<T>(rows: Readonly<Record<string, Row<T>>>): readonly (readonly [string, Row<T>])[] {
  return Object.entries(rows).filter(([, row]) => kindOf(row) === 'refused');
}

test('every fault has an id of its own, and breaks requirements that exist', () => {
  const known = new Set(requirements.map(({ id }) => id));
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  expect(faults.flatMap(({ breaks }) => breaks).filter((id) => !known.has(id))).toEqual([]);
});

test('every MUST that a server can break is what some fault is for', () => {
  const first = new Set(faults.map(({ breaks }) => breaks[0]));
  const missing = requirements.filter(
    ({ level, side, notTested, applies, group }) =>
      level === 'MUST' &&
      side !== 'client' &&
      notTested === undefined &&
      applies.scheme !== 'secure' &&
      !group.some((id) => first.has(id)),
  );
  expect(missing.map(({ id }) => id)).toEqual([]);
});

describe('a fault of a cell lets that cell in', () => {
  test.concurrent.each(refused(pusherRules.channelAuth.rows))('admits-%s', (name, row) =>
    withFault(`admits-${name}`, async (server) => {
      expect(await trySubscribing(server, row)).toBe('pusher_internal:subscription_succeeded');
    }),
  );

  test.concurrent.each(refused(pusherRules.authEndpoint.rows))('signs-%s', (name, row) =>
    withFault(`signs-${name}`, async (server) => {
      const { status, body } = await askAuth(server, row.send ?? {}, 'application/json');
      expect(status).toBe(200);
      expect(body.auth).toBeTypeOf('string');
    }),
  );

  test.concurrent.each(
    refused(pusherRules.protocol.connections).filter(([, { scheme }]) => scheme === undefined),
  )('serves-%s', (name, row) =>
    withFault(`serves-${name}`, async (server) => {
      const peer = await server.connect(connectionPath(row));
      await peer.next('pusher:connection_established');
    }),
  );

  test.concurrent.each(Object.entries(pusherRules.robustness))('dies-of-%s', (name, row) =>
    withFault(`dies-of-${name}`, async (server) => {
      const peer = await server.open(modelbeam);
      sendNoise(peer, row);
      expect(await peer.closed).toBe(1006);
    }),
  );
});

test.concurrent.each(faults.map(({ id }) => id))('%s bends the server and does not stop it', async (id) => {
  await withFault(id.slice('pusher/'.length), async (server) => {
    for (const app of [modelbeam, dryapi]) {
      const peer = await server.connect(`/app/${app.key}?protocol=7`);
      peer.say('pusher:subscribe', { channel: 'public' });
      peer.say('pusher:ping', {});
      await server.trigger(app, { name: 'e', channel: 'public', data: '{}' });
      expect(await server.submit(app, { updates: 1, fails: app === dryapi, stageMs: 0 })).not.toBe(
        'undefined',
      );
      peer.socket.terminate();
    }
    // It still answers; how it refuses what is not signed may be what is bent.
    expect([200, 400, 401]).toContain((await server.call('GET', '/apps/1001/channels')).status);
  });
});
