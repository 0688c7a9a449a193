import { expect, test } from 'vitest';
import { apps } from './apps.ts';
import { pusherRules } from './pusher-on-a-port.ts';
import { pusherOffers, pusherTargets } from './targets.ts';

const address = { http: 'http://127.0.0.1:7007', ws: 'ws://127.0.0.1:7007' };

test('there is an entry for each dialect, with two tenants and a revoked token', () => {
  const entries = pusherTargets(address, pusherRules);
  expect(entries.map(({ dialect }) => dialect)).toEqual(Object.keys(pusherRules.dialects));
  for (const app of apps) {
    expect(new Set(app.clients.map(({ tenant }) => tenant))).toEqual(new Set(['own', 'foreign']));
    expect(app.clients.every(({ revoked }) => revoked !== '')).toBe(true);
  }
});

test('a token without its last character is nobody\u2019s', () => {
  const tokens = apps.flatMap(({ clients }) => clients.flatMap(({ api, revoked }) => [api, revoked]));
  expect(tokens.filter((token) => tokens.includes(token.slice(0, -1)))).toEqual([]);
});

test('the banner names what is needed to try it by hand', () => {
  const lines = pusherOffers(address, pusherRules).join('\n');
  for (const { key, secret } of apps) {
    expect(lines).toContain(`/app/${key}?protocol=7`);
    expect(lines).toContain(secret);
  }
});
