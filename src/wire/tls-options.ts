/** How the certificate of a server is held, as a target file says it. */
export interface TlsOptions {
  /** Authorities to trust, PEM. */
  readonly ca?: string;
  /** True: any certificate will do. */
  readonly insecure?: boolean;
  /** The name that the certificate is to bear, where it is not that of the address. */
  readonly serverName?: string;
}

/** The same in the words of Node's `tls.connect`, which ws and undici hand on. What is not said has Node's default. */
export function tlsConnectOptions({ ca, insecure, serverName }: TlsOptions = {}): {
  readonly ca?: string;
  readonly rejectUnauthorized?: false;
  readonly servername?: string;
} {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}
