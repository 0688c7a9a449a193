import { parseJson } from '../contract/json.ts';
import type { Frame } from './event.ts';

/** A message as it came: its bytes, and the text it is recorded as. Bytes that are no text are in base64. */
export interface Message {
  readonly bytes: Buffer;
  readonly text: string;
  readonly binary: boolean;
}

/** What a WebSocket library hands over, as one message. */
export function messageFrom(data: Buffer | ArrayBuffer | Buffer[], binary: boolean): Message {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  return { bytes, binary, text: bytes.toString(binary ? 'base64' : 'utf8') };
}

/** The event of a message, parsed where it is JSON; the transcript stamps it. */
export function frameOf(peer: string, { bytes, text, binary }: Message): Omit<Frame, 'seq' | 'at'> {
  const message = binary ? undefined : parseJson(text);
  return {
    kind: 'frame',
    peer,
    text,
    binary,
    bytes: bytes.length,
    ...(message === undefined ? {} : { message }),
  };
}
