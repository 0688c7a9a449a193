import { type App, apps } from './apps.ts';
import { closeCode } from './protocol.ts';

/** What an upgrade request asks for. */
export interface ConnectionRequest {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A connection is served for an app, or completed and closed with the code of its cause. */
export type Admission = { readonly app: App } | { readonly code: number; readonly reason: string };

const supported = ['5', '6', '7'];

/** Whether a connection is served (PX1 to PX8), for the readings of what no document decides. */
export function connectionAdmission(
  reading: (point: string) => string,
): (request: ConnectionRequest) => Admission {
  const undecided = (point: string, app: App, reason: string): Admission => {
    const code = Number(reading(point));
    return Number.isNaN(code) ? { app } : { code, reason };
  };
  return ({ path, query }) => {
    const [, key, ...rest] = path.split('/').slice(1);
    const app = apps.find((candidate) => candidate.key === key);
    if (key === undefined || key === '' || rest.length > 0)
      return { code: closeCode.pathNotFound, reason: 'Path not found' };
    if (!app) return { code: closeCode.unknownApp, reason: 'Application does not exist' };
    const protocol = query.get('protocol');
    if (protocol === null || protocol === '')
      return { code: closeCode.noProtocol, reason: 'No protocol version supplied' };
    if (!/^\d+$/.test(protocol)) return undecided('P.protocol-text', app, 'Unsupported protocol version');
    if (protocol === '4') return undecided('P.protocol-4', app, 'Unsupported protocol version');
    if (!supported.includes(protocol))
      return { code: closeCode.unsupportedProtocol, reason: 'Unsupported protocol version' };
    const version = query.get('version');
    if (version !== null && !/^\d+(\.\d+)*[\w.+-]*$/.test(version)) {
      return { code: closeCode.malformedVersion, reason: 'Invalid version string format' };
    }
    return { app };
  };
}
