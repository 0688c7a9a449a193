import { once } from 'node:events';
import { type Contract, InputError } from '../../contract/contract.ts';
import { isObject, type JsonObject } from '../../contract/json.ts';
import { entryOfUrl } from '../../target/from-url.ts';
import { loadTargets, targetsOf } from '../../target/load.ts';
import type { Target } from '../../target/target.ts';

/** A server of this process: `node:http`'s, and whatever else says where it listens. */
export interface ListeningServer {
  address():
    | string
    | { readonly address: string; readonly port: number; readonly family?: string | number }
    | null;
  /** Called where it does not listen yet. */
  listen?(port: number, host: string): unknown;
  close?(done?: () => void): unknown;
  closeAllConnections?(): void;
}

/**
 * What is judged: the URL of a server, the path of a target file, entries of one (`{ targets: […] }`, as
 * `startReference` has them, or a single entry), or a server object of this process.
 */
export type TestedServer =
  | string
  | URL
  | ListeningServer
  | { readonly targets: readonly object[] | (() => readonly object[]) }
  | { readonly name: string; readonly surface: string; readonly [key: string]: unknown };

/** The targets of a test file, and how to stop what was started for it. */
export interface Tested {
  readonly targets: readonly Target[];
  readonly close: () => Promise<void>;
}

const label = 'the server of this test';

/**
 * Finds out what a test file judges. A server that does not listen yet is made to, on a free port of loopback.
 * @param path where on a server object the surface is; it names the surface as that of a URL does
 * @throws InputError for what is none of these.
 */
export async function testedServer(
  given: TestedServer,
  path: string,
  contract: Contract,
  env: NodeJS.ProcessEnv,
): Promise<Tested> {
  const open = async (): Promise<void> => {};
  if (typeof given === 'string' || given instanceof URL) {
    return { targets: await loadTargets(String(given), { contract, env }), close: open };
  }
  if (isListening(given)) return ofServer(given, path, contract, env);
  const entries = entriesOf(given);
  return { targets: await targetsOf(entries, label, contract), close: open };
}

function isListening(given: unknown): given is ListeningServer {
  return typeof (given as Partial<ListeningServer> | null)?.address === 'function';
}

async function ofServer(
  server: ListeningServer,
  path: string,
  contract: Contract,
  env: NodeJS.ProcessEnv,
): Promise<Tested> {
  let close = async (): Promise<void> => {};
  if (server.address() === null && server.listen) {
    server.listen(0, '127.0.0.1');
    await once(server as never, 'listening');
    close = () =>
      new Promise((resolve) => {
        if (!server.close) return resolve();
        server.close(() => resolve());
        // What a client has left open would keep it from closing.
        server.closeAllConnections?.();
      });
  }
  const at = server.address();
  if (at === null || typeof at === 'string')
    throw new InputError(`${label}: listens on no port; start it with listen(0)`);
  const scheme = 'setSecureContext' in server ? 'wss' : 'ws';
  const entry = entryOfUrl(`${scheme}://${hostOf(at.address)}:${at.port}${path}`, env);
  return { targets: await targetsOf([entry], label, contract), close };
}

/** Where a server that listens everywhere is reached from here. */
function hostOf(address: string): string {
  if (address === '::' || address === '0.0.0.0' || address === '') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

/** @throws InputError where there are none in it. */
function entriesOf(given: unknown): readonly JsonObject[] {
  const { targets, surface } = (given ?? {}) as { readonly targets?: unknown; readonly surface?: unknown };
  const listed: unknown = typeof targets === 'function' ? targets.call(given) : targets;
  const entries = Array.isArray(listed) ? listed : surface === undefined ? undefined : [given];
  if (entries?.length && entries.every(isObject)) return entries;
  throw new InputError(
    `${label}: needs the URL of a server, the path of a target file, its entries as { targets: […] }, or a server that listens`,
  );
}
