import type { Contract } from '../contract/contract.ts';
import { surfaceNames } from '../contract/requirement.ts';
import { publishesOf, type StageShape } from '../load/plan/load-plan.ts';
import { dueAfter } from '../load/plan/schedule.ts';
import { cellsOf, loadProfile, type Profile, profileNames } from '../load/profile/profile.ts';
import { deliveriesOf } from '../load/run/offered.ts';
import { count, wrap } from '../report/plain-text.ts';

/** Every profile: what one learns from it, on which surface and with which driver it is offered. */
export async function loadList(contract: Contract): Promise<string> {
  const lines = [`${'profile'.padEnd(18)}${surfaceNames.map((name) => name.padEnd(10)).join('')}`];
  for (const name of profileNames()) {
    const profile = await loadProfile(name, contract);
    const cells = cellsOf(profile);
    const columns = surfaceNames.map((surface) => {
      const drivers = cells.filter((cell) => cell.surface === surface).map(({ driver }) => driver);
      return (drivers.join(' ') || '-').padEnd(10);
    });
    lines.push(`${name.padEnd(18)}${columns.join('')}`.trimEnd());
    lines.push(...wrap(profile.says, 76).map((line) => `    ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

/** What a run would cost, in connections, publishes, deliveries and time, without a connection. */
export function loadDryRun(profile: Profile, stages: readonly StageShape[], target: string): string {
  const lines = [`${profile.id}: ${profile.title}`, `target  ${target}`];
  let seconds = 0;
  for (const stage of stages) {
    const publishes = publishesOf(stage);
    const lasts =
      stage.subscribers / stage.connectRate +
      (publishes > 0 ? dueAfter(stage, publishes) : stage.holdMs) / 1000;
    seconds += lasts + 3;
    const perChannel = stage.subscribers / stage.channels;
    const on = stage.space
      ? `${count(stage.channels, 'space')} with ${count(stage.space.jobs, 'job')} each`
      : count(stage.channels, 'channel');
    lines.push(
      `stage   ${stage.name}: ${count(stage.subscribers, 'connection')} on ${on}, ${count(publishes, 'publish', 'publishes')}, ` +
        `${Math.round(publishes * perChannel)} deliveries at up to ${Math.round(deliveriesOf(stage))}/s, about ${Math.ceil(lasts)} s`,
    );
  }
  lines.push(`time    about ${Math.ceil(seconds)} s, calibration apart`);
  lines.push(`gates   ${profile.gates.map(({ text }) => text).join(' · ')}`);
  return `${lines.join('\n')}\n`;
}
