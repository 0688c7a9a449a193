/**
 * Packs the package as it would be published, installs it in an empty folder, and tries it there as its users do, on the
 * oldest Node that package.json allows, with every connection to elsewhere refused and written down.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fails, run, says } from './steps.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const { version, engines, peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

const folder = mkdtempSync(join(tmpdir(), 'plumbline-tarball-'));
const caught = join(folder, 'caught.txt');
try {
  packed();
  const path = oldestNode();
  const env = {
    ...process.env,
    PATH: `${path}${process.env.PATH}`,
    NODE_OPTIONS: `--require=${join(here, 'trap.cjs')}`,
    PLUMBLINE_TRAP: caught,
    // npm asks for a newer one of itself now and then.
    npm_config_update_notifier: 'false',
    npm_config_offline: 'true',
  };
  proveTrap(env);
  tryAlone(env);
  tryTypes(env);
  for (const release of [leastOf(peerDependencies.vitest), devDependencies.vitest]) tryVitest(release, env);
  const out = readFileSync(caught, 'utf8');
  if (out !== '') fails(`something wanted to leave this machine:\n${out}`);
  says('no connection to anywhere else was asked for');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The tarball, installed alone: what its users get. */
function packed() {
  run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  install(`./plumbline-${version}.tgz`);
  says(`plumbline-${version}.tgz is packed and installed`);
}

/** @param {readonly string[]} packages */
function install(...packages) {
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages], {
    cwd: folder,
  });
}

/**
 * The oldest Node that is supported, as npm has it; the one that runs this where there is none for this machine. It is
 * kept apart from the package: nothing of it is in the folder that is tried.
 */
function oldestNode() {
  const least = leastOf(engines.node);
  const name = `node-${process.platform}-${process.arch}`;
  const apart = mkdtempSync(join(folder, 'node-'));
  writeFileSync(join(apart, 'package.json'), '{ "private": true }\n');
  try {
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${least}`], {
      cwd: apart,
    });
  } catch {
    says(`npm has no ${name}@${least}: tried on ${process.version} instead`);
    return '';
  }
  const bin = join(apart, 'node_modules', name, 'bin');
  const found = run(join(bin, 'node'), ['--version'], { cwd: folder }).trim();
  if (found !== `v${least}`) fails(`${name}@${least} is ${found}`);
  says(`tried on Node ${found}, the oldest that is supported`);
  return `${bin}${delimiter}`;
}

/** @param {string} range */
function leastOf(range) {
  const [, least = ''] = />=(\d+(?:\.\d+)*)/.exec(range) ?? [];
  return `${least}.0.0`.split('.').slice(0, 3).join('.');
}

/**
 * A trap that catches nothing would let everything through.
 * @param {NodeJS.ProcessEnv} env
 */
function proveTrap(env) {
  const tries = `
    const net = require('node:net');
    net.connect(9, '192.0.2.1').on('error', () => {});
    fetch('http://plumbline.invalid/').catch(() => {});
    require('node:dgram').createSocket('udp4').on('error', () => {});
    new (require('node:worker_threads').Worker)("fetch('http://192.0.2.2/').catch(() => {})", { eval: true });
    setTimeout(() => process.exit(), 1500);`;
  run('node', ['-e', tries], { cwd: folder, env });
  const seen = readFileSync(caught, 'utf8');
  for (const place of ['192.0.2.1', 'plumbline.invalid', '192.0.2.2'])
    if (!seen.includes(place)) fails(`the trap let a connection to ${place} pass`);
  writeFileSync(caught, '');
  says('the trap catches connections by address and by name, in threads as well');
}

/**
 * Without vitest and without types: neither is needed by whoever does not use it.
 * @param {NodeJS.ProcessEnv} env
 */
function tryAlone(env) {
  run('npx', ['--no-install', 'plumbline', 'conform', '--reporter', 'json=result.json'], {
    cwd: folder,
    env,
  });
  const { verdict, scope, totals, targets } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  if (verdict !== 'conformant' || scope !== 'full' || totals.must.passed < 1000 || targets.length !== 5)
    fails(
      `npx plumbline conform: ${verdict}, ${scope}, ${totals.must.passed} MUST passed, ${targets.length} targets`,
    );
  says(
    `npx plumbline conform: ${verdict}, ${totals.must.passed} MUST checks passed on ${targets.length} targets`,
  );
  copyFileSync(join(here, 'tries', 'library.mjs'), join(folder, 'library.mjs'));
  const told = JSON.parse(run('node', ['library.mjs'], { cwd: folder, env }));
  if (told.verdict !== 'conformant' || !(told.passed > 0))
    fails(`import 'plumbline': ${JSON.stringify(told)}`);
  says(`import 'plumbline': ${told.verdict}, ${told.passed} MUST checks passed, on Node ${told.node}`);
}

/** @param {NodeJS.ProcessEnv} env */
function tryTypes(env) {
  install(
    `typescript@${devDependencies.typescript}`,
    `@types/node@${devDependencies['@types/node']}`,
    `vitest@${devDependencies.vitest}`,
  );
  copyFileSync(join(here, 'tries', 'types.mts'), join(folder, 'types.mts'));
  const strict = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--skipLibCheck',
    '--target',
    'es2023',
  ];
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const how = ['--module', module ?? '', '--moduleResolution', resolution ?? '', '--types', 'node'];
    run('npx', ['--no-install', 'tsc', ...strict, ...how, 'types.mts'], { cwd: folder, env });
  }
  says('its types compile: strict, nodenext and bundler');
}

/**
 * @param {string} release
 * @param {NodeJS.ProcessEnv} env
 */
function tryVitest(release, env) {
  install(`vitest@${release}`);
  copyFileSync(join(here, 'tries', 'server.test.mjs'), join(folder, 'server.test.mjs'));
  run(
    'npx',
    ['--no-install', 'vitest', 'run', '--reporter=json', '--outputFile=tests.json', 'server.test.mjs'],
    { cwd: folder, env },
  );
  const { numPassedTests, numFailedTests, success } = JSON.parse(
    readFileSync(join(folder, 'tests.json'), 'utf8'),
  );
  if (!success || numFailedTests > 0 || !(numPassedTests >= 2))
    fails(`vitest ${release}: ${numPassedTests} passed, ${numFailedTests} failed`);
  says(`plumbline/vitest on vitest ${release}: ${numPassedTests} tests passed`);
}
