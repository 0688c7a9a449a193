import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { plumbline } from '../cli/spawned.ts';
import { Pool } from '../conform/pool.ts';
import type { JsonObject } from '../contract/json.ts';
import { loadContract } from '../contract/load.ts';
import { startReference } from '../reference/start.ts';
import { Peer } from '../wire/peer.ts';
import { Transcript } from '../wire/transcript.ts';
import { hostilePeers } from './peers.ts';
import { startHostile } from './start-hostile.ts';
import { hostileRows, type Row } from './table.ts';

const contract = await loadContract();
const rows = await hostileRows(hostilePeers);
const folder = mkdtempSync(join(tmpdir(), 'plumbline-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
// Whoever comes first builds the bundles, if they are not there.
beforeAll(async () => void (await plumbline(['--version'])), 180_000);

const limitMegabytes = 300;
/** Short, but long enough for the good server on a machine that is busy. */
const deadlinesOf = ({ peer }: Row) => ({ connectMs: 2000, answerMs: peer.kind === 'http' ? 4000 : 2000 });
/** Groups at a time: most of the time nobody answers, but what there is to do is done on two cores. */
const lanes = new Pool(4);
/** What is asked of the good server beside them, and all of it must hold. */
const bystander = { name: 'bystander', asked: 'bystander:emit/handshake/**' };

interface Check {
  readonly requirement: string;
  readonly level: string;
  readonly outcome: string;
  readonly reason?: string;
}

interface Judged {
  readonly exit: number | undefined;
  readonly failed: readonly string[];
  readonly checks: readonly Check[];
}

interface Run {
  readonly exit: number | null;
  readonly output: string;
  readonly megabytes: number;
  readonly of: (target: string) => Judged;
}

/** Tells at the end how much memory the process has taken at most. */
const measuring = `--import=data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(2, 'rss ' + process.resourceUsage().maxRSS + '\\n'));",
)}`;

/** A good server whose WebSocket or whose HTTP is the peer's, as an entry of a target file. */
async function entryOf(row: Row): Promise<{ entry: JsonObject; close: () => Promise<void> }> {
  const { peer, surface } = row;
  const reference = await startReference({ contract, surfaces: [surface] });
  const { http, ws } = reference.address;
  const hostile = await startHostile(peer, { host: '127.0.0.1', port: reference.port });
  const turned = (url: unknown): string =>
    String(url)
      .replace(http, hostile.http ?? http)
      .replace(ws, hostile.ws ?? ws);
  const [entry = {}] = reference.targets();
  const urls = Object.entries(entry.urls as JsonObject).map(([part, url]) => [part, turned(url)]);
  return {
    entry: {
      ...entry,
      name: peer.name,
      urls: Object.fromEntries(urls),
      control: turned(entry.control),
      deadlines: deadlinesOf(row),
      ...(hostile.ca === undefined ? {} : { tls: { ca: hostile.ca } }),
    },
    close: async () => {
      await hostile.close();
      await reference.close();
    },
  };
}

/** Judges some peers, and the good server beside them, in one process. */
async function judged(name: string, some: readonly Row[]): Promise<Run> {
  const made = await Promise.all(some.map(entryOf));
  const good = await startReference({ contract, surfaces: ['emit'] });
  const entries = [...made.map(({ entry }) => entry), { ...good.targets()[0], name: bystander.name }];
  const file = join(folder, `${name}.yaml`);
  const json = join(folder, `${name}.json`);
  writeFileSync(file, stringify({ targets: entries }));
  const only = some.flatMap(({ peer, asked }) => asked.map((pattern) => `${peer.name}:${pattern}`));
  try {
    const { exit, stdout, stderr } = await plumbline(
      [
        'conform',
        '--target',
        file,
        '--only',
        ...only,
        bystander.asked,
        '--jobs',
        '6',
        '--reporter',
        `json=${json}`,
      ],
      { NODE_OPTIONS: measuring },
    );
    if (!existsSync(json)) throw new Error(`no result, exit ${exit}: ${stdout}${stderr}`);
    const { targets, cases } = JSON.parse(readFileSync(json, 'utf8'));
    const kilobytes = [...stderr.matchAll(/^rss (\d+)$/gm)].map(([, size]) => Number(size));
    return {
      exit,
      output: stdout + stderr,
      megabytes: Math.max(...kilobytes) / 1024,
      of: (target) => {
        const checks: Check[] = cases
          .filter((one: { target: string }) => one.target === target)
          .flatMap((one: { checks: Check[] }) => one.checks);
        const failed = checks.filter(({ level, outcome }) => level === 'MUST' && outcome === 'failed');
        return {
          exit: targets.find(
            (one: { target?: string; name?: string }) => one.target === target || one.name === target,
          )?.exit,
          failed: [...new Set(failed.map(({ requirement }) => requirement))].sort(),
          checks,
        };
      },
    };
  } finally {
    await Promise.all([...made.map(({ close }) => close()), good.close()]);
  }
}

/** What is wrong with how a peer was judged; nothing, if all is as its row says. */
function wrongs({ peer, surface, exits, blames, may }: Row, { exit, failed }: Judged): string[] {
  const about = `${peer.name} on ${surface}`;
  const spared = blames.filter((id) => !failed.includes(id));
  const blamed = failed.filter((id) => !blames.includes(id) && !may.includes(id));
  return [
    ...(exits.includes(exit ?? -1) ? [] : [`${about}: exit ${exit}, not ${exits.join(' or ')}`]),
    ...(spared.length === 0 ? [] : [`${about}: not blamed for ${spared.join(' ')}`]),
    ...(blamed.length === 0 ? [] : [`${about}: wrongly blamed for ${blamed.join(' ')}`]),
  ];
}

function inGroups(some: readonly Row[], size: number): (readonly [string, readonly Row[]])[] {
  return (['emit', 'beam', 'pusher'] as const).flatMap((surface) => {
    const own = some.filter((row) => row.surface === surface);
    const count = Math.ceil(own.length / size);
    // Dealt out in turn, so that peers of one kind, which take equally long, are not all in one group.
    return Array.from(
      { length: count },
      (_, at) => [`${surface} ${at + 1} of ${count}`, own.filter((_row, n) => n % count === at)] as const,
    );
  });
}

function asItWere(run: Run, some: readonly Row[]): void {
  expect(some.flatMap((row) => wrongs(row, run.of(row.peer.name)))).toEqual([]);
  expect(run.output).not.toMatch(/^ {4}at /m);
  const { exit, checks } = run.of(bystander.name);
  const ran = checks.filter(({ outcome }) => outcome !== 'not-run');
  expect(ran.filter(({ outcome }) => !['passed', 'ambiguous', 'not-applicable'].includes(outcome))).toEqual(
    [],
  );
  expect({ exit, ran: ran.length > 20 }).toEqual({ exit: 0, ran: true });
  // The process ends as its worst target does.
  const exits = some.map(({ peer }) => run.of(peer.name).exit);
  expect(run.exit).toBe([1, 3, 4].find((code) => exits.includes(code)) ?? 0);
}

it('is at least forty peers, each with a name of its own', () => {
  expect(hostilePeers.length).toBeGreaterThanOrEqual(40);
  expect(new Set(hostilePeers.map(({ name }) => name)).size).toBe(hostilePeers.length);
});

describe('what is said of a peer is what hostile.yaml says, and the good server beside it is unharmed', () => {
  const groups = inGroups(
    rows.filter(({ alone }) => !alone),
    16,
  );
  // Side by side, since most of the time nobody answers.
  it.concurrent.each(groups)('%s', { timeout: 240_000 }, async (name, some) => {
    asItWere(await lanes.run(() => judged(name.replaceAll(' ', '-'), some)), some);
  });
});

describe(`a peer that sends without end takes no more than ${limitMegabytes} MB`, () => {
  const alone = rows.filter((row) => row.alone).map((row) => [row.peer.name, row] as const);
  it.concurrent.each(alone)('%s', { timeout: 240_000 }, async (name, row) => {
    const run = await lanes.run(() => judged(`alone-${name}`, [row]));
    asItWere(run, [row]);
    expect(run.megabytes).toBeLessThan(limitMegabytes);
  });
});

it('a deflate bomb goes off in no memory where compression was offered', async () => {
  const peer = hostilePeers.find(({ name }) => name === 'deflate-bomb');
  if (!peer) throw new Error('there is no deflate bomb');
  const { ws = '', close } = await startHostile(peer, { host: '127.0.0.1', port: 1 });
  const transcript = new Transcript();
  const before = process.memoryUsage().rss;
  await Peer.dial(transcript, { name: 'me', url: ws, connectMs: 5000, answerMs: 5000, compress: true });
  const end = await transcript.next(({ kind }) => kind === 'closed', { ms: 10_000 });
  await close();
  expect(end).toMatchObject({ by: 'them', error: expect.stringContaining('Max payload size exceeded') });
  expect(transcript.events.some(({ kind }) => kind === 'frame')).toBe(false);
  expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(limitMegabytes);
});
