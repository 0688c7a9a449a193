/**
 * `node scripts/test-totals.js RESULTS.json` prints "N passed, N failed, N skipped" of a vitest run and exits
 * with 1 unless something passed, nothing failed and nothing was skipped.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** @typedef {{ testResults: readonly { status: string, assertionResults: readonly { status: string }[] }[] }} Results */

/** @param {Results} results */
export function totalsOf({ testResults }) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of testResults) {
    for (const test of assertionResults) {
      // Skipped, pending and todo alike: it was not run, so it says nothing.
      totals[test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped'] += 1;
    }
    // A file that does not even load has no test to fail, and must still be seen.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) totals.failed += 1;
  }
  return totals;
}

/** @param {string} file */
function readTotals(file) {
  try {
    return totalsOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    console.error(`no test results: ${/** @type {Error} */ (error).message}`);
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { passed, failed, skipped } = readTotals(process.argv[2] ?? '');
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = passed > 0 && failed === 0 && skipped === 0 ? 0 : 1;
}
