import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonObject } from '../../contract/json.ts';
import { NullBeam } from './beam.ts';
import { blast } from './blast.ts';
import { FaultyCourier, plainCourier, shareOf } from './courier.ts';
import { goodTokens, targetsOf, tenantsOf } from './credentials.ts';
import { Door } from './door.ts';
import { drawShare } from './draw.ts';
import { NullEmit } from './emit.ts';
import { Ledger } from './ledger.ts';
import type { BlastRequest, NullOptions } from './options.ts';
import { NullPusher } from './pusher.ts';
import { StallGate } from './stall-gate.ts';
import { type Answered, type Asked, type NullSurface, objectIn, type SurfaceParts } from './surface.ts';

/** A running null server. */
export interface NullServer {
  readonly http: string;
  readonly ws: string;
  /** Entries of a target file. */
  readonly targets: readonly JsonObject[];
  readonly ledger: Ledger;
  readonly close: () => Promise<void>;
}

/**
 * Starts a server that does as little as can be between a publish and its writes, on the shapes of all three
 * surfaces: what is measured against it is the measurer. What it does wrong it was told to, and keeps account of.
 */
export async function startNullServer(options: NullOptions = {}): Promise<NullServer> {
  const { faults = {}, seed = 1, tenants: tenantCount = 16 } = options;
  const ledger = new Ledger();
  const gate = new StallGate(faults.stall);
  const faulty = Object.keys(faults).length > 0;
  const refused = new Set(options.refuse);
  const parts: SurfaceParts = {
    courier: faulty ? new FaultyCourier(faults, seed, ledger, gate) : plainCourier(ledger),
    ledger,
    isRefused: (token) => refused.has(token),
    becomesGhost: drawShare(shareOf(faults.ghost), seed * 31 + 8),
  };
  const tenants = tenantsOf(tenantCount);
  const tokens = goodTokens(tenants);
  const surfaces = {
    pusher: new NullPusher(parts, tokens),
    emit: new NullEmit(parts, tokens, tenants),
    beam: new NullBeam(parts),
  };
  const door = new Door(Object.values(surfaces), options, ledger, gate);

  const answer = async (asked: Asked): Promise<Answered> => {
    if (asked.path === '/blast') return answerBlast(asked, surfaces, ledger);
    if (asked.path === '/ledger/reset') {
      ledger.reset();
      gate.restart();
    }
    if (asked.path.startsWith('/ledger')) return { status: 200, body: JSON.stringify(ledger.toJson()) };
    return { status: 404, body: { error: 'There is no such path' } };
  };
  const answerAtOnce = (asked: Asked): Answered | undefined =>
    surfaces.pusher.answer(asked) ?? surfaces.emit.answer(asked);
  const http = createServer((request, response) => listen(request, response, answerAtOnce, answer));
  // Publishers keep their connections for as long as they like.
  http.keepAliveTimeout = 0;
  http.requestTimeout = 0;
  http.headersTimeout = 0;
  http.on('upgrade', (request, socket, head) => door.open(request, socket as Socket, head));
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port: options.port ?? 0, host: '127.0.0.1', backlog: 4096 }, resolve);
  });
  const { port } = http.address() as AddressInfo;
  const at = `//127.0.0.1:${port}`;
  return {
    http: `http:${at}`,
    ws: `ws:${at}`,
    targets: targetsOf(`http:${at}`, `ws:${at}`, tenants),
    ledger,
    close: async () => {
      door.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

async function answerBlast(
  { body }: Asked,
  surfaces: Readonly<Record<string, NullSurface>>,
  ledger: Ledger,
): Promise<Answered> {
  const request = objectIn(body) as unknown as BlastRequest | undefined;
  const surface = surfaces[request?.surface ?? ''];
  if (!request || !surface?.blast) return { status: 400, body: { error: 'surface: pusher or emit' } };
  return { status: 200, body: JSON.stringify(await blast(request, surface.blast.bind(surface), ledger)) };
}

function listen(
  request: IncomingMessage,
  response: ServerResponse,
  answerAtOnce: (asked: Asked) => Answered | undefined,
  answer: (asked: Asked) => Promise<Answered>,
): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = 'GET', url = '/', headers } = request;
    const path = url.split('?', 1)[0] ?? '/';
    const asked = { method, path, headers, body: Buffer.concat(chunks).toString() };
    const answered = answerAtOnce(asked);
    if (answered) reply(response, answered);
    else answer(asked).then((later) => reply(response, later));
  });
}

function reply(response: ServerResponse, { status, body, after }: Answered): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  // Written to the socket by this call, so that the acknowledgement is not behind what it acknowledges.
  response.end(text);
  after?.();
}
