/** The words most like a mistyped one, as a clause: `did you mean E10 or E11?`; else what there is, if that is short. */
export function nearest(word: string, words: readonly string[]): string {
  const near = words
    .map((candidate) => ({ candidate, most: Math.max(1, Math.floor(candidate.length / 3)) }))
    // The difference in length is the least that it can be, and costs nothing to know.
    .filter(({ candidate, most }) => Math.abs(candidate.length - word.length) <= most)
    .map((one) => ({ ...one, distance: distance(word.toLowerCase(), one.candidate.toLowerCase()) }))
    .filter(({ distance, most }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  return words.length <= 12
    ? `there is: ${words.join(', ') || 'none'}`
    : `there are ${words.length}, none like it`;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
