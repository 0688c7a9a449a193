import { dirname, resolve } from 'node:path';
import { InputError } from '../contract/contract.ts';
import { readText } from '../contract/read-text.ts';
import type { Entry } from './entry.ts';
import type { Tls } from './target.ts';

/**
 * The `tls` of an entry with the certificates of `ca` read into it. A path is relative to the file that names it.
 * @throws InputError where there is no such file, or no certificate in it.
 */
export async function readTls(entry: Entry, file: string | undefined): Promise<Tls> {
  const { tls = {} } = entry.value;
  if (tls.ca === undefined || isPem(tls.ca)) return tls;
  // Something pasted in, such as a private key, is not to be printed as if it were a name.
  if (/-----BEGIN|\p{Cc}/u.test(tls.ca) || tls.ca.length > 1000)
    throw entry.wrong(['tls', 'ca'], 'tls.ca is neither a certificate in PEM form nor the path of one');
  const path = resolve(file === undefined ? '.' : dirname(file), tls.ca);
  let pem: string;
  try {
    pem = await readText(path, 'it');
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const reason = cause.message.replace(/^it(?::\d*)* */, '');
    throw entry.wrong(['tls', 'ca'], `tls.ca names ${tls.ca}, relative to this file: ${reason}`);
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
