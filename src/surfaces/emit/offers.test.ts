import { describe, expect, it } from 'vitest';
import type { EmitTarget, Space, Target } from '../../target/target.ts';
import { isAsPromised, missing, offers, tokenOf } from './offers.ts';

const space = (id: string, more: Partial<Space> = {}): Space => ({
  id,
  tenant: 'own',
  tokens: { producer: 'p', worker: 'w', read: 'r' },
  ...more,
});

const target = (more: Partial<EmitTarget> = {}): Target =>
  ({
    surface: 'emit',
    urls: { ws: 'ws://a', http: 'http://a' },
    drivers: ['emit-rest'],
    dedicated: true,
    spaces: [space('one'), space('two', { tenant: 'foreign' })],
    capabilities: [],
    ...more,
  }) as EmitTarget;

const command = (...verbs: readonly string[]): Partial<EmitTarget> => ({
  drivers: ['command'],
  command: { run: './drive', verbs },
});

describe('a target lacks nothing', () => {
  it.each([
    ['to make jobs over REST', 'jobs', {}],
    [
      'to make jobs by a command that performs the verbs',
      'jobs',
      command('create', 'poll', 'ack', 'progress', 'complete'),
    ],
    ['of a verb that its command performs', 'verb:keepalive', command('keepalive')],
    ['of a space of each tenant', 'space:foreign', {}],
    ['of a token', 'token:read', {}],
    [
      'of a progress token, where the public one is there: it has the same scope',
      'token:progress',
      { spaces: [space('one', { tokens: { public: 'x' } })] },
    ],
    ['of control', 'control', { control: 'http://a/control' }],
    ['to revoke, with control', 'revoke', { control: 'http://a/control' }],
    ['to revoke, by a command that makes a token good again as well', 'revoke', command('revoke', 'restore')],
    ['of an unscoped key', 'unscoped-key', { unscopedToken: 'all' }],
  ] as const)('%s', (_, need, more) => {
    expect(missing(target(more), [need])).toEqual([]);
  });
});

describe('what a target lacks is named', () => {
  it.each([
    ['jobs', { drivers: ['none'] }, 'no driver performs create, poll, ack, progress, complete'],
    ['jobs', { urls: { ws: 'ws://a' } }, 'no driver performs create, poll, ack, progress, complete'],
    [
      'jobs',
      { spaces: [space('one', { tokens: { producer: 'p' } })] },
      'no space of ours has a worker token',
    ],
    [
      'jobs',
      { dedicated: false },
      'polling takes whatever job is pending: say dedicated: true if nobody else uses the spaces',
    ],
    ['verb:keepalive', command('create'), 'no driver performs keepalive'],
    ['http', command('create'), 'no driver emit-rest: the REST API cannot be asked'],
    ['space:own:2', {}, '2 own spaces needed to make jobs in, the target has 1'],
    ['space:foreign', { spaces: [space('one')] }, '1 foreign space needed to make jobs in, the target has 0'],
    ['token:public', {}, 'no space of ours has a public token'],
    ['foreign-token:progress', {}, 'no foreign space has a progress token'],
    ['control', {}, 'the target has no control URL'],
    ['revoke', command('revoke'), 'no driver performs revoke and restore'],
    ['unscoped-key', {}, 'the target has no unscoped key'],
    ['no-such-word', {}, 'unknown need no-such-word'],
  ] as const)('%s of %j', (need, more, reason) => {
    expect(missing(target(more as Partial<EmitTarget>), [need])).toEqual([reason]);
  });

  it('each need for itself, in their order', () => {
    expect(missing(target(), ['control', 'jobs', 'unscoped-key'])).toEqual([
      'the target has no control URL',
      'the target has no unscoped key',
    ]);
  });
});

describe('a token', () => {
  const odd = space('one', {
    tokens: { read: { value: 'r', scopes: ['jobs:read', 'jobs:create'] }, worker: 'w' },
  });

  it('is given by its name, however it is written', () => {
    expect([tokenOf(odd, 'read'), tokenOf(odd, 'worker'), tokenOf(odd, 'public')]).toEqual([
      'r',
      'w',
      undefined,
    ]);
  });

  it('is as its name promises unless the target file says otherwise: else a refusal proves nothing', () => {
    expect([isAsPromised(odd, 'read'), isAsPromised(odd, 'worker'), isAsPromised(odd, 'public')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('a target offers', () => {
  it.each([
    ['control', { control: 'http://a' }, true],
    ['control', {}, false],
    ['revoke', command('revoke', 'restore'), true],
    ['unscoped-key', { unscopedToken: 'all' }, true],
    ['a-word', { capabilities: ['a-word'] }, true],
    ['a-word', {}, false],
  ] as const)('%s by %j: %j', (word, more, expected) => {
    expect(offers(target(more), word)).toBe(expected);
  });
});
