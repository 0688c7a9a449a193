import { isIP } from 'node:net';

/** Key and certificate as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate for this run only, good for `host` and localhost for a week. */
export async function throwAwayCertificate(host: string): Promise<Certificate> {
  // Bundled, a CommonJS module has its exports under `default` alone.
  const { default: selfsigned } = await import('selfsigned');
  const { private: key, cert } = await selfsigned.generate(
    [{ name: 'commonName', value: 'plumbline reference server' }],
    {
      keyType: 'ec',
      notAfterDate: new Date(Date.now() + 7 * 24 * 3600 * 1000),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
            { type: 7, ip: '::1' },
            ...(isIP(host) ? [{ type: 7 as const, ip: host }] : [{ type: 2 as const, value: host }]),
          ],
        },
      ],
    },
  );
  return { key, cert };
}
