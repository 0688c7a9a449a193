// What the types say of the package, to a program that is strict.
import { type Contract, loadContract, type RunResult, run, suites, type Target, targetsOf } from 'plumbline';
import { type ConformanceOptions, conformanceTests } from 'plumbline/vitest';

const contract: Contract = await loadContract();
const targets: readonly Target[] = await targetsOf([], 'nothing', contract);
export const judge: (...args: Parameters<typeof run>) => Promise<RunResult> = run;
export const names: readonly string[] = targets.map(({ name }) => name);
export const factories: readonly string[] = Object.keys(suites);

const options: ConformanceOptions = { surface: 'emit', only: ['emit/scope/**'], level: 'should' };
conformanceTests(() => 'my-server.yaml', options);
conformanceTests(async () => new URL('ws://127.0.0.1:1/'));
// @ts-expect-error: types that let everything through would say nothing
conformanceTests(() => 'my-server.yaml', { surface: 'bream' });
// @ts-expect-error: nor is a number a server
conformanceTests(() => 7);
