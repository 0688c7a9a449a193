import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { PusherTarget } from './target.ts';

/**
 * A client under test as a target: the application that its server is played for, with credentials drawn for this
 * run, so that nobody has them who was not told.
 */
export function clientTarget(command: string, dialect: string): PusherTarget {
  const drawn = (): string => randomBytes(9).toString('hex');
  return {
    name: nameOf(command),
    surface: 'pusher',
    dialect,
    role: 'application',
    urls: {},
    app: { key: `plumbline-${drawn()}`, secret: drawn() },
    clients: [
      { id: String(100_000 + Math.floor(Math.random() * 900_000)), tenant: 'own', tokens: { api: drawn() } },
    ],
    client: { command },
    drivers: ['none'],
    headers: {},
    tls: {},
    capabilities: [],
    deadlines: { connectMs: 3000, answerMs: 5000 },
    warmupMs: 0,
    dedicated: true,
    limits: {},
    excludes: [],
    pins: {},
    secrets: [],
    at: '--client',
  };
}

/**
 * What reports, baselines and `--only` call a client: the name of the last file that its command names, without path
 * and suffix (`node clients/pusher-js.js` is `pusher-js`).
 */
export function nameOf(command: string): string {
  const words = command.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-'));
  const last = words.findLast((word) => /[./]/.test(word)) ?? words[0] ?? '';
  const name = basename(last)
    .replace(/\.\w+$/, '')
    .replace(/[^\w.-]/g, '');
  return /^\w/.test(name) ? name : 'client';
}
