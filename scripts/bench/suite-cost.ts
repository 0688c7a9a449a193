import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makePlan } from '../../src/conform/plan.ts';
import { run } from '../../src/conform/run.ts';
import type { Contract } from '../../src/contract/contract.ts';
import type { JsonObject } from '../../src/contract/json.ts';
import { featuresOnce } from '../../src/target/features-once.ts';
import { targetsOf } from '../../src/target/load.ts';
import { suites } from '../../suites/index.ts';
import type { BenchResult, ProfileLine } from './bench-result.ts';
import { ratioOf } from './compare.ts';
import { topFunctions } from './profile.ts';
import type { Fidelity } from './replay.ts';
import { scriptOf, type TargetScript } from './replay-script.ts';

/** The flags of `npm run conform`. */
const flags = ['--max-semi-space-size=64', '--min-semi-space-size=16'];

/** A replay of which less came again than this is not the same exchanges. */
const leastFaithful = 0.98;

/** How long a process took, on the clock and of the CPUs, in milliseconds, and what it said. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly said: string;
}

/**
 * The default suite against a bare replay of the exchanges it comes to, in turns; both are whole processes that start the
 * same server.
 * @throws Error where one of them fails, or the replay strays from the recording.
 */
export async function suiteCost(root: string, contract: Contract, repeats: number): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  try {
    const scripts = await recordedScripts(root, contract);
    const file = join(folder, 'script.json');
    // It holds what opens the embedded server, and nothing else.
    writeFileSync(file, JSON.stringify(scripts), { mode: 0o600 });
    const suite = ['bin/plumbline.js', 'conform'];
    const bare = ['.cache/bench/replay.mjs', file, root, join(root, 'dist', 'reference-worker.js')];
    const rounds: { suite: Cost; bare: Cost }[] = [];
    for (let round = 0; round < repeats; round++) {
      const first = await costOf(root, folder, round % 2 === 0 ? suite : bare);
      const second = await costOf(root, folder, round % 2 === 0 ? bare : suite);
      rounds.push(round % 2 === 0 ? { suite: first, bare: second } : { suite: second, bare: first });
    }
    const fidelity = rounds.map((round) => JSON.parse(round.bare.said) as Fidelity);
    const worst = fidelity.reduce((a, b) => (a.astray.length >= b.astray.length ? a : b));
    const share = 1 - worst.astray.length / worst.awaited;
    if (!(share >= leastFaithful))
      throw new Error(
        `the replay strays (${worst.astray.length} of ${worst.awaited}): ${worst.astray.slice(0, 5).join('; ')}`,
      );
    const notes = [
      `${scenesIn(scripts)}; in the worst replay ${(100 * share).toFixed(2)} % of ${worst.awaited} arrivals as recorded`,
    ];
    const ratio = (of: 'wall' | 'cpu') => ratioOf(rounds.map((round) => round.suite[of] / round.bare[of]));
    const profile = await suiteProfile(root, folder);
    const result = (of: 'wall' | 'cpu', what: string): BenchResult => {
      const measured = { id: `suite ${of}`, what, aim: { most: 1.5 }, ratio: ratio(of), notes };
      return measured.ratio.median > 1.5 ? { ...measured, profile } : measured;
    };
    return [
      result('wall', 'the default suite / a bare replay of its exchanges, by the clock, whole processes'),
      result('cpu', 'the same, CPU of all threads, the server among them'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scenesIn(scripts: readonly TargetScript[]): string {
  const scenes = scripts.flatMap((script) => script.scenes);
  const lines = scenes.flatMap((scene) => scene.lines);
  const count = (what: string): number => lines.filter((line) => 'do' in line && line.do === what).length;
  return `${scenes.length} scenes, ${count('dial')} dials, ${count('send')} messages, ${count('ask')} requests`;
}

/** Performs the default suite on the reference server in a thread and makes scripts of its recordings. */
export async function recordedScripts(root: string, contract: Contract): Promise<TargetScript[]> {
  const worker = new Worker(join(root, 'dist', 'reference-worker.js'), {
    workerData: { port: 0, contract, dialects: {} },
  });
  const entries = await new Promise<JsonObject[]>((resolve, reject) => {
    worker.once('message', (said) =>
      'error' in said ? reject(new Error(said.error)) : resolve(said.targets),
    );
    worker.once('error', reject);
  });
  try {
    return await scriptsOf(entries, contract);
  } finally {
    worker.postMessage('close');
    await new Promise((resolve) => worker.once('exit', resolve));
  }
}

/** Runs the suite on some targets and makes a script of what was recorded of each. */
export async function scriptsOf(
  entries: readonly JsonObject[],
  contract: Contract,
  only: readonly string[] = [],
): Promise<TargetScript[]> {
  const targets = await targetsOf(featuresOnce(entries, contract), 'the reference server', contract);
  const found = targets.map((target) => ({ target, dialect: target.dialect }));
  const plans = makePlan(contract, found, suites, { only, slow: false });
  const ended = new Map<string, number>();
  const begun = new Map<string, number>();
  const { outcomes } = await run(plans, {
    ...{ jobs: 32, seed: 1, multiplier: 2, level: 'must', slow: false, bail: false, waitMs: 0, repeat: 1 },
    ...{ version: '', contractHash: contract.hash, command: '', signal: new AbortController().signal },
    reporters: [
      {
        name: 'ends',
        on: (event) => {
          if (event.event === 'scene-started') begun.set(`${event.target} ${event.scene}`, event.at);
          if (event.event === 'scene-ended') ended.set(`${event.target} ${event.scene}`, event.at);
        },
      },
    ],
  });
  return plans.map(({ target, scenes }, at) => {
    const performed = scenes.flatMap((scene) => {
      const recording = outcomes[at]?.recordings.get(scene.id);
      const key = `${target.name} ${scene.id}`;
      return recording
        ? [
            {
              recording,
              alone: scene.phase === 'hostile',
              endedAt: ended.get(key) ?? 0,
              begunAt: begun.get(key) ?? 0,
            },
          ]
        : [];
    });
    return scriptOf(
      target,
      performed.sort((a, b) => a.begunAt - b.begunAt),
    );
  });
}

function costOf(
  root: string,
  folder: string,
  argv: readonly string[],
  more: readonly string[] = [],
): Promise<Cost> {
  const cpuFile = join(folder, 'cpu');
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...flags, ...more, '--import', './scripts/bench/cpu-at-exit.js', ...argv],
      {
        cwd: root,
        env: { ...process.env, PLUMBLINE_BENCH_CPU: cpuFile },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    let errors = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    child.stderr.on('data', (bytes) => {
      errors += bytes;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`${argv.join(' ')}: exit ${code}: ${(errors || said).slice(-2000)}`));
      else resolve({ wall: performance.now() - began, cpu: Number(readFileSync(cpuFile, 'utf8')), said });
    });
  });
}

/** Where the suite itself spends its time; the thread of the server is not in it. */
async function suiteProfile(root: string, folder: string): Promise<ProfileLine[]> {
  const prof = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-name', 'suite.cpuprofile'];
  await costOf(root, folder, ['bin/plumbline.js', 'conform'], prof);
  return topFunctions(JSON.parse(readFileSync(join(folder, 'suite.cpuprofile'), 'utf8')));
}
