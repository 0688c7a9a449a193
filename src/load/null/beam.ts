import { hmac } from '../../wire/sign.ts';
import type { Connection, Heard } from './connection.ts';
import { beam } from './credentials.ts';
import { Crowd } from './crowd.ts';
import { PublishMaker } from './publish.ts';
import { stampedHead } from './stamped-frame.ts';
import { type Admission, type Asked, type NullSurface, objectIn, type SurfaceParts } from './surface.ts';

/** A realtime endpoint with the published handler behind it, of which it knows the transform. */
export class NullBeam implements NullSurface {
  readonly #parts: SurfaceParts;
  readonly #asking = new Crowd<Connection>();
  readonly #maker = new PublishMaker('beam');

  constructor(parts: SurfaceParts) {
    this.#parts = parts;
  }

  admit(url: URL, headers: Asked['headers']): Admission | undefined {
    if (url.pathname !== '/') return undefined;
    const token = String(headers.authorization ?? '').replace(/^Bearer /, '');
    const join = (connection: Connection): Heard => this.#join(connection);
    return token === beam.valid && !this.#parts.isRefused(token) ? { join } : { join, bad: 401 };
  }

  answer(): undefined {
    return undefined;
  }

  #join(connection: Connection): Heard {
    this.#asking.add(connection);
    return {
      message: (text) => {
        const { nonce, op } = objectIn(text) ?? {};
        if (typeof nonce === 'string' && op === 'transform') this.#reply(connection, nonce);
      },
      closed: () => this.#asking.remove(connection),
    };
  }

  #reply(connection: Connection, nonce: string): void {
    this.#parts.ledger.publishes += 1;
    const message = `${stampedHead}"nonce":${JSON.stringify(nonce)},"proof":"${hmac(beam.key, nonce)}"}`;
    this.#parts.courier.deliver(this.#maker.make(message), {
      viewers: [connection],
      others: this.#asking,
      isForeign: (other) => other !== connection,
    });
  }
}
