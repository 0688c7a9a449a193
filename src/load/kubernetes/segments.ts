/**
 * What one of several k6 is told so that it runs its share of a script: the same words that k6-operator gives the
 * runners of a TestRun. `index` counts from 0.
 */
export function segmentArguments(index: number, total: number): readonly string[] {
  if (total <= 1) return [];
  const bound = (at: number): string => (at === 0 ? '0' : at === total ? '1' : `${at}/${total}`);
  const bounds = Array.from({ length: total + 1 }, (_, at) => bound(at));
  return [
    `--execution-segment=${bound(index)}:${bound(index + 1)}`,
    `--execution-segment-sequence=${bounds.join(',')}`,
  ];
}
