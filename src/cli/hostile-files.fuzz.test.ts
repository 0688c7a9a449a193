import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { suites } from '../../suites/index.ts';
import { makePlan } from '../conform/plan.ts';
import { compileContract, compileSurface } from '../contract/compile.ts';
import { readCompiled } from '../contract/compiled-file.ts';
import { InputError } from '../contract/contract.ts';
import { checkFormat } from '../contract/format.ts';
import { isObject } from '../contract/json.ts';
import { loadContract } from '../contract/load.ts';
import { fuzzRuns, mutatedFile } from '../contract/mutated-file.ts';
import { decode } from '../contract/read-text.ts';
import { parseYaml, readYaml, type YamlFile } from '../contract/read-yaml.ts';
import { type SurfaceName, surfaceNames } from '../contract/requirement.ts';
import { packageRoot, specFiles } from '../contract/spec-files.ts';
import { readSurfaceFiles, type SurfaceFiles } from '../contract/surface-files.ts';
import { loadProfile, profileNames, shapeOf } from '../load/profile/profile.ts';
import { readLoad } from '../load/report/read-load.ts';
import { resultJson } from '../load/report/result-json.ts';
import { sampleLoads } from '../load/report/sample-load.ts';
import { deliveriesOf } from '../load/run/offered.ts';
import { exampleTarget } from '../target/example.ts';
import { loadTargets } from '../target/load.ts';
import { secretsOf } from '../target/target.ts';
import { resolveDialect } from './dialects.ts';
import { dryRun } from './dry-run.ts';
import { plumbline } from './spawned.ts';

const specs = join(packageRoot(), 'specs');
const contract = await loadContract();
const surfaceFiles = Object.fromEntries(
  await Promise.all(
    surfaceNames.map(async (name) => [
      name,
      await readSurfaceFiles(specs, specFiles(specs), name, contract.formats),
    ]),
  ),
) as Readonly<Record<SurfaceName, SurfaceFiles>>;
const folder = mkdtempSync(join(tmpdir(), 'plumbline-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A kind of file that something reads. A new kind is a new row. */
interface Kind {
  readonly kind: string;
  /** Valid files, to be mutated. */
  readonly valid: readonly string[];
  /** Reads it as the product does. `label` is how messages must name it. */
  readonly load: (bytes: Buffer) => unknown;
  readonly label: string;
  /** Of the inputs that other kinds get: reading takes longer. @default 1 */
  readonly share?: number;
}

const spec = (name: string): string => readFileSync(join(specs, name), 'utf8');
const specsIn = (name: string): string[] =>
  readdirSync(join(specs, name)).map((file) => spec(join(name, file)));

/** A file of specs/, given to the compiler of its surface in the place of the one that is there. */
function specKind(
  surface: SurfaceName,
  name: string,
  put: (files: SurfaceFiles, file: YamlFile) => SurfaceFiles,
  more: Partial<Kind> & { readonly format?: string } = {},
): Kind {
  const label = `specs/${surface}/${name}`;
  const text = spec(`${surface}/${name}`);
  return {
    kind: label,
    valid: [text],
    label,
    share: Math.min(0.3, 4000 / text.length),
    load: (bytes) => {
      const file = parseYaml(decode(bytes, label), label);
      if (more.format !== undefined) checkFormat(contract.formats, more.format, file);
      // As `readSchema` does.
      if (name.endsWith('.schema.json') && !isObject(file.value))
        throw new InputError(`${label}:1: an object`);
      return compileSurface(put(surfaceFiles[surface], file));
    },
    ...more,
  };
}

const target = join(folder, 'target.yaml');
const profile = join(folder, 'profile.yaml');
const loadResult = join(folder, 'result.json');
const compiled = join(folder, 'compiled');
const kinds: readonly Kind[] = [
  {
    kind: 'target file',
    valid: surfaceNames.map((name) => exampleTarget(name).replace(/\$\{(\w+)\}/g, `\${$1:-a-token}`)),
    label: target,
    share: 2,
    load: async (bytes) => {
      writeFileSync(target, bytes);
      const targets = await loadTargets(target, { contract, env: { A: 'a-value' } });
      expect(targets.length).toBeGreaterThan(0);
      for (const one of targets) for (const secret of secretsOf(one)) expect(typeof secret).toBe('string');
      // What was taken must also be good enough to plan with.
      const found = await Promise.all(
        targets.map((one) => resolveDialect(one, { contract, suites, dialects: {} })),
      );
      expect(dryRun(makePlan(contract, found, suites, { only: [], slow: false }), true)).not.toMatch(
        /undefined|NaN|\[object/,
      );
    },
  },
  {
    kind: 'load profile',
    valid: profileNames().map((name) =>
      readFileSync(join(packageRoot(), 'load', 'profiles', `${name}.yaml`), 'utf8'),
    ),
    label: profile,
    load: async (bytes) => {
      writeFileSync(profile, bytes);
      const { stages, publishes, gates } = await loadProfile(profile, contract);
      expect(gates.length).toBeGreaterThan(0);
      // What was taken must be good enough to say what it would cost.
      for (const stage of stages.map((one) => shapeOf(one, publishes))) {
        expect(deliveriesOf(stage)).toBeGreaterThanOrEqual(0);
      }
    },
  },
  {
    kind: 'result of a load run',
    share: 0.5,
    valid: Object.values(sampleLoads).map((result) =>
      resultJson({ ...result, stages: result.stages.slice(0, 1) }),
    ),
    label: loadResult,
    load: (bytes) =>
      readLoad(loadResult, decode(bytes, loadResult, 64 * 1024 * 1024), contract.formats, true),
  },
  ...surfaceNames.flatMap((surface) => [
    specKind(surface, 'requirements.yaml', (files, requirements) => ({ ...files, requirements }), {
      format: 'requirements',
    }),
    specKind(surface, 'rules.yaml', (files, rules) => ({ ...files, rules }), { format: `rules-${surface}` }),
  ]),
  specKind(
    'emit',
    'flows/happy-path.yaml',
    (files, flow) => ({
      ...files,
      flows: [...files.flows.filter(({ file }) => file !== flow.file), flow],
    }),
    { format: 'flow' },
  ),
  specKind('emit', 'messages/progress.schema.json', (files, schema) => ({
    ...files,
    schemas: { ...files.schemas, 'messages/progress': schema },
  })),
  specKind('pusher', 'messages/job-update.modelbeam.schema.json', (files, schema) => ({
    ...files,
    schemas: { ...files.schemas, 'messages/job-update.modelbeam': schema },
  })),
  {
    kind: 'samples',
    share: 0.3,
    valid: surfaceNames.flatMap((name) => specsIn(`${name}/samples`)),
    label: join(folder, 'sample.yaml'),
    load: (bytes) => {
      writeFileSync(join(folder, 'sample.yaml'), bytes);
      return readYaml(join(folder, 'sample.yaml'));
    },
  },
  {
    // A cache: what cannot be used is no error, it is compiled anew.
    kind: 'compiled contract',
    valid: ['{"format":"plumbline-contract/1","hash":"h","emit":{},"pusher":{},"beam":{}}'],
    label: compiled,
    load: (bytes) => {
      writeFileSync(join(folder, 'h.json'), bytes);
      const known = readCompiled(folder, 'h');
      if (known !== undefined) expect(known.hash).toBe('h');
    },
  },
];

/** Reads one input; what comes of it must be a load, or one clear message. */
async function judged({ load, label }: Kind, bytes: Buffer): Promise<InputError | undefined> {
  const began = performance.now();
  let refused: InputError | undefined;
  try {
    await load(bytes);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    refused = cause;
    // What one file of specs/ no longer says, another one may miss.
    const place = label.replace(/^(specs\/\w+\/).*/, '$1');
    const names = new RegExp(`^${place.replaceAll('.', '[.]')}[\\w./-]*:`);
    expect(cause.message).toMatch(names);
    expect(cause.message).not.toMatch(/\n\s+at |\[object Object\]|undefined|NaN|Error:/);
    expect(cause.message.length).toBeLessThan(8000);
  }
  // Not a measure of speed: what takes this long for one small file is a hang.
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(Object.keys(Object.getPrototypeOf({}))).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  return refused;
}

describe.each(kinds)('$kind', (kind) => {
  it('as it should be is taken', async () => {
    for (const text of kind.valid) expect(await judged(kind, Buffer.from(text))).toBeUndefined();
  });

  it('damaged in any way is taken, or refused in one clear message', { timeout: 600_000 }, async () => {
    const numRuns = Math.ceil(fuzzRuns * (kind.share ?? 1));
    await fc.assert(
      fc.asyncProperty(mutatedFile(kind.valid), async (bytes) => {
        await judged(kind, bytes);
      }),
      { numRuns, endOnFailure: true },
    );
  });
});

describe('the command line', { timeout: 600_000 }, () => {
  it('says what is wrong with a target file in one message, exit 2, or takes it', async () => {
    const [{ valid }] = kinds as readonly [Kind];
    const inputs = fc.sample(mutatedFile(valid), Math.max(6, Math.ceil(fuzzRuns / 10)));
    const file = (at: number): string => join(folder, `cli-${at}.yaml`);
    for (const [at, bytes] of inputs.entries()) writeFileSync(file(at), bytes);
    let refused = 0;
    const judge = async (at: number): Promise<void> => {
      const { exit, stdout, stderr } = await plumbline(['conform', '--target', file(at), '--dry-run']);
      const told = JSON.stringify({ exit, stderr, input: inputs[at]?.toString('latin1').slice(0, 2000) });
      if (exit === 0) return;
      refused += 1;
      expect({ exit, stdout }, told).toEqual({ exit: 2, stdout: '' });
      expect(stderr.startsWith(`plumbline: ${file(at)}:`), told).toBe(true);
      expect(stderr, told).not.toMatch(/\n {4}at |Warning/);
      expect(stderr.trimEnd().split('\n').length, told).toBe(1);
    };
    for (let at = 0; at < inputs.length; at += 2)
      await Promise.all([judge(at), at + 1 < inputs.length ? judge(at + 1) : undefined]);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('an AsyncAPI document', { timeout: 600_000 }, () => {
  it('damaged in any way is taken, or refused in one clear message', async () => {
    const copy = join(folder, 'specs');
    cpSync(specs, copy, { recursive: true });
    const file = join(copy, 'beam/asyncapi.yaml');
    // The parser takes a second and more.
    for (const bytes of fc.sample(mutatedFile([spec('beam/asyncapi.yaml')]), Math.ceil(fuzzRuns / 30))) {
      writeFileSync(file, bytes);
      try {
        await compileContract(copy, 'fuzzed');
      } catch (cause) {
        expect(cause).toBeInstanceOf(InputError);
        expect((cause as InputError).message).toMatch(/^specs\/(?:beam|formats)\/\S+?:(?:\d+:)? /);
      }
    }
  });
});
