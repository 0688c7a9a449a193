/** Loaded before a program (`node --import`): says at its end, in a file, how much CPU all its threads have used. */
import { writeFileSync } from 'node:fs';

const file = process.env.PLUMBLINE_BENCH_CPU;
if (file !== undefined) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(file, JSON.stringify((user + system) / 1000));
  });
}
