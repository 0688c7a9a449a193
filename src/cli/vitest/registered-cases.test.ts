import { expect, it } from 'vitest';
import { suites } from '../../../suites/index.ts';
import { makePlan } from '../../conform/plan.ts';
import { InputError } from '../../contract/contract.ts';
import { loadContract } from '../../contract/load.ts';
import { surfaceNames } from '../../contract/requirement.ts';
import { describeReference } from '../../reference/start.ts';
import { targetsOf } from '../../target/load.ts';
import { conformOptions } from './conformance-options.ts';
import { registeredCases } from './registered-cases.ts';

const contract = await loadContract();
const registered = (options: Parameters<typeof conformOptions>[0]): string[] =>
  registeredCases(contract, suites, conformOptions(options)).map(({ id }) => id);

it.each(surfaceNames)('has every case that a run of %s may have, and no other', async (surface) => {
  const ids = new Set<string>();
  for (const dialect of Object.keys(contract[surface].dialects)) {
    const entries = describeReference({ contract, surfaces: [surface], dialects: { [surface]: dialect } });
    const targets = await targetsOf(entries, 'here', contract);
    const spoken = targets.map((target) => ({ target, dialect }));
    // A relay is asked things that an application is not.
    const relays = spoken.map(({ target }) => ({
      target:
        target.surface === 'pusher'
          ? { ...target, name: 'relay', role: 'relay' as const }
          : { ...target, name: 'relay' },
      dialect,
    }));
    for (const { checks } of makePlan(contract, [...spoken, ...relays], suites, { only: [], slow: true }))
      for (const check of checks) ids.add(check.case);
  }
  expect(new Set(registered({ surface }))).toEqual(ids);
});

it('has those of one dialect where one is named', () => {
  const of = (dialect: string) => registered({ surface: 'beam', dialect: { beam: dialect } });
  expect(of('beta9')).toContain('beam/heartbeat/period');
  expect(of('document')).not.toContain('beam/heartbeat/period');
  expect(() => of('beta8')).toThrow('beam=beta8: no such dialect');
});

it('selects by case, by requirement in any of its names, and past the name of a target', () => {
  expect(registered({ only: 'beam/transport/get' })).toEqual(['beam/transport/get']);
  expect(registered({ only: 'mine:beam/transport/get' })).toEqual(['beam/transport/get']);
  expect(registered({ only: 'B5' })).toContain('beam/transport/get');
  const group = contract.pusher.requirements.find((one) => one.group.length > 1)?.group ?? [];
  expect(group.length).toBeGreaterThan(1);
  const [first, ...others] = group.map((id) => registered({ only: id }));
  for (const other of others) expect(other).toEqual(first);
});

it('refuses what matches nothing, and options that there are not', () => {
  expect(() => registered({ only: ['beam/transport/get', 'nope/**'] })).toThrow(InputError);
  expect(() => registered({ surface: 'bream' as never })).toThrow('no surface bream');
  expect(() => registered({ onyl: 'B5' } as never)).toThrow('no option onyl');
});
