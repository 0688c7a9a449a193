import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../src/contract/contract.ts';
import { emitRulesIn } from '../../src/contract/emit-dialect.ts';
import { isObject } from '../../src/contract/json.ts';
import { loadContract } from '../../src/contract/load.ts';
import { readYaml } from '../../src/contract/read-yaml.ts';
import { packageRoot } from '../../src/contract/spec-files.ts';
import {
  disagreement,
  type SampleEntry,
  sampleJob,
  sampleRecording,
} from '../../src/suite/sample-recording.ts';
import type { Suite } from '../../src/suite/surface.ts';
import { emitSuite } from './index.ts';

interface EmitSample extends SampleEntry {
  /** @default emit@1 */
  readonly dialect?: string;
  readonly stream: 'job' | 'space';
  readonly scope: 'full' | 'stripped';
  readonly job?: string;
  /** Requirement → text that this viewer must never see. */
  readonly canaries?: Readonly<Record<string, string>>;
}

const none = { surplus: [], missed: [] };
const file = await readYaml(join(packageRoot(), 'specs/emit/samples/recordings.yaml'));
const { recordings } = file.value as unknown as { readonly recordings: readonly EmitSample[] };

let contract: Contract;
const suites = new Map<string, Suite>();
beforeAll(async () => {
  contract = await loadContract();
  for (const dialect of Object.keys(contract.emit.dialects))
    suites.set(dialect, emitSuite(contract, dialect));
}, 180_000);

describe('the monitors find broken in a recording what the document says is broken in it', () => {
  it.each(recordings)('$name', (sample) => {
    const { requirements } = contract.emit;
    const { dialect = 'emit@1' } = sample;
    const suite = suites.get(dialect);
    if (!suite) throw new Error(`${dialect} is no dialect of emit`);
    expect(disagreement(sample, recordingOf(sample), suite, dialect, requirements)).toEqual(none);
  });
});

function recordingOf(sample: EmitSample) {
  const { stream, scope, job = '', canaries = {}, dialect = 'emit@1' } = sample;
  const credential = scope === 'full' ? 'read' : 'progress';
  const named = Object.entries(canaries).map(([id, text]) => [carrierOf(id, dialect), text]);
  return sampleRecording(sample, {
    about: { stream, scope, credential, space: 'sample', ...(stream === 'job' ? { job } : {}) },
    jobs: () => jobsOf(sample),
    canaries: Object.fromEntries(named),
  });
}

/** What is planted under which name: the requirement that hides it says which event carries it. */
function carrierOf(requirement: string, dialect: string): string {
  const { events } = emitRulesIn(contract.emit.rules, dialect);
  const [type] = Object.keys(events).filter((one) =>
    events[one]?.data.stripped?.hidden?.includes(requirement),
  );
  if (type === undefined) throw new Error(`${requirement} hides nothing`);
  return { completed: 'result', retried: 'error', dead: 'error' }[type] ?? type;
}

/** The viewer's own job, or those of the space: each has the name that it first appears under. */
function jobsOf({ frames, job }: EmitSample) {
  const names = new Map<string, string>();
  for (const frame of frames) {
    if (!isObject(frame) || typeof frame.jobId !== 'string' || typeof frame.jobName !== 'string') continue;
    if (!names.has(frame.jobId)) names.set(frame.jobId, frame.jobName);
  }
  return [...names]
    .filter(([id]) => job === undefined || id === job)
    .map(([id, jobName]) => sampleJob(id, { about: { jobName } }));
}
