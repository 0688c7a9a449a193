/**
 * Which of so many events are shown: those that are nearest to a finding, in their order. Where no finding names one,
 * the first and the last.
 */
export function windowOf(length: number, findings: readonly number[], most: number): readonly number[] {
  if (length <= most) return [...Array(length).keys()];
  const inside = findings.filter((at) => at >= 0 && at < length);
  const marks = [...new Set(inside.length > 0 ? inside : [0, length - 1])].sort((a, b) => a - b);
  const distance = distances(length, marks);
  return [...Array(length).keys()]
    .sort((a, b) => (distance[a] ?? 0) - (distance[b] ?? 0) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** How far each place is from the mark nearest to it, in two passes: there may be many of both. */
function distances(length: number, marks: readonly number[]): number[] {
  const far = Array<number>(length).fill(length);
  for (const mark of marks) far[mark] = 0;
  for (let at = 1; at < length; at++) far[at] = Math.min(far[at] ?? length, (far[at - 1] ?? length) + 1);
  for (let at = length - 2; at >= 0; at--) far[at] = Math.min(far[at] ?? length, (far[at + 1] ?? length) + 1);
  return far;
}
