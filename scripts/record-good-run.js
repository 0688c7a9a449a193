/**
 * Records what the reference server says in the happy path of each surface, for the impostor that replays it:
 * `node scripts/record-good-run.js`, after a build. The recording is stored, so that it is the same for everybody.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { loadContract, makePlan, run, startReference, suites, targetsOf } = await import(
  join(root, 'dist', 'index.js')
);

const scenes =
  /^(emit\/happy-path|pusher\/(happy-path|published|connecting)|beam\/(first-frames|stream|one-input))/;
const contract = await loadContract();
const reference = await startReference({ contract });
const targets = await targetsOf(reference.targets(), 'the reference server', contract);
const plans = makePlan(
  contract,
  targets.map((/** @type {any} */ target) => ({ target, dialect: target.dialect })),
  suites,
  { only: [], slow: false },
).map((/** @type {any} */ plan) => ({
  ...plan,
  scenes: plan.scenes.filter((/** @type {any} */ { id }) => scenes.test(id)),
}));
const { outcomes } = await run(plans, {
  ...{ jobs: 1, seed: 1, multiplier: 1, level: 'must', slow: false, bail: false, waitMs: 0, repeat: 1 },
  ...{ version: '', contractHash: '', command: '', reporters: [], signal: new AbortController().signal },
});
await reference.close();

/** @type {Record<string, string[]>} */
const streams = {};
/** @type {Record<string, { status: number, body: string }>} */
const answers = {};
for (const { recordings } of outcomes) {
  for (const { events } of recordings.values()) {
    const paths = new Map();
    for (const event of events) {
      if (event.kind === 'dial') paths.set(event.peer, placeOf(event.url));
      if (event.kind === 'exchange' && event.status >= 200 && event.status < 300) {
        answers[`${event.method} ${placeOf(event.url)}`] ??= { status: event.status, body: event.body };
      }
    }
    for (const [peer, path] of paths) {
      const frames = events.filter((/** @type {any} */ one) => one.kind === 'frame' && one.peer === peer);
      const texts = frames.map((/** @type {any} */ one) => one.text);
      if (texts.length > (streams[path]?.length ?? 0)) streams[path] = texts.slice(0, 60);
    }
  }
}
const file = join(root, 'src/reference/impostors/good-run.json');
writeFileSync(file, `${JSON.stringify({ streams, answers }, null, 2)}\n`);

/**
 * A path without what differs between two jobs; as in src/reference/impostors/replay.ts.
 * @param {string} url
 */
function placeOf(url) {
  return new URL(url).pathname
    .split('/')
    .map((part) => (/^(space-\d+|[0-9A-Z]{26}|[0-9a-f-]{36})$/.test(part) ? '*' : part))
    .join('/');
}
