import type { Writable } from 'node:stream';

/** Does something again and again until the other side is gone or it was done so often. */
export function again(to: Writable, everyMs: number, most: number, act: (n: number) => void): void {
  let n = 0;
  const timer = setInterval(() => {
    if (to.destroyed || n >= most) clearInterval(timer);
    else act(n++);
  }, everyMs);
  to.on('close', () => clearInterval(timer));
}

/** Says a text byte by byte, one a second. */
export function dribble(to: Writable, text: string): void {
  const bytes = Buffer.from(text);
  to.write(bytes.subarray(0, 1));
  again(to, 1000, bytes.length - 1, (n) => to.write(bytes.subarray(n + 1, n + 2)));
}

/** Writes one piece after another as fast as the other side reads, and no more than `bytes` in all. */
export function pour(to: Writable, piece: Uint8Array, bytes: number): void {
  let left = bytes;
  const go = (): void => {
    while (left > 0 && !to.destroyed) {
      left -= piece.length;
      if (!to.write(piece)) {
        to.once('drain', go);
        return;
      }
    }
  };
  go();
}
