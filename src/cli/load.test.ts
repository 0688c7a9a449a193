import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { plumbline } from './spawned.ts';

/** A target file with one entry. */
async function fileOf(entry: object): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'plumbline-test-')), 'target.yaml');
  await writeFile(file, stringify({ targets: [entry] }));
  return file;
}

const relay = {
  name: 'relay',
  surface: 'pusher',
  dialect: 'modelbeam',
  role: 'relay',
  urls: { ws: 'ws://127.0.0.1:1', trigger: 'http://127.0.0.1:1' },
  app: { id: '1', key: 'key', secret: 'a-secret-of-some-length' },
  clients: [{ id: 'one', tenant: 'own', tokens: {} }],
};

describe('plumbline load', () => {
  it('lists the profiles with the surfaces and drivers of each', async () => {
    const { exit, stdout } = await plumbline(['load', '--list']);
    expect(exit).toBe(0);
    const row = (name: string): string[] =>
      (stdout.split('\n').find((line) => line.startsWith(`${name} `)) ?? '').split(/\s{2,}/);
    expect(row('fanout')).toEqual(['fanout', 'k6 node', '-', 'k6 node']);
    expect(row('request-ack')).toEqual(['request-ack', '-', 'k6 node', '-']);
    expect(row('slow-consumer')).toEqual(['slow-consumer', 'node', '-', 'node']);
  });

  it('says what a run would cost, without a connection', async () => {
    const file = await fileOf(relay);
    const { exit, stdout } = await plumbline(['load', 'fanout', '--target', file, '--dry-run']);
    expect(exit).toBe(0);
    expect(stdout).toContain('500 connections on 1 channel, 1100 publishes, 550000 deliveries');
  });

  it('says what the streams of spaces would cost, and how many it lacks', async () => {
    const tokens = { producer: 'a-producer', worker: 'a-worker', read: 'a-reader' };
    const file = await fileOf({
      ...{ name: 'jobs', surface: 'emit', dialect: 'emit@1', drivers: ['emit-rest'], dedicated: true },
      urls: { ws: 'ws://127.0.0.1:1', http: 'http://127.0.0.1:1' },
      spaces: [{ id: 'one', tenant: 'own', tokens }],
    });
    const dry = ['load', 'fanout', '--target', file, '--dry-run', '--set', 'stream=space', 'jobs=20'];
    const { exit, stdout } = await plumbline(dry);
    expect(stdout).toContain('50 connections on 1 space with 20 jobs each, 1100 publishes, 55000 deliveries');
    expect(exit).toBe(0);
    const lacking = await plumbline([...dry, 'channels=2']);
    expect(lacking.stderr).toContain('2 spaces with the tokens producer, worker, read: it has 1');
    expect(lacking.exit).toBe(2);
  });

  it.each<[string, string[], string]>([
    ['no profile', [], 'needs a profile'],
    ['a profile that there is not', ['nonsense'], 'there is no profile nonsense; there is: auth-storm'],
    ['a surface without fan-out', ['fanout', '--surface', 'beam'], 'has no fan-out (see request-ack)'],
    ['a driver that cannot', ['slow-consumer', '--driver', 'k6'], 'needs node'],
    ['an SLO that few publishes cannot tell', ['smoke', '--slo', 'p99<1s'], 'needs at least 1000 publishes'],
    ['an SLO that is none', ['smoke', '--slo', 'fast'], 'not a condition'],
    ['a setting that there is not', ['smoke', '--set', 'speed=9'], 'there is no such setting'],
    ['a setting that is no number', ['smoke', '--set', 'rate=fast'], 'needs a number'],
    [
      'a setting of what no stage does',
      ['smoke', '--set', 'storm.jitterMs=9'],
      'no stage of the profile has storm',
    ],
    [
      'an SLO on a latency without calibration',
      ['fanout', '--no-calibration', '--slo', 'p99<1s'],
      'needs the floor, which says what of it is',
    ],
    [
      'a search without calibration',
      ['saturate', '--no-calibration'],
      'needs to know where the generator ends',
    ],
    ['a space of another surface', ['fanout', '--set', 'stream=space', '--surface', 'pusher'], 'is of emit'],
    ['a space of a profile without emit', ['request-ack', '--set', 'stream=space'], 'is of emit'],
    ['jobs of no space', ['smoke', '--set', 'jobs=5'], 'are of the stream of a space'],
    ['bare connections that are published to', ['smoke', '--set', 'bare=true'], 'idle and connect-ramp can'],
    ['a stream that there is not', ['smoke', '--set', 'stream=all'], 'there is job, and space'],
    ['a search without a search', ['smoke', '--param', 'rate'], 'are for load saturate'],
    ['a time that is none', ['saturate', '--budget', 'long'], 'must be a time'],
  ])('refuses %s, exit 2', async (_what, args, why) => {
    const { exit, stderr, stdout } = await plumbline(['load', ...args]);
    expect(stderr + stdout).toContain(why);
    expect(exit).toBe(2);
    expect(stderr).not.toContain('    at ');
  });

  it('counts for an SLO on beam what probes ask, exit 2', async () => {
    const { exit, stderr } = await plumbline(['load', 'request-ack', '--slo', 'p99<1s', '--dry-run']);
    expect(stderr).toContain(
      'needs at least 1000 publishes; stage 10 has 300 that probes send (--set publishes=3334)',
    );
    expect(exit).toBe(2);
  });

  it.each([
    [
      ['connect-ramp', '--slo', 'connect.p99<1s'],
      'needs at least 1000 connections; stage 50 per second has 125 that probes make (--set subscribers=4000)',
    ],
    [
      ['connect-ramp', '--slo', 'connect.p99.9<1s', '--set', 'subscribers=100000'],
      'needs at least 10000 connections; stage 50 per second has 1000 that probes make (1000 at most: a lower quantile)',
    ],
    [
      ['fanout', '--slo', 'subscribe.p90<1s'],
      'needs at least 100 connections; stage 50 has 50 (--set subscribers=100)',
    ],
  ])('counts connections for an SLO on how long they take, exit 2: %j', async (args, why) => {
    const { exit, stderr } = await plumbline(['load', ...args, '--dry-run']);
    expect(stderr).toContain(why);
    expect(exit).toBe(2);
  });

  it('names what a target lacks, exit 2', async () => {
    const { secret: _secret, ...app } = relay.app;
    const file = await fileOf({ ...relay, app });
    const { exit, stderr } = await plumbline(['load', 'smoke', '--target', file]);
    expect(exit).toBe(2);
    expect(stderr).toContain('target "relay" lacks for load smoke: app.secret, or urls.auth');
    expect(stderr).toContain('pusher-http');
  });

  it('keeps the limits of the target file, exit 2', async () => {
    const file = await fileOf({ ...relay, limits: { connections: 5 } });
    const { exit, stderr } = await plumbline(['load', 'smoke', '--target', file, '--driver', 'node']);
    expect(exit).toBe(2);
    expect(stderr).toContain('limits.connections is 5, and load smoke needs 10');
  });

  it('does not write into a folder that is there', async () => {
    const file = await fileOf(relay);
    const out = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
    const args = ['load', 'smoke', '--target', file, '--driver', 'node', '--out', out];
    const { exit, stderr } = await plumbline(args);
    expect(exit).toBe(2);
    expect(stderr).toContain('is there already; nothing is written over');
  });
});
