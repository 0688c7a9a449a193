/**
 * Makes sure that there is a k6, so that the tests that run one are not skipped: finds one, or has Go build the pinned
 * version into the cache. Needs a build of this package.
 */
const { provideK6 } = await import(new URL('../dist/provide-k6.js', import.meta.url).href);
try {
  const { path, version, from } = await provideK6({ say: console.error });
  console.log(`k6 ${version} (${from}): ${path}`);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
