import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/spec-files.ts';
import { controlVariables } from '../control/messages.ts';
import { startBulkChild } from './bulk-child.ts';
import type { BulkDriver, BulkOptions } from './driver.ts';
import type { K6 } from './provide-k6.ts';

/** Nothing that k6 prints at the end, sends home, or looks for elsewhere. */
export const k6Arguments = [
  '--quiet',
  '--no-color',
  '--no-thresholds',
  '--no-usage-report',
  '--summary-mode=disabled',
  '--log-output=stderr',
  '--log-format=raw',
] as const;
/** `--address ''`: several may run at once. */
const args = ['run', ...k6Arguments, '--address', ''];

/** Exit codes of k6, which are never handed on as ours. */
const meanings: Readonly<Record<number, string>> = {
  97: 'k6 was aborted by its cloud',
  99: 'k6 found thresholds crossed, of which there are none',
  100: 'the set-up took too long in k6',
  101: 'the tear-down took too long in k6',
  103: 'k6 could not go on, for a reason that its log names',
  104: 'k6 refused its options: its log says which',
  105: 'k6 was stopped by a signal',
  106: 'k6 could not serve its API',
  107: 'the script threw an exception in k6: its log says where',
  108: 'the script aborted the test in k6',
  109: 'k6 crashed (Go panic): its log says where',
  110: 'the script marked the test as failed in k6',
};

/** Subscribers in a k6 that was found or provided (provide-k6.ts): few VUs with many sockets each. */
export function k6Driver(k6: K6): BulkDriver {
  return {
    name: 'k6',
    version: k6.version,
    start: async (options) => {
      const script = join(packageRoot(), 'dist', 'k6', `${options.surface}.js`);
      if (!existsSync(script)) throw new Error(`${script} is missing: run npm run build`);
      const folder = mkdtempSync(join(tmpdir(), 'plumbline-k6-'));
      const started = startBulkChild({
        name: 'k6',
        command: k6.path,
        args: [...args, script],
        env: environment(options, folder),
        log: options.log,
        members: options.members,
        meaning: meaningOf,
      });
      const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
      started.then(({ ended }) => ended.then(cleanUp), cleanUp);
      return started;
    },
  };
}

/** What an exit code of k6 says; undefined where it says that all went well. */
export function meaningOf(code: number): string | undefined {
  return code === 0 ? undefined : (meanings[code] ?? `k6 failed with its exit code ${code}: see its log`);
}

function environment(options: BulkOptions, folder: string): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('K6_'));
  return {
    ...Object.fromEntries(inherited),
    // Collecting garbage less often than Go would: memory is not what runs out.
    GOGC: process.env.GOGC ?? '400',
    GOMEMLIMIT: process.env.GOMEMLIMIT ?? `${Math.floor((totalmem() * 3) / 4 / 2 ** 20)}MiB`,
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_NO_USAGE_REPORT: 'true',
    // Whatever its user has set up for other tests.
    K6_CONFIG: inFile(folder, 'config.json', '{}'),
    ...trust(options.tls ?? {}, folder),
    ...options.env,
    PLUMBLINE_MEMBERS: String(options.members),
    [controlVariables.url]: options.control.url,
    [controlVariables.token]: options.control.token,
  };
}

function trust(
  { ca, insecure }: NonNullable<BulkOptions['tls']>,
  folder: string,
): Readonly<Record<string, string>> {
  return {
    ...(insecure ? { K6_INSECURE_SKIP_TLS_VERIFY: 'true' } : {}),
    // Go reads the authorities it trusts from there.
    ...(ca === undefined ? {} : { SSL_CERT_FILE: inFile(folder, 'ca.pem', ca) }),
  };
}

function inFile(folder: string, name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
