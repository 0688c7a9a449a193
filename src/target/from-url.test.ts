import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../contract/spec-files.ts';
import { printable } from './from-url.ts';
import { loadTargets } from './load.ts';
import { smallContract } from './small-contract.ts';
import { secretsOf } from './target.ts';

const contract = smallContract(
  JSON.parse(readFileSync(join(packageRoot(), 'specs/formats/target.schema.json'), 'utf8')),
);

async function targetOf(url: string, env: Record<string, string> = {}) {
  const [target] = await loadTargets(url, { contract, env });
  if (!target) throw new Error('no target');
  return target;
}

describe('a URL as target', () => {
  it('is pusher under /app/{key}', async () => {
    const target = await targetOf('https://example.test/prefix/app/my%20key', {
      PLUMBLINE_SECRET: 'shared-secret',
    });
    expect(target).toMatchObject({
      surface: 'pusher',
      dialect: 'auto',
      role: 'application',
      urls: { ws: 'wss://example.test/prefix' },
      app: { key: 'my key', secret: 'shared-secret' },
      clients: [{ id: 'plumbline', tenant: 'own' }],
      at: '--target',
    });
  });

  it('finds the authorization endpoint of a pusher target by its usual path where there is a token', async () => {
    const target = await targetOf('ws://localhost:6001/app/k', {
      PLUMBLINE_TOKEN: 'bearer-token',
      PLUMBLINE_CLIENT: '7',
    });
    expect(target).toMatchObject({
      urls: { ws: 'ws://localhost:6001', auth: 'http://localhost:6001/broadcasting/auth' },
      clients: [{ id: '7', tokens: { api: 'bearer-token' } }],
    });
  });

  it('is emit under /api/v1/realtime/spaces/{space}, with the token from the URL', async () => {
    const target = await targetOf('wss://example.test/api/v1/realtime/spaces/s1?token=tk-hidden');
    expect(target).toMatchObject({
      surface: 'emit',
      dialect: 'emit@1',
      urls: { ws: 'wss://example.test' },
      spaces: [{ id: 's1', tokens: { read: 'tk-hidden' } }],
    });
    expect(secretsOf(target)).toEqual(['tk-hidden']);
  });

  it('is emit under /api/v1/realtime/{job}', async () => {
    const target = await targetOf('ws://localhost:1/base/api/v1/realtime/job-1');
    expect(target).toMatchObject({ urls: { ws: 'ws://localhost:1/base' }, job: 'job-1', spaces: [] });
  });

  it('is beam anywhere else', async () => {
    const target = await targetOf('wss://example.test/x?auth_token=tk-hidden&v=1', {
      PLUMBLINE_SECRET: 'handler-key',
    });
    expect(target).toMatchObject({
      surface: 'beam',
      urls: { ws: 'wss://example.test/x?v=1' },
      tokens: { valid: 'tk-hidden' },
      handler: { key: 'handler-key' },
      drivers: ['beam-handler'],
    });
  });

  it('may hold what looks like a variable', async () => {
    const url = `ws://localhost:1/?auth_token=${encodeURIComponent('a$' + '{b}')}`;
    expect(await targetOf(url)).toMatchObject({ tokens: { valid: 'a$' + '{b}' } });
  });

  it.each([
    [
      'ftp://user:tk-hidden@example.test/',
      /begins with ws:\/\/, wss:\/\/, http:\/\/ or https:\/\/, not with ftp:\/\//,
    ],
    ['ws://tk-hidden:x', /not a valid URL/],
    ['ws://example.test/api/v1/realtime/?token=tk-hidden', /ends with a job or a space/],
    ['ws://example.test/#tk-hidden', /fragment/],
  ])('is refused where it cannot be one, and never quoted', async (url, message) => {
    await expect(targetOf(url)).rejects.toThrow(message);
    await expect(targetOf(url)).rejects.not.toThrow(/tk-hidden/);
  });

  it('is printed without its credentials', () => {
    expect(printable('wss://u:p@example.test/api/v1/realtime/spaces/s1?token=t&x=1')).toBe(
      'wss://example.test/api/v1/realtime/spaces/s1?x=1',
    );
    expect(printable('ws://[?token=t')).toBe('ws://[');
  });
});
