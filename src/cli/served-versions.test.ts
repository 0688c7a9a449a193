import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plumbline, type Spawned, start } from './spawned.ts';

const patience = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'plumbline-versions-'));
/** What the versions say otherwise than each other, or some of it. */
const some = ['--only', 'emit/handshake/**', 'emit/flow/happy-path/**'];
/** What does not come need not be waited for. */
const hasty = ['--timeout-multiplier', '0.2'];

describe.each([
  ['emit@2', 'emit@3'],
  ['emit@3', 'emit@2'],
] as const)('a server of %s in another process, by the target file that it wrote', (dialect, other) => {
  const file = join(folder, `${dialect}.yaml`);
  let server: Spawned | undefined;
  beforeAll(async () => {
    server = start(['serve', '--port', '0', '--dialect', `emit=${dialect}`, '--write-target', file]);
    await server.prints(file);
  }, patience);
  afterAll(() => server?.child.kill('SIGTERM'));

  const judged = (...options: readonly string[]) =>
    plumbline(['conform', '--target', file, '--surface', 'emit', ...options]);

  it('is conformant, and nothing of it is untestable', { timeout: patience }, async () => {
    const { exit, stdout } = await judged();
    expect(stdout).toMatch(new RegExp(`^plumbline \\S+ {2}emit \\(${dialect}\\)`));
    expect(stdout).toMatch(/\nCONFORMANT [\s\S]*\b(\d+) of \1 MUST checks passed[\s\S]* exit 0\n$/);
    expect(stdout).not.toContain('untestable');
    expect(exit).toBe(0);
  });

  it('is told by what it does where nobody says the version', { timeout: patience }, async () => {
    const { exit, stderr } = await judged('--dialect', 'emit=auto', ...some);
    expect(stderr).toContain(`emit is judged as ${dialect}: `);
    expect(exit).toBe(0);
  });

  it.each(['emit@1', other])('is not conformant as another version', { timeout: patience }, async (wrong) => {
    const { exit, stdout } = await judged('--dialect', `emit=${wrong}`, ...some, ...hasty);
    expect(stdout).toMatch(/\nNON-CONFORMANT /);
    expect(exit).toBe(1);
  });
});
