/**
 * A pure function of a text that keeps its latest answer. What a server sends to several viewers has the same text in it
 * (a timestamp, above all), and is judged once for each of them.
 */
export function keepingLatest<T>(answerOf: (text: string) => T): (text: string) => T {
  let latest: { readonly text: string; readonly answer: T } | undefined;
  return (text) => {
    if (latest?.text !== text) latest = { text, answer: answerOf(text) };
    return latest.answer;
  };
}
