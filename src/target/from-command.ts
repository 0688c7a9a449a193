import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { SurfaceName } from '../contract/requirement.ts';
import type { EmitTarget, PusherTarget } from './target.ts';

/** Surfaces whose server can be played to a client. */
export const clientSurfaces = ['pusher', 'emit'] as const satisfies readonly SurfaceName[];

export type ClientSurface = (typeof clientSurfaces)[number];

/**
 * A client under test as a target: the application that its server is played for, with credentials drawn for this
 * run, so that nobody has them who was not told.
 */
export function clientTarget(
  command: string,
  dialect: string,
  surface: ClientSurface = 'pusher',
): PusherTarget | EmitTarget {
  const common = {
    name: nameOf(command),
    dialect,
    client: { command },
    drivers: ['none'] as const,
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
  if (surface === 'emit') {
    const spaces = [{ id: 'played', tenant: 'own' as const, tokens: { read: `emit_${drawn()}` } }];
    return { ...common, surface, urls: { ws: '' }, spaces, job: `job-${drawn()}` };
  }
  const id = String(100_000 + Math.floor(Math.random() * 900_000));
  return {
    ...common,
    surface,
    role: 'application',
    urls: {},
    app: { key: `plumbline-${drawn()}`, secret: drawn() },
    clients: [{ id, tenant: 'own', tokens: { api: drawn() } }],
  };
}

function drawn(): string {
  return randomBytes(9).toString('hex');
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
