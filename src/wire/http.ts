import type { Agent, request } from 'undici';
import { parseJson } from '../contract/json.ts';
import { deadline } from './deadline.ts';
import type { Exchange } from './event.ts';
import type { Account } from './intake.ts';
import { flat } from './peer.ts';
import { type TlsOptions, tlsConnectOptions } from './tls-options.ts';
import { now, type Transcript } from './transcript.ts';

/** One HTTP request to make. */
export interface HttpRequest {
  /** Name of the exchange in the recording. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds until the whole answer must be there. */
  readonly ms: number;
  /** Status and headers are enough: a body that never ends, as of an event stream, must not hold them up. */
  readonly headOnly?: boolean;
  /**
   * It changes nothing to ask twice: where the connection breaks, the same is asked on a new one, since a
   * connection that was kept alive may have met its end just then.
   * @default true for GET
   */
  readonly isSafe?: boolean;
}

/** No answer is read past this. */
const largestBody = 1024 * 1024;

/** What is kept of an answer that is not read to its end. */
const beginning = 64 * 1024;

/** Connections that are kept alive, and a way to others that have carried nothing yet. */
interface Pool {
  readonly request: typeof request;
  readonly agent: Agent;
  readonly anew: () => Agent;
}

/** Makes HTTP exchanges and records them; never rejects, never follows a redirect. */
export class HttpClient {
  readonly #options: Agent.Options;
  readonly #account: Account = { sent: 0 };
  #opened: Promise<Pool> | undefined;

  constructor(tls: TlsOptions = {}, connectMs = 3000) {
    this.#options = {
      connections: 64,
      pipelining: 1,
      connect: {
        timeout: connectMs,
        ...tlsConnectOptions(tls),
      },
    };
  }

  async exchange(transcript: Transcript, wanted: HttpRequest): Promise<Exchange> {
    const { request, agent, anew } = await this.#open();
    const began = now();
    const asked = {
      kind: 'exchange' as const,
      peer: wanted.name,
      method: wanted.method,
      url: wanted.url,
      requestHeaders: { ...wanted.headers },
      ...(wanted.body === undefined ? {} : { requestBody: wanted.body }),
    };
    const done = (rest: Pick<Exchange, 'status' | 'headers' | 'body'> & Partial<Exchange>): Exchange =>
      transcript.record({ ...asked, ...rest, ms: now() - began }) as Exchange;
    const tooLate = new AbortController();
    const callOff = deadline(wanted.ms, () => tooLate.abort());
    const ask = (dispatcher: Agent): ReturnType<typeof request> =>
      request(wanted.url, {
        dispatcher,
        method: wanted.method as 'GET',
        headers: { ...wanted.headers },
        ...(wanted.body === undefined ? {} : { body: wanted.body }),
        signal: tooLate.signal,
      });
    const isSafe = wanted.isSafe ?? wanted.method === 'GET';
    let fresh: Agent | undefined;
    let hasBegun = false;
    try {
      const response = await ask(agent).catch((cause: NodeJS.ErrnoException) => {
        if (!isSafe || tooLate.signal.aborted || !isBroken(cause)) throw cause;
        fresh = anew();
        return ask(fresh);
      });
      hasBegun = true;
      const head = {
        status: response.statusCode,
        headers: flat(response.headers as NodeJS.Dict<string | string[]>),
      };
      if (wanted.headOnly) {
        response.body.on('error', () => {}).destroy();
        return done({ ...head, body: '' });
      }
      const largest = transcript.intake.isFull ? beginning : largestBody;
      const { text: body, whole } = await readUpTo(largest, response.body);
      const kept = transcript.intake.event(this.#account, body);
      if (!whole) return done({ ...head, body, error: `the body is longer than ${largest} bytes` });
      if (!kept) return done({ ...head, body: body.slice(0, beginning), error: 'more than can be kept' });
      const json = parseJson(body);
      return done({ ...head, body, ...(json === undefined ? {} : { json }) });
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      const timedOut = tooLate.signal.aborted;
      return done({
        status: 0,
        headers: {},
        body: '',
        ...(timedOut ? { timedOut } : {}),
        ...(isNoHttp(error) || ((hasBegun || fresh !== undefined) && isBroken(error))
          ? { garbled: true }
          : {}),
        error: timedOut ? `no answer within ${wanted.ms} ms` : error.message || String(error.code),
      });
    } finally {
      callOff();
      void fresh?.destroy();
    }
  }

  async close(): Promise<void> {
    await (await this.#opened)?.agent.destroy();
  }

  /** Loaded with the first request: what makes none (`--list`) need not wait for it. */
  #open(): Promise<Pool> {
    this.#opened ??= import('./undici.ts').then((undici) => {
      const anew = (): Agent => new undici.Agent(this.#options);
      return { request: undici.request, agent: anew(), anew };
    });
    return this.#opened;
  }
}

/** True where a connection that was there has come to its end before the answer did. */
function isBroken({ code }: NodeJS.ErrnoException): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(code));
}

/** True where something came that no reader of HTTP takes for an answer. */
function isNoHttp({ name, code }: NodeJS.ErrnoException): boolean {
  return name === 'HTTPParserError' || String(code) === 'UND_ERR_HEADERS_OVERFLOW';
}

/** A body, cut after so many bytes: what a server sends us has an end. */
async function readUpTo(
  most: number,
  body: AsyncIterable<Buffer>,
): Promise<{ text: string; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) break;
  }
  const whole = size <= most;
  const kept = Buffer.concat(chunks).subarray(0, whole ? most : Math.min(most, beginning));
  return { text: kept.toString('utf8'), whole };
}
