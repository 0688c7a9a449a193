import { emitRulesIn } from '../../contract/emit-dialect.ts';
import { bent, type ReferenceContext, type SurfaceServer } from '../surface-server.ts';
import { createAnnouncer } from './announcer.ts';
import { createCallbacks } from './callbacks.ts';
import type { Job } from './job.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { conformingPolicies } from './policies.ts';
import { mountRest } from './rest.ts';
import { createStore } from './store.ts';
import { createStreams } from './streams.ts';
import { emitOffers, emitTarget } from './targets.ts';
import { createViewers } from './viewers.ts';

/** The emit surface, and the hand that `--flow` moves jobs with. */
export interface EmitServer extends SurfaceServer {
  readonly lifecycle: Lifecycle;
}

/** The version that is spoken where none is asked for. */
export const defaultDialect = 'emit@1';

/** A complete, correct server of one version of the emit surface, as far as no fault bends it. */
export function createEmit(
  { contract, reading, faults, log, timers }: ReferenceContext,
  dialect: string = defaultDialect,
): EmitServer {
  const rules = emitRulesIn(contract.emit.rules, dialect);
  const policies = bent(conformingPolicies(rules, reading), faults, 'emit');
  const store = createStore();
  const viewers = createViewers();
  const announcer = createAnnouncer(policies, viewers);
  const callbacks = createCallbacks(log);

  const onEnd = (job: Job): void => {
    const code = policies.afterEnd('live');
    if (code !== undefined) {
      for (const { stream, id, outbox } of viewers.of(job)) {
        if (stream === 'job' && id === job.id) outbox.close(code);
      }
    }
    callbacks.send(job);
    log(`emit: job ${job.id} is ${job.status}`);
  };

  const lifecycle = createLifecycle({ rules, policies, store, announcer, timers, onEnd });
  const streams = createStreams({ rules, policies, store, viewers, announcer });

  return {
    surface: 'emit',
    lifecycle,
    mount(app) {
      mountRest(app, { rules, policies, store, lifecycle });
      app.get(`${rules.api.root}/realtime/*`, (c) => {
        return c.json({ error: 'This is a WebSocket stream; connect to it with ?token=' }, 426, {
          upgrade: 'websocket',
        });
      });
    },
    upgrade: streams.upgrade,
    control({ op, token: text }) {
      const token = typeof text === 'string' ? store.tokens.get(text) : undefined;
      if (!token || (op !== 'revoke' && op !== 'restore')) return undefined;
      token.revoked = op === 'revoke';
      const code = token.revoked ? policies.afterRevoke() : undefined;
      if (code !== undefined) {
        for (const viewer of viewers.all())
          if (viewer.token === token) viewer.outbox.close(code, 'token revoked');
      }
      return { ok: true, ran: 1 };
    },
    targets: (address) => [emitTarget(address, dialect)],
    offers: (address) => emitOffers(address, rules),
    close() {
      streams.close();
      callbacks.close();
    },
  };
}
