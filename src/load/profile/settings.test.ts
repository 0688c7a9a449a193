import { describe, expect, it } from 'vitest';
import { InputError } from '../../contract/contract.ts';
import type { WrittenStage } from './profile.ts';
import { withSettings } from './settings.ts';

const quiet: WrittenStage = { name: 'quiet', subscribers: 100 };
const storm: WrittenStage = { name: 'storm', subscribers: 100, storm: { jitterMs: 5000 } };
const burst: WrittenStage = { name: 'burst', burst: { times: 10, publishes: 1000 } };

describe('--set', () => {
  it('changes a number of every stage, and several values make a stage each', () => {
    expect(withSettings([quiet, storm], { subscribers: '7' })).toEqual([
      { ...quiet, subscribers: 7 },
      { ...storm, subscribers: 7 },
    ]);
    expect(withSettings([quiet, storm], { rate: '5,50.5' })).toEqual([
      { ...quiet, rate: 5, name: 'rate 5' },
      { ...quiet, rate: 50.5, name: 'rate 50.5' },
    ]);
  });

  it('makes bare connections, and others again', () => {
    expect(withSettings([quiet], { bare: 'true' })).toEqual([{ ...quiet, bare: true }]);
    expect(withSettings([quiet], { bare: 'true,false' }).map(({ bare, name }) => [bare, name])).toEqual([
      [true, 'bare true'],
      [false, 'bare false'],
    ]);
  });

  it('changes a behaviour where there is one, and makes none', () => {
    expect(withSettings([quiet, storm], { 'storm.jitterMs': '20' })).toEqual([
      quiet,
      { ...storm, storm: { jitterMs: 20 } },
    ]);
    expect(withSettings([burst], { 'burst.publishes': '60' })).toEqual([
      { ...burst, burst: { times: 10, publishes: 60 } },
    ]);
    expect(withSettings([quiet, storm], { 'storm.jitterMs': '0,20' }).map(({ name }) => name)).toEqual([
      'storm.jitterMs 0',
      'storm.jitterMs 20',
    ]);
  });

  it.each<[string, string, string]>([
    ['speed', '9', 'there is no such setting; there is: subscribers, channels'],
    ['constructor', '9', 'there is no such setting'],
    ['intruders.rate', '9', 'no stage of the profile has intruders'],
    ['storm.jitterMs', '-1', 'needs a whole number from 0, to 10000000'],
    ['subscribers', '1.5', 'needs a whole number above 0'],
    ['churn', '1.1', 'needs a number above 0, to 1'],
    ['rate', '', 'needs a number'],
    ['bare', 'yes', 'there is true, and false'],
  ])('refuses %s=%s', (key, value, why) => {
    expect(() => withSettings([quiet, storm], { [key]: value })).toThrow(InputError);
    expect(() => withSettings([quiet, storm], { [key]: value })).toThrow(why);
  });
});
