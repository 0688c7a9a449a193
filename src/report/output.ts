/** Where a reporter writes to. */
export interface Output {
  /** Resolves when the text has been taken. @throws Error where it cannot be written. */
  readonly write: (text: string) => Promise<void>;
  /** Completes it: a file is then whole and in its place. */
  readonly end: () => Promise<void>;
  /** Gives it up: what was there before stays, where that is still possible. */
  readonly discard: () => Promise<void>;
}

/** A stream of this process, which is left open. */
export function toStream(stream: NodeJS.WritableStream): Output {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (cause) => (cause ? reject(reasonOf(cause)) : resolve()));
      }),
    end: async () => {},
    discard: async () => {},
  };
}

function reasonOf(cause: Error): Error {
  const isClosed = ['EPIPE', 'ERR_STREAM_DESTROYED'].includes((cause as NodeJS.ErrnoException).code ?? '');
  return isClosed ? new Error('its reader has closed standard output', { cause }) : cause;
}
