import { expect, it } from 'vitest';
import { clientTarget, nameOf } from './from-command.ts';
import { secretsOf } from './target.ts';

it.each([
  ['node scripts/clients/pusher-js.js', 'pusher-js'],
  ['node --enable-source-maps ./client.mjs --fault x', 'client'],
  ['my-client', 'my-client'],
  ['/opt/bin/client.v2', 'client'],
  ['echo "…"', 'echo'],
  ['"…"', 'client'],
])('%s is called %s', (command, name) => {
  expect(nameOf(command)).toBe(name);
});

it('has credentials of its own for each run, which no report shows', () => {
  const [one, two] = [clientTarget('x', 'dryapi'), clientTarget('x', 'dryapi')];
  const [first, second] = [secretsOf(one), secretsOf(two)];
  expect([first.length, second.length]).toEqual([2, 2]);
  expect(first.filter((secret) => second.includes(secret))).toEqual([]);
});
