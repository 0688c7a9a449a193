/**
 * `npm run interop`: judges real servers, each as it comes, in a network of its own, by a baseline in which every known
 * difference has its reason. The exit code is that of `conform`; 2 also where the server cannot be brought up.
 */
import { fileURLToPath } from 'node:url';
import { endWith } from './cannot-run.js';
import { install } from './install.js';
import { runIsolated, usableWay } from './namespace.js';

const help = `Usage: npm run interop -- [--quick] [options of conform]

Installs soketi 1.6.1 (in scripts/interop/soketi), starts it in a network namespace of its own, and judges it as a
relay by suites/baselines/soketi.yaml. Takes some two minutes, nearly all of them waiting for what soketi does to an
idle connection.

  --quick   leave that out: some seconds
  --help    this text

All other options are those of conform, for instance --update-baseline or --reporter json=reports/soketi.json.
Exit codes are those of conform: 0 where soketi differs as it is known to, 2 where it cannot be brought up.
`;

const options = process.argv.slice(2);
if (options.includes('--help')) {
  process.stdout.write(help);
} else {
  await endWith(async () => {
    // Before anything is installed: who cannot run it need not wait for that.
    usableWay();
    await install(fileURLToPath(new URL('soketi', import.meta.url)));
    const rest = options.filter((option) => option !== '--quick');
    const slow = options.includes('--quick') ? [] : ['--slow'];
    const judge = fileURLToPath(new URL('judge-soketi.js', import.meta.url));
    return runIsolated([process.execPath, judge, ...slow, ...rest]);
  });
}
