import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../src/contract/contract.ts';
import { loadContract } from '../../src/contract/load.ts';
import { readYaml } from '../../src/contract/read-yaml.ts';
import { packageRoot } from '../../src/contract/spec-files.ts';
import { disagreement, type SampleEntry, sampleRecording } from '../../src/suite/sample-recording.ts';
import { beamSuite } from './index.ts';

type BeamSample = SampleEntry & { readonly dialect: string };

const none = { surplus: [], missed: [] };
const file = await readYaml(join(packageRoot(), 'specs/beam/samples/recordings.yaml'));
const { recordings } = file.value as unknown as { readonly recordings: readonly BeamSample[] };

let contract: Contract;
beforeAll(async () => {
  contract = await loadContract();
}, 180_000);

describe('the monitors find broken in a recording what the document says is broken in it', () => {
  it.each(recordings)('$dialect: $name', (sample) => {
    const { requirements } = contract.beam;
    const suite = beamSuite(contract, sample.dialect);
    const recording = sampleRecording(sample, { about: { credential: 'valid', path: 'root' } });
    expect(disagreement(sample, recording, suite, sample.dialect, requirements)).toEqual(none);
  });
});
