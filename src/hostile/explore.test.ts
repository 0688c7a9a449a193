import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { stringify } from 'yaml';
import { start } from '../cli/spawned.ts';
import { loadContract } from '../contract/load.ts';
import { startReference } from '../reference/start.ts';
import { hostilePeers } from './peers.ts';
import { startHostile } from './start-hostile.ts';

const contract = await loadContract();
it('explores', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  const surface = process.env.S as 'emit';
  const re = new RegExp(process.env.P ?? '.');
  const rows = hostilePeers.filter((p) => p.surfaces.includes(surface) && re.test(p.name));
  const size = Number(process.env.N ?? 8);
  const out: unknown[] = [];
  for (let at = 0; at < rows.length; at += size) {
    const closes: (() => Promise<void>)[] = [];
    const targets = [];
    for (const peer of rows.slice(at, at + size)) {
      const ref = await startReference({ contract, surfaces: [surface] });
      const h = await startHostile(peer, { host: '127.0.0.1', port: ref.port });
      closes.push(
        () => h.close(),
        () => ref.close(),
      );
      const dialect = process.env.D;
      const entry = ref.targets().find((t) => dialect === undefined || t.dialect === dialect) as any;
      const swap = (u: string) =>
        u.startsWith('ws')
          ? h.ws
            ? u.replace(ref.address.ws, h.ws)
            : u
          : h.http
            ? u.replace(ref.address.http, h.http)
            : u;
      targets.push({
        ...entry,
        name: peer.name,
        urls: Object.fromEntries(Object.entries(entry.urls).map(([k, v]) => [k, swap(v as string)])),
        control: swap(entry.control),
        ...(h.ca ? { tls: { ca: h.ca } } : {}),
        deadlines: { connectMs: 500, answerMs: Number(process.env.A ?? 600) },
      });
    }
    const file = join(folder, 't.yaml');
    writeFileSync(file, stringify({ targets }));
    const json = join(folder, 'r.json');
    const rss = `--import=data:text/javascript,${encodeURIComponent("import {writeSync} from 'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeSync(2,'RSS '+Math.round(u.maxRSS/1024)+' CPU '+Math.round((u.userCPUTime+u.systemCPUTime)/1000)+'\\n')})")}`;
    const only = process.env.O ? ['--only', ...process.env.O.split(' ')] : [];
    const { exit, stderr, stdout, ms } = await start(
      ['conform', '--target', file, '--jobs', process.env.J ?? '64', '--reporter', `json=${json}`, ...only],
      { NODE_OPTIONS: rss },
    ).ended;
    let result: any;
    try {
      result = JSON.parse(readFileSync(json, 'utf8'));
    } catch {
      console.log(
        'NO RESULT',
        rows.slice(at, at + size).map((p) => p.name),
        exit,
        stderr.slice(-2000),
        stdout.slice(-1000),
      );
    }
    console.log(
      'BATCH',
      exit,
      Math.round(ms),
      stderr.trim().slice(0, 300),
      /^ {4}at /m.test(stdout + stderr) ? 'STACK!' : '',
    );
    for (const t of result?.targets ?? []) {
      const checks = result.cases
        .filter((c: any) => c.target === t.name)
        .flatMap((c: any) => c.checks.map((k: any) => ({ ...k, case: c.id, findings: c.findings })));
      const by: any = {};
      for (const k of checks) if (k.level === 'MUST') by[k.outcome] = (by[k.outcome] ?? 0) + 1;
      const failed = [
        ...new Set(
          checks
            .filter((k: any) => k.outcome === 'failed' && k.level === 'MUST')
            .map((k: any) => k.requirement),
        ),
      ];
      const errors = [
        ...new Set(checks.filter((k: any) => k.outcome === 'error').map((k: any) => k.reason)),
      ].slice(0, 2);
      const v = t.exit;
      console.log(
        t.name,
        'exit',
        v,
        JSON.stringify(by),
        'FAILED',
        failed.join(' '),
        errors.length ? 'ERR ' + errors.join('|').slice(0, 300) : '',
      );
      out.push({ name: t.name, checks });
    }
    for (const close of closes) await close();
  }
  writeFileSync(process.env.OUT ?? '/tmp/h-explore.json', JSON.stringify(out));
}, 600_000);
