// What a program does that has the package, and nothing else.
import { loadContract, makePlan, run, startReference, suites, targetsOf } from 'plumbline';

const contract = await loadContract();
const reference = await startReference({ contract, surfaces: ['beam'], dialects: { beam: 'document' } });
const targets = await targetsOf(reference.targets(), 'the reference server', contract);
const plans = makePlan(
  contract,
  targets.map((target) => ({ target, dialect: target.dialect })),
  suites,
  { only: ['beam/transport/**'], slow: false },
);
const result = await run(plans, {
  ...{ jobs: 8, seed: 1, multiplier: 1, level: 'must', slow: false, bail: false, waitMs: 0, repeat: 1 },
  ...{ version: '0', contractHash: contract.hash, command: 'none', reporters: [] },
  signal: new AbortController().signal,
});
await reference.close();
console.log(
  JSON.stringify({ verdict: result.verdict, passed: result.totals.must.passed, node: process.version }),
);
