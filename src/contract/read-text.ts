import { createReadStream, existsSync } from 'node:fs';
import { InputError } from './contract.ts';

/** Bytes of the largest input file that is read: far more than any file of ours has, and parsed in well under a second. */
export const largestFile = 1024 * 1024;

/**
 * Reads a text file of ours: UTF-8 (with or without a byte order mark), bounded in size whatever it is, so that
 * neither a device nor a log that was named by mistake takes all the memory. `most` is in bytes.
 * @throws InputError where it cannot be read, is too large, or is no UTF-8 text.
 */
export async function readText(path: string, label = path, most = largestFile): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      // The rest would be read for nothing: `decode` refuses it.
      if (size > most) break;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new InputError(`${label}: ${reasonOf(code)}`, { cause });
  }
  return decode(Buffer.concat(chunks), label, most);
}

/**
 * As `readText`, where the file need not be there yet: undefined if it is not.
 * @throws InputError as `readText`.
 */
export async function readTextIfAny(path: string, label = path): Promise<string | undefined> {
  return existsSync(path) ? readText(path, label) : undefined;
}

/**
 * Bytes as the text that they are.
 * @throws InputError where they are too many, no UTF-8, or hold what no text does.
 */
export function decode(bytes: Buffer, label: string, most = largestFile): string {
  if (bytes.length > most) {
    throw new InputError(`${label}: larger than ${most} bytes, so it is no such file`);
  }
  if (/^(?:fffe|feff)/.test(bytes.subarray(0, 2).toString('hex'))) {
    throw new InputError(`${label}:1: is UTF-16; save it as UTF-8`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${label}: is not UTF-8 text; save it as UTF-8`, { cause });
  }
  const at = text.search(control);
  if (at < 0) return text;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  throw new InputError(`${label}:${lineAt(text, at)}: holds the control character U+${code}; remove it`);
}

/** Those that YAML allows in no text. */
const control = /(?![\t\n\r\u0085])\p{Cc}/u;

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function reasonOf(code: string | undefined): string {
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'it is a folder; name a file';
  return `cannot be read${code === undefined ? '' : ` (${code})`}`;
}
