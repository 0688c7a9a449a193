import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Entry } from './entry.ts';
import type { Tls } from './target.ts';

/**
 * The `tls` of an entry with the certificates of `ca` read into it. A path is relative to the file that names it.
 * @throws InputError where there is no such file, or no certificate in it.
 */
export async function readTls(entry: Entry, file: string | undefined): Promise<Tls> {
  const { tls = {} } = entry.value;
  if (tls.ca === undefined || isPem(tls.ca)) return tls;
  const path = resolve(file === undefined ? '.' : dirname(file), tls.ca);
  let pem: string;
  try {
    pem = await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw entry.wrong(['tls', 'ca'], `tls.ca names ${tls.ca}, relative to this file, but ${reason}`);
  }
  if (isPem(pem)) return { ...tls, ca: pem };
  throw entry.wrong(
    ['tls', 'ca'],
    `${tls.ca} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)`,
  );
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN CERTIFICATE-----');
}
