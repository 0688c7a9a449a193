/** Letters that stand in no hexadecimal number, so not in a marker, and none that a backslash may stand before. */
const letter = /[g-mo-qsv-z]/;
const markerLength = 36;

/**
 * A message whose payload is not what it was, in one letter after its marker: in upper case, or doubled. Marker and
 * progress stay legible, so that its receiver knows which publish was changed.
 */
export function altered(message: string, markerAt: number, longer: boolean): string {
  const from = markerAt + markerLength;
  let at = -1;
  for (let index = from; index < message.length; index++) {
    if (message.startsWith('progress', index)) index += 'progress'.length - 1;
    else if (letter.test(message[index] ?? '')) {
      at = index;
      break;
    }
  }
  // None after it: the nearest before.
  for (let index = markerAt; at < 0; index--) if (letter.test(message[index] ?? 'x')) at = Math.max(0, index);
  const found = message[at] ?? '';
  const instead = longer ? found + found : found.toUpperCase();
  return message.slice(0, at) + instead + message.slice(at + 1);
}
