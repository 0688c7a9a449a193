import { loadContract } from '../src/contract/load.ts';

/** Compiles the contract once before the tests, so that no test file pays the AsyncAPI parser for itself. */
export default async function warmContract(): Promise<void> {
  await loadContract();
}
