import type { TargetPlan } from '../conform/plan.ts';
import { count, wrap } from '../report/plain-text.ts';
import type { Target } from '../target/target.ts';

const width = 80;

/** What a run would do on each target, at what cost, and what it could not tell, and why: without a connection. */
export function dryRun(plans: readonly TargetPlan[], verbose: boolean): string {
  return `${plans.map((plan) => targetPage(plan, verbose).join('\n')).join('\n\n')}\n`;
}

function targetPage(plan: TargetPlan, verbose: boolean): string[] {
  const { target, dialect, scenes, checks } = plan;
  const live = checks.filter(({ settled }) => !settled);
  const level = (name: string): number => live.filter((check) => check.level === name).length;
  const jobs = scenes.reduce((sum, { cost }) => sum + cost.jobs, 0);
  const connections = scenes.reduce((sum, { cost }) => sum + cost.connections, 0);
  const role = target.surface === 'pusher' ? `, ${target.role}` : '';
  const { offers, lacks } = needs(plan);
  return [
    `${target.name} (${target.surface}, ${dialect}${role})  ${target.at}`,
    ...(target.dialect === 'auto'
      ? field('dialect', [`auto: a run finds it out; shown for ${dialect}`])
      : []),
    ...field(
      'urls',
      Object.entries(target.urls).map(([name, url]) => `${name} ${url}`),
    ),
    ...credentials(target).flatMap((line, at) => field(at === 0 ? 'credentials' : '', [line])),
    ...field('drivers', target.drivers),
    ...field('offers', offers),
    ...field('lacks', lacks),
    ...(plan.unclaimed ? field('tries as MAY', plan.unclaimed.words) : []),
    ...field('cost', [
      `${count(scenes.length, 'scene')}: at most ${count(jobs, 'job')}, ${count(connections, 'connection')} in all`,
    ]),
    ...field('judges', [
      `${count(live.length, 'check')}: ${level('MUST')} MUST, ${level('SHOULD')} SHOULD, ${level('MAY')} MAY`,
    ]),
    ...settled(plan, verbose),
  ];
}

/** Words that scenes need, and whether the target has them; for what it lacks, why. */
function needs({ suite, target, dialect, unclaimed }: TargetPlan) {
  const scenes = suite.scenes.filter((scene) => !scene.dialects || scene.dialects.includes(dialect));
  const tried = new Set(unclaimed?.words.map((word) => `offers:${word}`));
  const words = [...new Set(scenes.flatMap((scene) => scene.needs))]
    .filter((word) => !tried.has(word))
    .sort();
  const offers: string[] = [];
  const lacks: string[] = [];
  for (const word of words) {
    const [reason] = suite.surface.missing(target, [word]);
    if (reason === undefined) offers.push(word);
    else lacks.push(`${word} (${reason})`);
  }
  return { offers, lacks };
}

/** Which credentials there are, by name; their values are nobody's to read. A line each. */
function credentials(target: Target): string[] {
  const headers = Object.keys(target.headers).map((name) => `header ${name}`);
  switch (target.surface) {
    case 'emit':
      return [
        ...holders('space', target.spaces),
        ...(target.unscopedToken === undefined ? [] : ['unscopedToken']),
        ...headers,
      ];
    case 'pusher':
      return [
        `app: key${target.app.secret === undefined ? '' : ', secret'}`,
        ...holders('client', target.clients),
        ...headers,
      ];
    case 'beam':
      return [
        `tokens: ${namesOf(target.tokens)}`,
        ...(target.handler === undefined ? [] : ['handler: key']),
        ...headers,
      ];
  }
}

interface Holder {
  readonly id: string;
  readonly tenant: string;
  readonly tokens: Readonly<Record<string, unknown>>;
}

/** Spaces or clients with their tokens; those that have the same ones in one line. */
function holders(what: string, all: readonly Holder[]): string[] {
  const alike = new Map<string, string[]>();
  for (const { id, tenant, tokens } of all) {
    const key = `${tenant} ${what}: ${namesOf(tokens)}`;
    alike.set(key, [...(alike.get(key) ?? []), id]);
  }
  return [...alike].map(([key, ids]) => {
    const [first, last] = [ids[0], ids.at(-1)];
    return key.replace(':', ids.length > 3 ? ` ${first} … ${last} (${ids.length}):` : ` ${ids.join(' ')}:`);
  });
}

function namesOf(tokens: Readonly<Record<string, unknown>>): string {
  return (
    Object.keys(tokens)
      .filter((name) => tokens[name] !== undefined)
      .join(', ') || 'none'
  );
}

/** What is decided before anything runs, by outcome and reason. */
function settled({ checks }: TargetPlan, verbose: boolean): string[] {
  const outcomes = ['untestable', 'excluded', 'not-run', 'not-applicable'] as const;
  return outcomes.flatMap((outcome) => {
    const those = checks.filter((check) => check.settled?.outcome === outcome);
    if (those.length === 0) return [];
    const byReason = new Map<string, typeof those>();
    for (const check of those) {
      const reason = check.settled?.reason ?? '';
      byReason.set(reason, [...(byReason.get(reason) ?? []), check]);
    }
    const musts = those.filter(({ level }) => level === 'MUST').length;
    return [
      `  ${outcome.replace('-', ' ')}: ${count(those.length, 'check')}, ${musts} of them MUST`,
      ...[...byReason].flatMap(([reason, some]) => {
        const [first = '', ...more] = wrap(reason, width - 10);
        const ids = verbose ? some.map((check) => `            ${check.case} ${check.requirement}`) : [];
        return [
          `  ${`${some.length}`.padStart(5)} × ${first}`,
          ...more.map((line) => `          ${line}`),
          ...ids,
        ];
      }),
    ];
  });
}

function field(label: string, parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const part of parts.length > 0 ? parts : ['none']) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= width - 15)
      lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  const wrapped = lines.flatMap((line) => wrap(line, width - 15));
  return wrapped.map((line, at) => `  ${(at === 0 ? label : '').padEnd(13)}${line}`);
}
