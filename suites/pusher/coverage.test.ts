import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { pusherSuite } from './index.ts';

const contract = await loadContract();
const { requirements, rules, dialects } = contract.pusher;
const suites = Object.keys(dialects).map((dialect) => ({ dialect, suite: pusherSuite(contract, dialect) }));

/** What only the operator, a client under test or an optional feature could bring about says so in its row. */
const notTested = new Set(requirements.filter((row) => row.notTested !== undefined).map(({ id }) => id));

/** The word for each row of each table that a dialect's suite must cover. */
function rowsOf({ protocol, channelAuth, authEndpoint, ...tables }: PusherRules, dialect: string): string[] {
  const own = tables.dialects[dialect];
  const words = (table: string, rows: object): string[] => Object.keys(rows).map((row) => `${table}/${row}`);
  return [
    ...words('connection', protocol.connections),
    ...Object.entries(tables.closeCodes)
      .filter(([, { requirements: ids }]) => !ids.every((id) => notTested.has(id)))
      .map(([code]) => `close/${code}`),
    ...words('channel-auth', channelAuth.rows),
    ...words('channel-name', channelAuth.channels),
    ...words('auth', authEndpoint.rows),
    ...words('auth-encoding', authEndpoint.encodings),
    ...words('delivery', tables.delivery),
    ...words('ping', tables.keepAlive.pings),
    ...words('robustness', tables.robustness),
    ...words('trigger', tables.triggerApi.rows),
    ...(['presence', 'client-events', 'encrypted', 'sign-in'] as const).flatMap((name) =>
      words(name, tables.features[name].rows),
    ),
    ...words('cache', tables.features.cache.channels),
    ...words('webhook', tables.webhooks.events),
    ...words('status', own?.events ?? {}),
    ...(own?.automaton.transitions ?? [])
      .filter(({ event }) => event !== null)
      .map(({ from, to }) => `transition/${from}/${to}`),
  ];
}

describe('the suite covers the rules', () => {
  it.each(suites)('every row of every table, as $dialect', ({ dialect, suite }) => {
    const covered = new Set(suite.cases.flatMap((one) => one.covers ?? []));
    expect(rowsOf(rules, dialect).filter((word) => !covered.has(word))).toEqual([]);
  });

  it.each(suites)('and covers nothing that is not there, as $dialect', ({ dialect, suite }) => {
    const known = new Set(rowsOf(rules, dialect));
    const words = [...new Set(suite.cases.flatMap((one) => one.covers ?? []))];
    // A dialect leaves out what is only in the other.
    expect(words.filter((word) => !known.has(word) && !word.startsWith('transition/'))).toEqual([]);
  });

  it('every requirement that a server can break', () => {
    const named = new Set(
      suites.flatMap(({ suite }) => [
        ...suite.cases.flatMap((one) => Object.keys(one.checks)),
        ...suite.monitors.flatMap((one) => one.checks),
      ]),
    );
    const due = requirements.filter(
      ({ side, level, notTested: why }) =>
        ['server', 'auth', 'rest', 'hook'].includes(side) && level !== 'INFO' && why === undefined,
    );
    expect(due.filter(({ group }) => !group.some((id) => named.has(id))).map(({ id }) => id)).toEqual([]);
  });

  it('names only requirements that there are', () => {
    const known = new Set(requirements.map(({ id }) => id));
    const named = suites.flatMap(({ suite }) => [
      ...suite.cases.flatMap((one) => Object.keys(one.checks)),
      ...suite.monitors.flatMap((one) => one.checks),
    ]);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it.each(suites)('each case has an id of its own, as $dialect', ({ suite }) => {
    const ids = [...suite.cases, ...suite.monitors].map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });
});
