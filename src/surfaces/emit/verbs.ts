import type { Json, JsonObject } from '../../contract/json.ts';
import { SceneStopped } from '../../suite/scene.ts';
import type { SpaceToken } from '../../target/target.ts';
import { isAccepted } from './driver.ts';
import { isAsPromised, tokenOf } from './offers.ts';
import { EmitStreams } from './streams.ts';

/**
 * What a scene on an emit target can do. Every verb writes its step, job or peer into the recording;
 * none judges. A verb that brings nothing the rest could go on with stops the scene.
 */
export class EmitVerbs extends EmitStreams {
  /** Any REST call with any token of a leased space, under a name of its own: for refusals and their twins. */
  async rest(
    name: string,
    call: string,
    token: SpaceToken,
    at: { readonly space?: string; readonly job?: string; readonly body?: Json } = {},
  ): Promise<void> {
    const space = this.space(at.space);
    const value = tokenOf(space, token);
    const from = this.stage.recorder.position;
    if (value === undefined || !isAsPromised(space, token)) {
      this.stage.recorder.step({
        name,
        verb: call,
        outcome: 'miss',
        from,
        reason: `no ${token} token with just its scopes`,
      });
      return;
    }
    const job = at.job === undefined ? undefined : this.jobNamed(at.job).id;
    const exchange = await this.driver.request({
      name,
      call,
      http: true,
      token: value,
      space: space.id,
      ...(job === undefined ? {} : { job }),
      body: this.wrapped(call, at.body ?? {}),
    });
    if (at.job !== undefined && isAccepted(exchange))
      this.stage.recorder.call(at.job, {
        verb: call,
        body: at.body ?? {},
        accepted: true,
        seq: exchange.seq,
      });
    this.stage.recorder.step({ name, verb: call, outcome: 'ok', from, events: [exchange.seq] });
  }

  /** Revokes a token of a leased space; stops the scene where that is not taken. */
  async revoke(space: string, token: SpaceToken): Promise<void> {
    const from = this.stage.recorder.position;
    const taken = await this.driver.revocation('revoke', this.space(space), token);
    this.stage.recorder.step({
      name: `revoke ${token}`,
      verb: 'revoke',
      outcome: taken ? 'ok' : 'miss',
      from,
      ...(taken ? {} : { reason: 'no driver revoked the token' }),
    });
    if (!taken) throw new SceneStopped('no driver revoked the token');
  }

  /** Makes a revoked token good again. */
  async restore(space: string, token: SpaceToken): Promise<void> {
    await this.driver.revocation('restore', this.space(space), token);
  }
}

/** What a verb carries when nobody says otherwise: fields that both readings of A35 accept, and the nonce. */
export function defaultBody(verb: string, nonce: string, n: number): JsonObject {
  switch (verb) {
    case 'progress':
      return { percent: Math.min(100, n * 5), message: `step ${n}`, nonce, n };
    case 'checkpoint':
      return { at: n, nonce };
    default:
      return {};
  }
}
