/** The few of `words` that are spelled most like `word`, nearest first; none where nothing is like it. */
export function nearMatches(word: string, words: readonly string[], most = 3): string[] {
  return (
    words
      .map((candidate) => ({ candidate, most: Math.max(2, candidate.length / 2) }))
      // The difference in length is the least that it can be, and costs nothing to know.
      .filter(
        ({ candidate, most }) => candidate.includes(word) || Math.abs(candidate.length - word.length) <= most,
      )
      .map((one) => ({ ...one, distance: distance(word.toLowerCase(), one.candidate.toLowerCase()) }))
      .filter(({ candidate, distance, most }) => distance <= most || candidate.includes(word))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, most)
      .map(({ candidate }) => candidate)
  );
}

/** A clause for the end of a message about an unknown word. */
export function didYouMean(word: string, words: readonly string[]): string {
  const near = nearMatches(word, words);
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is: ${words.join(', ')}`;
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
