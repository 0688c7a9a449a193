import type { Contract } from '../contract/contract.ts';
import type { JsonObject } from '../contract/json.ts';

/** A contract with no more in it than target files are held against; for tests. */
export function smallContract(target: JsonObject): Contract {
  const surface = (name: string, dialects: readonly string[], requirements: readonly string[]) => ({
    surface: name,
    requirements: requirements.map((id) => ({ id })),
    dialects: Object.fromEntries(dialects.map((dialect) => [dialect, []])),
    openPoints: [],
  });
  const contract = {
    formats: { target },
    pusher: surface('pusher', ['modelbeam', 'dryapi'], ['M1']),
    beam: surface('beam', ['document', 'beta9'], ['B1']),
    emit: {
      ...surface('emit', ['emit@1'], ['E1', 'E11']),
      openPoints: [{ id: 'A21', about: 'stripped data', readings: ['null', 'absent'] }],
    },
  };
  return contract as unknown as Contract;
}
