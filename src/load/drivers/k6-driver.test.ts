import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { k6Driver } from './k6-driver.ts';
import { findK6 } from './provide-k6.ts';
import { buildIfStale, ToyRig } from './toy-rig.ts';

const found = await findK6();
const k6 = 'k6' in found ? found.k6 : undefined;

beforeAll(buildIfStale, 120_000);

describe.skipIf(!k6)('k6 (where there is none: node scripts/install-k6.js makes one)', () => {
  let rig: ToyRig;
  afterEach(() => rig.end());
  const driver = () => {
    if (!k6) throw new Error('skipped');
    return k6Driver(k6);
  };

  it('shows no token to who looks at processes', async () => {
    rig = await ToyRig.start(driver(), 'emit');
    const line = readFileSync(`/proc/${rig.process.pid}/cmdline`, 'utf8');
    expect(line).toContain('run');
    expect(line).not.toContain(rig.coordinator.address.token);
    expect(line).not.toContain(rig.coordinator.address.url);
  });

  it.each(['emit', 'pusher'] as const)('writes no token of %s into metrics', async (surface) => {
    rig = await ToyRig.start(driver(), surface, {
      plan: (port) => ({
        authorize:
          surface === 'pusher'
            ? {
                kind: 'endpoint',
                url: `http://127.0.0.1:${port}/auth?token=good`,
                headers: { authorization: 'Bearer toy' },
                body: 'form',
              }
            : { kind: 'none' },
      }),
      // Even where somebody wants all tags and an output.
      options: { env: { K6_OUT: 'json=/dev/stderr', K6_SYSTEM_TAGS: 'url,name,status' } },
    });
    await rig.coordinator.join(1, 20);
    rig.coordinator.tellStop();
    expect((await rig.process.stop()).trouble).toBeUndefined();
    const log = readFileSync(rig.log, 'utf8');
    const name = surface === 'emit' ? 'job-stream' : 'private-channel';
    expect(log).toContain('"metric":"ws_sessions"');
    expect(log).toContain(`"url":"${name}"`);
    expect(log).not.toContain('token=');
    expect(log).not.toContain(rig.coordinator.address.token);
  });

  it('is not moved by how its user has set k6 up', async () => {
    process.env.K6_VUS = '1';
    process.env.K6_DURATION = '1s';
    process.env.K6_OUT = 'json=/dev/stderr';
    try {
      rig = await ToyRig.start(driver(), 'emit', { options: { members: 3 } });
    } finally {
      for (const name of ['K6_VUS', 'K6_DURATION', 'K6_OUT']) delete process.env[name];
    }
    await rig.coordinator.join(1, 20);
    rig.coordinator.tellStop();
    expect((await rig.process.stop()).trouble).toBeUndefined();
    expect(rig.coordinator.members.length).toBe(3);
    expect(readFileSync(rig.log, 'utf8')).toBe('');
  });
});
